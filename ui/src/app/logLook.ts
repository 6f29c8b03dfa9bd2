import type { ConnectionId, Settings } from '../ipc';
import { changeSettings } from './shell';

/** How lines of a log are shown. */
export type LineLook = {
  /** Fields that have a column of their own. */
  columns: string[];
  /** Whether long lines are broken instead of cut off. */
  wrap: boolean;
};

/** As many characters of a field are shown in its column. */
const WIDEST = 24;

/** Which fields the log of an application shows as columns. */
export function logColumns(settings: Settings, connection: ConnectionId, application: string): string[] {
  const ours = settings.logColumns.find(
    (each) => each.connection === connection && each.application === application,
  );
  return ours?.fields ?? NONE;
}

/** Shows a field as a column, or no longer. */
export function toggleLogColumn(connection: ConnectionId, application: string, name: string): void {
  changeSettings((before) => {
    const now = logColumns(before, connection, application);
    const fields = now.includes(name) ? now.filter((each) => each !== name) : [...now, name];
    const others = before.logColumns.filter(
      (each) => each.connection !== connection || each.application !== application,
    );
    return {
      ...before,
      logColumns: fields.length === 0 ? others : [...others, { connection, application, fields }],
    };
  });
}

export function toggleLogWrap(): void {
  changeSettings((before) => ({ ...before, logWrap: !before.logWrap }));
}

/** How wide the columns of fields are, in characters: as their names and what was seen of their values need. */
export function columnWidths(columns: string[], longest: ReadonlyMap<string, number>): number[] {
  return columns.map((name) => Math.min(WIDEST, Math.max(name.length, longest.get(name) ?? 0)));
}

const NONE: string[] = [];
