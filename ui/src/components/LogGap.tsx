import { useTranslation } from 'react-i18next';
import type { Filling } from '../hooks/useLogGaps';
import { exactTime, logTime, number } from '../i18n/format';
import type { LogGapView } from '../ipc';
import styles from './LogRule.module.css';

type Props = { gap: LogGapView; filling: Filling };

/** Between two lines of a log: others are missing here, and what can be done about it. */
export function LogGap({ gap: { from, to, cost }, filling }: Props) {
  const { t } = useTranslation();
  const ends = { from: secondOf(from), to: secondOf(to) };
  const title = [from, to].map(exactTime).filter(Boolean).join(' – ');
  return (
    <div
      className={styles.rule}
      data-gap={cost === null ? 'gone' : ''}
      role="note"
      title={title}
      onClick={(event) => {
        // The line below it is not meant.
        event.stopPropagation();
      }}
    >
      <span className={styles.words}>{t(`logs.missing.${wordOf(from, to, cost === null)}`, ends)}</span>
      {cost !== null &&
        (filling.lines === null ? (
          <button type="button" className={styles.act} onClick={filling.load}>
            {t('logs.missing.load')}
            <span className={styles.cost}>
              {t(cost.orMore ? 'logs.missing.atLeast' : 'logs.missing.about', {
                count: cost.requests,
                formatted: number(cost.requests),
              })}
            </span>
          </button>
        ) : (
          <>
            <span role="status">
              {t('logs.missing.loading', { count: filling.lines, formatted: number(filling.lines) })}
            </span>
            <button type="button" className={styles.act} disabled={filling.stopping} onClick={filling.stop}>
              {t(filling.stopping ? 'logs.missing.stopping' : 'logs.missing.stop')}
            </button>
          </>
        ))}
    </div>
  );
}

/** The time of day to the second, as the lines beside it have it; the day is in the title. */
function secondOf(time: string | null): string {
  return time === null ? '' : logTime(time).replace(/\.\d+$/, '');
}

function wordOf(from: string | null, to: string | null, isGone: boolean) {
  if (to === null) return isGone ? 'goneHere' : 'here';
  if (from === null) return isGone ? 'goneBefore' : 'before';
  return isGone ? 'goneBetween' : 'between';
}
