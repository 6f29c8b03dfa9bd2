import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LINE } from '../app/logScroll';
import { paths } from '../app/paths';
import { useLacks } from '../hooks/useLacks';
import type { Tail } from '../hooks/useLogTail';
import { number } from '../i18n/format';
import { columnsLook, logCells, logRow } from './LogLine';
import styles from './NewestLines.module.css';
import { Link } from './Link';
import { ErrorBar } from './ErrorBar';

type Props = { connection: string; application: string; environment: string; tail: Tail };

/** As many of the newest lines as there is room for, live. */
export function NewestLines({ connection, application, environment, tail }: Props) {
  const { t } = useTranslation();
  const { lines, state, failure, again } = tail;
  const hasNoLog = useLacks(connection, 'applicationLog');
  const place = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const measure = () => {
      setRoom(Math.max(0, Math.floor(element.clientHeight / LINE)));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  const { first, total } = lines;
  const from = Math.max(first, total - room);
  useEffect(() => {
    lines.want(from, total);
  }, [lines, from, total]);
  const shown = Array.from({ length: Math.max(0, total - from) }, (_, at) => from + at);
  return (
    <section className={styles.section} aria-label={t('now.newest')}>
      <div className={styles.bar}>
        <h3>{t('now.newest')}</h3>
        <span className={styles.dim}>
          {total > first && t('logs.lines', { count: total - first, formatted: number(total - first) })}
        </span>
        {!hasNoLog && (
          <Link className={styles.link} to={paths.application(connection, application, environment, 'logs')}>
            {t('now.openLogs')}
          </Link>
        )}
      </div>
      {failure && <ErrorBar error={failure} again={again} />}
      <div ref={place} className={styles.lines}>
        {failure === null && total === first && (
          <p className={styles.none}>{state === 'live' ? t('now.noLines') : t('now.fetchingLines')}</p>
        )}
        <ol style={columnsLook(lines)}>
          {shown.map((position) => {
            const line = lines.at(position);
            return (
              <li key={position} className={logRow}>
                {line && logCells(line)}
              </li>
            );
          })}
        </ol>
      </div>
    </section>
  );
}
