import { ChevronDown } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { openMenu, type MenuEntry } from '../app/layers';
import type { LogExporting } from '../hooks/useLogExport';
import { memory, number } from '../i18n/format';
import type { LogForm, LogPart, LogQuery } from '../ipc';
import { Button } from './Button';
import { ErrorBar } from './ErrorBar';
import { smallIcon } from './icon';
import { Toolbar } from './Toolbar';

const FORMS: LogForm[] = ['text', 'jsonLines', 'csv'];

type Props = {
  exporting: LogExporting;
  /** What is searched for; null where nothing is. */
  query: LogQuery | null;
  /** Whether only what was found is shown, by its number. */
  onlyFound: boolean;
  /** The oldest position there is. */
  first: number;
  /** Which of the lines that are shown are selected: from, to, one past the last. */
  selected: () => [from: number, to: number] | null;
};

/** Writes what is shown of a log to a file: all of it, what was found, or what is selected. */
export function LogExport({ exporting, query, onlyFound, first, selected }: Props) {
  const { t } = useTranslation();
  const entries = (part: Omit<LogPart, 'form'>, what: 'all' | 'found' | 'selected'): MenuEntry[] =>
    FORMS.map((form) => ({
      label: t(`exporting.${what}.${form}`),
      act: () => {
        exporting.write({ ...part, form });
      },
    }));
  return (
    <Button
      data-end=""
      aria-haspopup="menu"
      disabled={exporting.state?.is === 'writing'}
      onClick={({ currentTarget }) => {
        const span = selected();
        const chosen =
          span &&
          (onlyFound
            ? { query, from: span[0], to: span[1] }
            : { query: null, from: span[0] - first, to: span[1] - first });
        openMenu(
          currentTarget,
          t('exporting.title'),
          [
            ...(chosen ? [...entries(chosen, 'selected'), 'divider' as const] : []),
            ...(query ? [...entries({ query, from: null, to: null }, 'found'), 'divider' as const] : []),
            ...entries({ query: null, from: null, to: null }, 'all'),
          ],
          currentTarget,
        );
      }}
    >
      {t('exporting.title')}
      <ChevronDown {...smallIcon} />
    </Button>
  );
}

/** How far the writing is, or how it ended. */
export function LogExportLine({ exporting: { state, end } }: { exporting: LogExporting }) {
  const { t } = useTranslation();
  if (!state) return null;
  if (state.is === 'failed')
    return (
      <ErrorBar error={state.error}>
        <Button onClick={end}>{t('exporting.close')}</Button>
      </ErrorBar>
    );
  const lines = state.progress?.lines ?? 0;
  const of = state.progress?.of ?? 0;
  return (
    <Toolbar>
      <span role="status">
        {state.is === 'written'
          ? t('exporting.done', {
              count: lines,
              formatted: number(lines),
              size: memory(state.progress.bytes ?? 0),
            })
          : state.progress
            ? t('exporting.progress', { lines: number(lines), of: number(of) })
            : t('exporting.begun')}
      </span>
      <Button onClick={end}>{t(state.is === 'written' ? 'exporting.close' : 'exporting.cancel')}</Button>
    </Toolbar>
  );
}
