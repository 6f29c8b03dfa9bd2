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
  /** What is searched for; null where everything is shown. */
  query: LogQuery | null;
  /** The oldest position there is. */
  first: number;
};

/** Writes what is shown of a log to a file: all of it, what was found, or what is selected. */
export function LogExport({ exporting, query, first }: Props) {
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
      aria-haspopup="menu"
      disabled={exporting.state?.is === 'writing'}
      onClick={({ currentTarget }) => {
        const selected = selectedLines(first);
        openMenu(
          currentTarget,
          t('exporting.title'),
          [
            ...(selected ? [...entries({ query, ...selected }, 'selected'), 'divider' as const] : []),
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

/** Which lines a selection of text goes over; null where it is within one. */
function selectedLines(first: number): { from: number; to: number } | null {
  const selection = window.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const { startContainer, endContainer } = selection.getRangeAt(0);
  const [from, to] = [positionOf(startContainer), positionOf(endContainer)];
  if (from === null || to === null || from === to) return null;
  return { from: from - first, to: to - first + 1 };
}

function positionOf(node: Node): number | null {
  const element = node instanceof Element ? node : node.parentElement;
  const row = element?.closest<HTMLElement>('[data-position]');
  return row?.dataset.position === undefined ? null : Number(row.dataset.position);
}
