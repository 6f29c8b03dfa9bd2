import { ChevronDown } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openMenu, type MenuEntry } from '../app/layers';
import { exportLogs } from '../app/mergedLogs';
import { memory, number } from '../i18n/format';
import {
  asCommandError,
  newCall,
  type CommandError,
  type LogExport as Progress,
  type LogForm,
  type LogPart,
  type LogQuery,
} from '../ipc';
import { Button } from './Button';
import { smallIcon } from './icon';

type Props = {
  connection: string;
  /** The number of the set whose lines are written; `done` once it is not needed any more. */
  take: () => Promise<{ set: number; done: () => void }>;
  /** What is searched for; null where everything is shown. */
  query: LogQuery | null;
  /** The oldest position there is. */
  first: number;
  fail: (error: CommandError | null) => void;
};

const FORMS: LogForm[] = ['text', 'jsonLines', 'csv'];

type State = { doing: Progress | null; off: () => void } | { done: Progress } | null;

/** Writes what is shown of a log to a file: all of it, what was found, or what is selected. */
export function LogExport({ connection, take, query, first, fail }: Props) {
  const { t } = useTranslation();
  const [state, setState] = useState<State>(null);
  const off = useRef<(() => void) | null>(null);
  useEffect(() => () => off.current?.(), []);

  const write = async (part: LogPart, form: LogForm) => {
    const call = newCall();
    off.current = call.off;
    fail(null);
    setState({ doing: null, off: call.off });
    try {
      const { set, done } = await take();
      const told = (progress: Progress) => {
        setState((before) => (before && 'off' in before ? { ...before, doing: progress } : before));
      };
      const written = await exportLogs(connection, set, part, form, call.number, told).finally(done);
      setState(written && { done: written });
    } catch (thrown) {
      setState(null);
      fail(asCommandError(thrown));
    } finally {
      off.current = null;
    }
  };

  if (state && 'off' in state)
    return (
      <>
        {state.doing && (
          <span role="status">
            {t('exporting.progress', {
              lines: number(state.doing.lines ?? 0),
              of: number(state.doing.of ?? 0),
            })}
          </span>
        )}
        <Button
          onClick={() => {
            state.off();
          }}
        >
          {t('exporting.cancel')}
        </Button>
      </>
    );
  return (
    <>
      {state && (
        <span role="status">
          {t('exporting.done', {
            count: state.done.lines ?? 0,
            formatted: number(state.done.lines ?? 0),
            size: memory(state.done.bytes ?? 0),
          })}
        </span>
      )}
      <Button
        aria-haspopup="menu"
        onClick={({ currentTarget }) => {
          const selected = selectedLines(first);
          const entries = (part: LogPart, what: 'all' | 'found' | 'selected'): MenuEntry[] =>
            FORMS.map((form) => ({
              label: t(`exporting.${what}.${form}`),
              act: () => void write(part, form),
            }));
          openMenu(
            currentTarget,
            t('exporting.title'),
            [
              ...(selected
                ? [
                    ...entries({ query, from: selected.from, to: selected.to }, 'selected'),
                    'divider' as const,
                  ]
                : []),
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
    </>
  );
}

/** Which lines a selection of text goes over; null where it is within one. */
export function selectedLines(first: number): { from: number; to: number } | null {
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
