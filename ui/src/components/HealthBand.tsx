import { useTranslation } from 'react-i18next';
import { bandOf } from '../app/healthBand';
import { healthState } from '../app/state';
import { useNow } from '../hooks/useNow';
import { exactTime, timeOfDay } from '../i18n/format';
import type { Health } from '../ipc';
import styles from './HealthBand.module.css';

/** The changes of health over time; the same in words for those who do not see it. */
export function HealthBand({ health }: { health: Health }) {
  const { t } = useTranslation();
  const now = useNow(1);
  const { start, end, segments, ticks } = bandOf(health, now);
  const share = (at: number) => `${String(((at - start) / (end - start)) * 100)}%`;
  const time = (at: number) => timeOfDay(new Date(at).toISOString(), now);
  // The day is named where it is another than that of the tick before.
  const tickWord = (at: number, before: number | undefined) =>
    timeOfDay(new Date(at).toISOString(), before ?? now);
  const said = segments.map(({ from, status }) => `${time(from)} ${status}`).join(', ');
  const state = healthState(health.status);
  return (
    <div className={styles.place}>
      <div className={styles.measured}>
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
          {ticks.map((tick, at) => (
            <span key={tick} style={{ left: share(tick) }}>
              {tickWord(tick, ticks[at - 1])}
            </span>
          ))}
        </div>
      </div>
      <span className={styles.word}>{state === 'unknown' ? health.status : t(`state.${state}`)}</span>
    </div>
  );
}
