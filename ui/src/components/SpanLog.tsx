import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { searchOf } from '../app/logSearch';
import { paths } from '../app/paths';
import type { Picked } from '../app/timeline';
import { useLacks } from '../hooks/useLacks';
import { useLogSearch } from '../hooks/useLogSearch';
import type { Tail } from '../hooks/useLogTail';
import { number, clockTime } from '../i18n/format';
import type { LogQuery } from '../ipc';
import { Button } from './Button';
import { ErrorBar } from './ErrorBar';
import { Link } from './Link';
import { LogView } from './LogView';
import styles from './NewestLines.module.css';
import { Segmented } from './Segmented';

const LEVELS = { all: [], warnings: ['warn', 'error'] };
type Level = keyof typeof LEVELS;

type Props = {
  connection: string;
  application: string;
  environment: string;
  tail: Tail;
  picked: Picked;
  newest: () => void;
};

/** The lines of a span, of those that are kept; one without an end goes on with the log. */
export function SpanLog({ connection, application, environment, tail, picked, newest }: Props) {
  const { t } = useTranslation();
  const [level, setLevel] = useState<Level>('all');
  const { from, to } = useSettled(picked);
  const query: LogQuery = {
    text: '',
    regex: false,
    levels: LEVELS[level],
    from: new Date(from).toISOString(),
    to: to === null ? null : new Date(to).toISOString(),
    fields: [],
  };
  const { lines, failure, again } = tail;
  const hasNoLog = useLacks(connection, 'applicationLog');
  const way = useMemo(
    () => searchOf(connection, application, environment),
    [connection, application, environment],
  );
  const search = useLogSearch(way, query, lines.total, lines);
  const key = JSON.stringify(query);
  // Another span begins at its end again.
  const [away, setAway] = useState<string | null>(null);
  const matches = search?.progress?.matches ?? null;
  const error = failure ?? search?.error ?? null;
  const time = (at: number) => clockTime(new Date(at).toISOString());
  return (
    <section className={styles.section} aria-label={t('now.newest')}>
      <div className={styles.bar}>
        <h3>{t('timeline.span', { from: time(from), to: to === null ? t('timeline.now') : time(to) })}</h3>
        <span className={styles.dim} role="status">
          {matches !== null && t('logs.lines', { count: matches, formatted: number(matches) })}
        </span>
        <Segmented
          label={t('logs.level')}
          value={level}
          options={(Object.keys(LEVELS) as Level[]).map((value) => ({
            value,
            label: t(`logs.levels.${value}`),
          }))}
          change={setLevel}
        />
        <Button className={styles.second} onClick={newest}>
          {t('timeline.newest')}
        </Button>
        {!hasNoLog && (
          <>
            <Link
              className={`${styles.link ?? ''} ${styles.first ?? ''}`}
              to={paths.logs(
                connection,
                application,
                environment,
                {},
                { since: new Date(from).toISOString() },
              )}
            >
              {t('deployments.newSince')}
            </Link>
            <Link
              className={styles.link}
              to={paths.application(connection, application, environment, 'logs')}
            >
              {t('now.openLogs')}
            </Link>
          </>
        )}
      </div>
      {error && <ErrorBar error={error} again={again} />}
      {search && search.lines.total > 0 ? (
        <LogView
          key={key}
          lines={search.lines}
          following={away !== key}
          follow={(following) => {
            setAway(following ? null : key);
          }}
        />
      ) : (
        <div className={styles.lines}>
          <p className={styles.none}>{matches === null ? t('now.fetchingLines') : t('timeline.noLines')}</p>
        </div>
      )}
    </section>
  );
}

/** While a span is being drawn its log waits. */
function useSettled(picked: Picked): Picked {
  const [settled, setSettled] = useState(picked);
  const { from, to } = picked;
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled({ from, to });
    }, SETTLES);
    return () => {
      clearTimeout(timer);
    };
  }, [from, to]);
  return settled;
}

/** Milliseconds. */
const SETTLES = 150;
