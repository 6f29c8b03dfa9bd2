import { Clock, Link, ListFilter } from 'lucide-react';
import { i18n } from '../i18n/i18n';
import type { ConnectionId, LogLine } from '../ipc';
import { fieldText } from './fieldText';
import type { MenuEntry } from './layers';
import { withField, type LogFilter } from './logFilter';
import { go } from './navigation';
import { paths } from './paths';
import { copyLink } from './share';

type Context = {
  connection: ConnectionId;
  application: string;
  environment: string;
  filter: LogFilter;
  change: (filter: LogFilter) => void;
  /** The environments that it runs in besides this one. */
  others: { key: string; name: string }[];
};

/** As many of a line's fields are offered. */
const MOST_FIELDS = 6;
/** Values that are longer say little in a menu, and nothing else has them. */
const LONGEST = 60;

/** What the menu of a line offers besides copying it: narrowing the log by it, and the same time elsewhere. */
export function lineMenu(
  line: LogLine,
  { connection, application, environment, filter, change, others }: Context,
) {
  const only = (name: string, value: string): MenuEntry => ({
    label: i18n.t('logs.only', { name, value }),
    icon: ListFilter,
    act: () => {
      change(withField(filter, name, value));
    },
  });
  const fields = Object.entries(line.fields)
    .filter(([, value]) => value === null || typeof value !== 'object')
    .map(([name, value]): [string, string] => [name, fieldText(value)])
    .filter(([, value]) => value.length <= LONGEST)
    .slice(0, MOST_FIELDS);
  const entries: MenuEntry[] = [
    ...(line.instance === null ? [] : [only('instance', line.instance)]),
    ...fields.map(([name, value]) => only(name, value)),
    'divider',
    {
      label: i18n.t('logs.fromHere'),
      icon: Clock,
      act: () => {
        change({ ...filter, from: line.timestamp });
      },
    },
    {
      label: i18n.t('logs.untilHere'),
      icon: Clock,
      act: () => {
        change({ ...filter, to: justAfter(line.timestamp) });
      },
    },
  ];
  entries.push({
    label: i18n.t('logs.copyLink'),
    icon: Link,
    act: () => {
      const look = { all: true, at: line.timestamp };
      const path = paths.logs(connection, application, environment, filter, look);
      copyLink(path);
    },
  });
  if (line.level === 'warn' || line.level === 'error')
    entries.unshift({
      label: i18n.t(line.level === 'error' ? 'logs.onlyErrors' : 'logs.onlyWarnings'),
      icon: ListFilter,
      act: () => {
        change({ ...filter, levels: line.level === 'error' ? 'errors' : 'warnings' });
      },
    });
  if (others.length > 0) entries.push('divider');
  for (const { key, name } of others)
    entries.push({
      label: i18n.t('logs.sameTime', { environment: name }),
      icon: Clock,
      act: () => {
        go(paths.logs(connection, application, key, filter, { all: true, at: line.timestamp }));
      },
    });
  return entries;
}

/** The end of a span is not in it: it is the millisecond after the line's. */
function justAfter(time: string): string {
  return new Date(Date.parse(time) + 1).toISOString();
}
