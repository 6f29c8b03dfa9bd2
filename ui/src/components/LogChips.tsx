import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { LogFilter } from '../app/logFilter';
import { exactTime } from '../i18n/format';
import { smallIcon } from './icon';
import styles from './LogChips.module.css';

type Props = { filter: LogFilter; change: (filter: LogFilter) => void };

/** What a log is narrowed by besides what is searched for: a span of time, fields. Each goes with a click. */
export function LogChips({ filter, change }: Props) {
  const { t } = useTranslation();
  const { from, to, fields } = filter;
  const span =
    from !== null && to !== null
      ? t('logs.span', { from: exactTime(from), to: exactTime(to) })
      : from !== null
        ? t('logs.spanFrom', { from: exactTime(from) })
        : to === null
          ? null
          : t('logs.spanTo', { to: exactTime(to) });
  const chips = fields.map(([name, value]) => ({
    words: t('logs.chip', { name, value }),
    without: { ...filter, fields: fields.filter(([each]) => each !== name) },
  }));
  if (span !== null) chips.unshift({ words: span, without: { ...filter, from: null, to: null } });
  return chips.map(({ words, without }) => (
    <span key={words} className={styles.chip} title={words}>
      <span className={styles.words}>{words}</span>
      <button
        type="button"
        className={styles.end}
        aria-label={t('logs.endChip', { words })}
        onClick={() => {
          change(without);
        }}
      >
        <X {...smallIcon} size={12} />
      </button>
    </span>
  ));
}
