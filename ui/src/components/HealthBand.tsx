import { useTranslation } from 'react-i18next';
import { bandOf } from '../app/healthBand';
import { healthState } from '../app/state';
import { useNow } from '../hooks/useNow';
import { exactTime, timeOfDay } from '../i18n/format';
import type { Health } from '../ipc';
import styles from './HealthBand.module.css';

const TICKS = 5;

/** The changes of health over time; the same in words for those who do not see it. */
export function HealthBand({ health }: { health: Health }) {
  const { t } = useTranslation();
  const now = useNow(10);
  const { start, end, segments } = bandOf(health, now);
  const share = (at: number) => `${String(((at - start) / (end - start)) * 100)}%`;
  const time = (at: number) => timeOfDay(new Date(at).toISOString(), now);
  const at = (tick: number) => start + ((end - start) / TICKS) * tick;
  // The day is named where it is another than that of the tick before.
  const tickWord = (tick: number) =>
    timeOfDay(new Date(at(tick)).toISOString(), tick === 0 ? now : at(tick - 1));
  const said = segments.map(({ from, status }) => `${time(from)} ${status}`).join(', ');
  const state = healthState(health.status);
  return (
    <div className={styles.place}>
      <div>
        <div
          className={styles.band}
          role="img"
          aria-label={t('now.bandLabel', { time: time(start), changes: said })}
        >
          {segments.map(({ state: each, from, to, status, message }) => (
            <span
              key={from}
              className={styles[each]}
              style={{ left: share(from), width: `calc(${share(to)} - ${share(from)})` }}
              title={[status, exactTime(new Date(from).toISOString()), message].filter(Boolean).join(' · ')}
            />
          ))}
        </div>
        <div className={styles.axis} aria-hidden="true">
          {Array.from({ length: TICKS }, (_, tick) => (
            <span key={tick}>{tickWord(tick)}</span>
          ))}
        </div>
      </div>
      <span className={styles.word}>{state === 'unknown' ? health.status : t(`state.${state}`)}</span>
    </div>
  );
}
