import { useEffect, useLayoutEffect, useRef, useState, type CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { LINE } from '../app/logScroll';
import { paths } from '../app/paths';
import { useLogTail } from '../hooks/useLogTail';
import { number } from '../i18n/format';
import { instanceWidth, logCells, logRow } from './LogLine';
import styles from './NewestLines.module.css';
import { Link } from './Link';
import { errorWords } from './Problem';

type Props = { connection: string; application: string; environment: string };

/** As many of the newest lines as there is room for, live. */
export function NewestLines({ connection, application, environment }: Props) {
  const { t } = useTranslation();
  const { lines, state, failure } = useLogTail(connection, application, environment);
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
  const known = shown.flatMap((position) => lines.at(position) ?? []);
  return (
    <section className={styles.section} aria-label={t('now.newest')}>
      <div className={styles.bar}>
        <h3>{t('now.newest')}</h3>
        <span className={styles.dim}>
          {state !== null && t('logs.lines', { count: total - first, formatted: number(total - first) })}
          {failure && ` · ${errorWords(failure).title}`}
        </span>
        <Link className={styles.link} to={paths.application(connection, application, environment, 'logs')}>
          {t('now.openLogs')}
        </Link>
      </div>
      <div ref={place} className={styles.lines}>
        {state !== null && total === first && <p className={styles.none}>{t('now.noLines')}</p>}
        <ol style={instanceWidth(known) as CSSProperties}>
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
