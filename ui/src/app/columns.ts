import type { ConnectionId, SavedView, Settings } from '../ipc';
import { changeSettings } from './shell';

/** What is not shown unless somebody wants it. */
const EXTRA = ['image', 'deployed'];

/** The word for an environment's column. */
export function columnOf(environment: string): string {
  return `@${environment}`;
}

/** The columns of a connection's list that are not as they usually are. */
export function columnsOf(settings: Settings, connection: ConnectionId): string[] {
  return settings.columns.find((each) => each.connection === connection)?.columns ?? NONE;
}

export function isColumnShown(columns: string[], column: string): boolean {
  return columns.includes(column) === EXTRA.includes(column);
}

/** Shows a column, or hides it. */
export function toggleColumn(connection: ConnectionId, column: string): void {
  changeSettings((before) => {
    const now = columnsOf(before, connection);
    const next = now.includes(column) ? now.filter((each) => each !== column) : [...now, column];
    return withColumns(before, connection, next);
  });
}

export function setColumns(connection: ConnectionId, columns: string[]): void {
  changeSettings((before) => withColumns(before, connection, columns));
}

/** Keeps the present look at the list under a name, in the place of another one of that name. */
export function keepView(view: SavedView): void {
  changeSettings((before) => ({
    ...before,
    views: [...before.views.filter((other) => !isView(other, view)), view],
  }));
}

export function forgetView(view: SavedView): void {
  changeSettings((before) => ({ ...before, views: before.views.filter((other) => !isView(other, view)) }));
}

function isView(one: SavedView, other: SavedView): boolean {
  return one.connection === other.connection && one.name === other.name;
}

function withColumns(settings: Settings, connection: ConnectionId, columns: string[]): Settings {
  const others = settings.columns.filter((each) => each.connection !== connection);
  return {
    ...settings,
    columns: columns.length === 0 ? others : [...others, { connection, columns }],
  };
}

const NONE: string[] = [];
