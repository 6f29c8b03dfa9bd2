import { AppWindow, ArrowUp, Braces, Link2, ScrollText, Search, TriangleAlert } from 'lucide-react';
import { Shape } from '../components/Shape';
import type { HeldAnywhere } from '../hooks/useAnything';
import { number, when, whenInWords } from '../i18n/format';
import { i18n } from '../i18n/i18n';
import {
  commands,
  type AnythingGroup,
  type AnythingHeld,
  type ConnectionId,
  type Fleet,
  type LogHolding,
} from '../ipc';
import { carefully } from './carefully';
import { go } from './navigation';
import { mayBeSearched, type PaletteEntry } from './paletteSearch';
import { pathOf, paths } from './paths';
import { oneLine } from './printable';
import { deploymentPath } from './share';

/** Entries with what they have in common above them. */
export type PaletteGroup = { id: string; title: string; entries: PaletteEntry[] };

/** What holds the text, by kind: where it runs stands before all else, the others after the commands. */
export function heldGroups(
  connection: ConnectionId,
  fleet: Fleet,
  { known, logs }: HeldAnywhere,
  query: string,
  /** What of it is listed already. */
  listed: PaletteEntry[],
): { before: PaletteGroup[]; after: PaletteGroup[] } {
  const text = query.trim();
  const groups = known.groups.map((group) => groupOf(connection, fleet, group, text));
  const before = groups.filter(({ id }) => id === 'runs');
  // What is above is not said again.
  const ids = new Set([...listed, ...before.flatMap(({ entries }) => entries)].map(({ id }) => id));
  const others = groups
    .filter(({ id }) => id !== 'runs')
    .map((group) => ({ ...group, entries: group.entries.filter(({ id }) => !ids.has(id)) }));
  const inLogs = (logs?.found ?? []).map((holding) => logEntry(connection, holding, text));
  const after = [
    ...others,
    { id: 'logs', title: i18n.t('anything.kind.logs'), entries: inLogs },
    { id: 'ask', title: i18n.t('anything.kind.ask'), entries: asking(connection, fleet, known, text) },
  ];
  return { before, after: after.filter(({ entries }) => entries.length > 0) };
}

function groupOf(
  connection: ConnectionId,
  fleet: Fleet,
  { kind, total, held }: AnythingGroup,
  text: string,
): PaletteGroup {
  const title = kind === 'runs' ? i18n.t('anything.runs', { text }) : i18n.t(`anything.kind.${kind}`);
  const isCut = total > held.length;
  return {
    id: kind,
    title: isCut
      ? i18n.t('anything.some', { title, shown: number(held.length), total: number(total) })
      : title,
    entries: held.map((one, at) => ({
      ...entryOf(connection, fleet, one, `${kind} ${String(at)}`),
      isOfText: true,
    })),
  };
}

function entryOf(connection: ConnectionId, fleet: Fleet, held: AnythingHeld, name: string): PaletteEntry {
  const leads = (path: string, entry: Omit<PaletteEntry, 'id' | 'act'>, id = name) => ({
    ...entry,
    id,
    act: () => {
      go(path);
    },
  });
  switch (held.kind) {
    case 'page': {
      const { target, application, environment } = held;
      return leads(pathOf(target), {
        label: application ?? i18n.t(target.kind === 'connect' ? 'anything.connect' : 'anything.page'),
        words: target.kind === 'connect' ? target.instance : '',
        detail: '',
        ...(environment === null ? {} : { environment }),
        icon: target.kind === 'connect' ? AppWindow : Link2,
      });
    }
    case 'application':
    case 'place': {
      const { application, environment, words } = held;
      const path = paths.application(connection, application, environment);
      return leads(
        path,
        {
          label: application,
          words,
          detail: '',
          environment,
          mark: <Shape state={stateIn(fleet, application, environment)} labelled />,
        },
        path,
      );
    }
    case 'deployment': {
      const { id, application, environment, at, words } = held;
      const path = paths.application(connection, application, environment, 'now', { deployment: id });
      return leads(path, {
        label: i18n.t('anything.deployment', { application, time: whenInWords(at, Date.now()) }),
        words: oneLine(words),
        detail: '',
        environment,
        icon: ArrowUp,
      });
    }
    case 'configuration': {
      const { application, environment, name: variable, words } = held;
      const row = fleet.rows.find(({ key }) => key === application);
      const path =
        environment === null
          ? paths.application(connection, application, row?.target ?? 'dev', 'manifest')
          : paths.configuration(connection, application, environment, 'table');
      return leads(path, {
        label: i18n.t('anything.item', { name: variable, application }),
        words: oneLine(words ?? ''),
        detail: environment === null ? i18n.t('anything.manifest') : '',
        ...(environment === null ? {} : { environment }),
        icon: Braces,
      });
    }
    case 'fault': {
      const { at, code, call, requestId } = held;
      return leads(paths.settings('diagnostics'), {
        label: requestId,
        words: call ?? code,
        detail: when(at, Date.now()),
        icon: TriangleAlert,
      });
    }
  }
}

/** A log that holds the text: searched for it, by the field that has it where no message does. */
function logEntry(connection: ConnectionId, holding: LogHolding, text: string): PaletteEntry {
  const { log, lines, complete, words, field } = holding;
  const { application, environment } = log;
  const filter = field === null ? { text } : { fields: [field] };
  const count = lines ?? 0;
  return {
    id: `log ${application} ${environment}`,
    label: i18n.t(complete ? 'anything.lines' : 'anything.linesAtLeast', {
      application,
      count,
      formatted: number(count),
    }),
    words: oneLine(words),
    detail: '',
    environment,
    icon: ScrollText,
    isOfText: true,
    act: () => {
      go(paths.logs(connection, application, environment, filter));
    },
  };
}

/** What is beyond all that is known the instance can be asked for, a request each. */
function asking(
  connection: ConnectionId,
  fleet: Fleet,
  { mayBeDeployment }: HeldAnywhere['known'],
  text: string,
): PaletteEntry[] {
  const goesOn = fleet.nextPage !== null && text !== '' && mayBeSearched(text);
  const rest = { detail: '', icon: Search, isOfText: true };
  return [
    ...(mayBeDeployment
      ? [
          {
            ...rest,
            id: 'ask deployment',
            label: i18n.t('anything.askDeployment', { id: text }),
            act: () => {
              void carefully(async () => {
                const { value } = await commands.deployment(connection, text);
                go(deploymentPath(connection, value));
              });
            },
          },
        ]
      : []),
    ...(goesOn
      ? [
          {
            ...rest,
            id: 'ask applications',
            label: i18n.t('anything.askApplications', { text }),
            act: () => {
              go(paths.applications(connection, { search: text }));
            },
          },
        ]
      : []),
  ];
}

function stateIn(fleet: Fleet, application: string, environment: string) {
  const row = fleet.rows.find(({ key }) => key === application);
  const cell = row?.cells.find((each) => each.environment === environment);
  return cell?.place?.state ?? (row === undefined ? 'unknown' : 'off');
}
