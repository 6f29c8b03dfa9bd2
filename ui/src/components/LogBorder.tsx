import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { OlderMatches } from '../app/olderMatches';
import { useNow } from '../hooks/useNow';
import { number, timeOfDay } from '../i18n/format';
import styles from './LogRule.module.css';

type Props = {
  older: OlderMatches;
  /** It has a line of its own, where there is none to hang it from. */
  alone?: boolean;
  /** Shows what the instance found, where that is not shown above it. */
  show?: () => void;
};

/** Where what is kept of a log begins: above it stands what the instance found besides. */
export function LogBorder({ older, alone = false, show }: Props) {
  const { t } = useTranslation();
  const now = useNow();
  const { found, since } = older;
  return (
    <Border alone={alone}>
      <span>{t('logs.older.kept', { time: timeOfDay(since, now) })}</span>
      {found.length > 0 && show ? (
        <button type="button" className={styles.act} onClick={show}>
          {t('logs.older.show', { count: found.length, formatted: number(found.length) })}
        </button>
      ) : found.length > 0 ? (
        <span>{t('logs.older.found', { count: found.length, formatted: number(found.length) })}</span>
      ) : (
        <Ask older={older} />
      )}
    </Border>
  );
}

/** What stands before the match at a position, where the instance found so many before those that are kept. */
export function borderAt(position: number, unkept: number, older: OlderMatches): ReactNode {
  if (position === unkept) return <LogBorder older={older} />;
  return position === 0 ? <LogOldest older={older} /> : null;
}

/** Above what the instance has found so far: what is older still. */
function LogOldest({ older }: { older: OlderMatches }) {
  return (
    <Border alone={false}>
      <Ask older={older} />
    </Border>
  );
}

function Border({ alone, children }: { alone: boolean; children: ReactNode }) {
  return (
    <div
      className={styles.rule}
      data-alone={alone ? '' : undefined}
      role="note"
      onClick={(event) => {
        // The line below it is not meant.
        event.stopPropagation();
      }}
    >
      {children}
    </div>
  );
}

/** Asks the instance; says that it does, what came of it, or that there is nothing more. */
function Ask({ older }: { older: OlderMatches }) {
  const { t } = useTranslation();
  const now = useNow();
  const { asking, done, found, looked, oldest, requests } = older;
  if (asking) return <span role="status">{t('logs.older.asking')}</span>;
  if (done) return <span role="status">{t('logs.older.end')}</span>;
  return (
    <>
      {looked > 0 && found.length === 0 && (
        <span role="status">{t('logs.older.noneUntil', { time: timeOfDay(oldest, now) })}</span>
      )}
      <button type="button" className={styles.act} onClick={older.load}>
        {t(looked > 0 ? 'logs.older.more' : 'logs.older.ask')}
        <span className={styles.cost}>
          {t('logs.older.cost', { count: requests, formatted: number(requests) })}
        </span>
      </button>
    </>
  );
}
