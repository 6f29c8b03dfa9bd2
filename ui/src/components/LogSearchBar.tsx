import { ArrowDown, ArrowUp, ListFilter, Regex } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { LEVELS, type LogFilter } from '../app/logFilter';
import type { LogSearch } from '../app/logSearch';
import { number } from '../i18n/format';
import { IconButton } from './Button';
import { smallIcon } from './icon';
import styles from './LogSearchBar.module.css';
import { SearchInput } from './SearchInput';
import { Segmented } from './Segmented';

type Props = { filter: LogFilter; change: (filter: LogFilter) => void };

type FoundProps = {
  search: LogSearch;
  /** The number of the match that the keys stand on, counted from one. */
  at: number | null;
  step: (by: 1 | -1) => void;
  /** Whether all lines are shown, those that were found among them. */
  all: boolean;
  showAll: (all: boolean) => void;
};

/** Narrows a log by a text, an expression and levels. */
export function LogSearchBar({ filter, change }: Props) {
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
        className={styles.toggle}
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
    </>
  );
}

/** Says what was found, goes from one to the next, and shows it alone or among all lines. */
export function LogFound({ search, at, step, all, showAll }: FoundProps) {
  const { t } = useTranslation();
  return (
    <span className={styles.group}>
      <IconButton
        label={t('logs.onlyFound')}
        className={styles.toggle}
        aria-pressed={!all}
        onClick={() => {
          showAll(!all);
        }}
      >
        <ListFilter {...smallIcon} />
      </IconButton>
      <IconButton
        label={t('logs.previousMatch')}
        onClick={() => {
          step(-1);
        }}
      >
        <ArrowUp {...smallIcon} />
      </IconButton>
      <IconButton
        label={t('logs.nextMatch')}
        onClick={() => {
          step(1);
        }}
      >
        <ArrowDown {...smallIcon} />
      </IconButton>
      <Found search={search} at={at} />
    </span>
  );
}

/** "312 of 1,204,551 · 38 ms", which of them one is at, or what is wrong with the expression. */
export function Found({ search: { progress, error }, at }: { search: LogSearch; at: number | null }) {
  const { t } = useTranslation();
  if (error?.code === 'bad_expression')
    return (
      <span role="alert" className={styles.wrong} title={error.params.reason}>
        {t('logs.badExpression', { reason: error.params.reason })}
      </span>
    );
  if (!progress) return null;
  const { matches, of, lines, milliseconds, done } = progress;
  const words = {
    at: number(at ?? 0),
    matches: number(matches ?? 0),
    lines: number(lines ?? 0),
    of: number(of ?? 0),
    milliseconds: number(Math.max(1, Math.round(milliseconds ?? 0))),
  };
  return (
    <span role="status" className={styles.found}>
      {!done ? t('logs.searching', words) : at === null ? t('logs.found', words) : t('logs.foundAt', words)}
    </span>
  );
}
