import { Bell, BellRing } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { levelState, maskedPieces, patternKey, shownPattern } from '../app/logNews';
import { printable } from '../app/printable';
import { useNow } from '../hooks/useNow';
import type { WatchedPatterns } from '../hooks/useWatchedPatterns';
import { exactTime, number, timeOfDay } from '../i18n/format';
import type { LogPattern } from '../ipc';
import { IconButton } from './Button';
import { smallIcon } from './icon';
import styles from './LogNews.module.css';
import { Shape } from './Shape';
import table from './Table.module.css';

type Props = {
  patterns: LogPattern[];
  watched: WatchedPatterns;
  /** Leads to the first line that has it. */
  lead: (pattern: LogPattern) => void;
};

/** Patterns of messages, each with how many lines have it and since when. */
export function LogNewsTable({ patterns, watched, lead }: Props) {
  const { t } = useTranslation();
  const now = useNow(10);
  return (
    <table className={table.table} aria-label={t('logs.news.title')}>
      <thead>
        <tr>
          <th scope="col" className={table.number}>
            {t('logs.news.count')}
          </th>
          <th scope="col">{t('logs.level')}</th>
          <th scope="col" className={table.number}>
            {t('logs.news.first')}
          </th>
          <th scope="col" className={table.fill}>
            {t('logs.news.pattern')}
          </th>
          <th scope="col">
            <span className="visually-hidden">{t('logs.news.tell')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {patterns.map((pattern) => {
          const isWatched = watched.has(pattern);
          return (
            <tr
              key={patternKey(pattern)}
              data-row={patternKey(pattern)}
              onClick={() => {
                lead(pattern);
              }}
            >
              <td className={table.number}>{number(pattern.count ?? 0)}</td>
              <td>
                <Level level={pattern.level} />
              </td>
              <td className={`${table.dim ?? ''} ${table.number ?? ''}`} title={exactTime(pattern.first)}>
                {timeOfDay(pattern.first, now)}
              </td>
              <td className={table.fill}>
                <button type="button" className={styles.pattern} data-item="">
                  <PatternText text={pattern.text} />
                </button>
              </td>
              <td>
                <IconButton
                  label={isWatched ? t('logs.news.tellNoMore') : t('logs.news.tell')}
                  data-item=""
                  aria-pressed={isWatched}
                  className={styles.tell}
                  onClick={(event) => {
                    event.stopPropagation();
                    watched.toggle(pattern);
                  }}
                >
                  {isWatched ? <BellRing {...smallIcon} /> : <Bell {...smallIcon} />}
                </IconButton>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** How bad lines are, as a shape and a word. */
export function Level({ level }: { level: string }) {
  const { t } = useTranslation();
  const word = level === 'error' ? t('logs.news.error') : level === 'warn' ? t('logs.news.warning') : level;
  const state = levelState(level);
  return (
    <span className={table.state}>
      {state === null ? <span className={styles.noShape} /> : <Shape state={state} />}
      {word}
    </span>
  );
}

/** A pattern, with what is masked in it dim. */
export function PatternText({ text }: { text: string }) {
  return (
    <span className={table.mono} title={shownPattern(text)}>
      {maskedPieces(text).map((piece, at) =>
        piece.masked ? (
          <span key={at} className={styles.masked}>
            {piece.text}
          </span>
        ) : (
          printable(piece.text)
        ),
      )}
    </span>
  );
}
