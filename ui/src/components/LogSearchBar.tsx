import { Regex } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { LogSearch } from '../app/logSearch';
import { number } from '../i18n/format';
import type { LogQuery } from '../ipc';
import { IconButton } from './Button';
import { smallIcon } from './icon';
import styles from './LogSearchBar.module.css';
import { SearchInput } from './SearchInput';
import { Segmented } from './Segmented';

/** What a log is narrowed by, as people choose it. */
export type LogFilter = { text: string; regex: boolean; levels: keyof typeof LEVELS };

const LEVELS = { all: [], warnings: ['warn', 'error'], errors: ['error'] };

export const UNFILTERED: LogFilter = { text: '', regex: false, levels: 'all' };

/** What is searched for; null where nothing is, and all lines are shown. */
export function queryOf({ text, regex, levels }: LogFilter): LogQuery | null {
  if (text === '' && levels === 'all') return null;
  return { text, regex, levels: LEVELS[levels], from: null, to: null };
}

type Props = { filter: LogFilter; change: (filter: LogFilter) => void; search: LogSearch | null };

/** Narrows a log by a text, an expression and levels, and says what was found. */
export function LogSearchBar({ filter, change, search }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <SearchInput
        label={t('logs.search')}
        value={filter.text}
        change={(text) => {
          change({ ...filter, text });
        }}
      />
      <IconButton
        label={t('logs.expression')}
        aria-pressed={filter.regex}
        onClick={() => {
          change({ ...filter, regex: !filter.regex });
        }}
      >
        <Regex {...smallIcon} />
      </IconButton>
      <Segmented
        label={t('logs.level')}
        value={filter.levels}
        options={(Object.keys(LEVELS) as (keyof typeof LEVELS)[]).map((value) => ({
          value,
          label: t(`logs.levels.${value}`),
        }))}
        change={(levels) => {
          change({ ...filter, levels });
        }}
      />
      {search && <Found search={search} />}
    </>
  );
}

/** "312 of 1,204,551 · 38 ms", or what is wrong with the expression. */
function Found({ search: { progress, error } }: { search: LogSearch }) {
  const { t } = useTranslation();
  if (error?.code === 'bad_expression')
    return (
      <span role="alert" className={styles.wrong} title={error.params.reason}>
        {t('logs.badExpression', { reason: error.params.reason })}
      </span>
    );
  if (!progress) return null;
  const { matches, of, lines, milliseconds, done } = progress;
  return (
    <span role="status" className={styles.found}>
      {done
        ? t('logs.found', {
            matches: number(matches ?? 0),
            of: number(of ?? 0),
            milliseconds: number(Math.max(1, Math.round(milliseconds ?? 0))),
          })
        : t('logs.searching', {
            matches: number(matches ?? 0),
            lines: number(lines ?? 0),
            of: number(of ?? 0),
          })}
    </span>
  );
}
