import { createStore } from '../hooks/store';
import { asCommandError, commands, type ConnectionId, type ConnectionView, type Draft } from '../ipc';
import { putNotice } from './shell';

type Fields = Draft['fields'];

/** What was typed and not sent, of every connection and account. Never a secret: a form names what it keeps. */
const drafts = createStore<Draft[]>([]);

/** What is typed is written to the disk once it rests. */
const REST = 300;
/** Where it was said that what is typed cannot be kept. */
const told = new Set<string>();
const resting = new Map<string, ReturnType<typeof setTimeout>>();

/** Takes those of the last run. */
export function takeDrafts(all: Draft[]): void {
  for (const timer of resting.values()) clearTimeout(timer);
  resting.clear();
  told.clear();
  drafts.set(() => all);
}

/** Takes what was typed in another window, in the stead of what was there; with nothing in it, that is gone. */
export function hearDraft(heard: Draft): void {
  const isThere = (draft: Draft) =>
    draft.connection === heard.connection && draft.account === heard.account && draft.place === heard.place;
  const isGone = Object.keys(heard.fields).length === 0;
  drafts.set((before) => [...before.filter((draft) => !isThere(draft)), ...(isGone ? [] : [heard])]);
}

/** What the account that is signed in typed at a place, or null. */
export function draftAt(connection: ConnectionView | null, place: string): Draft | null {
  if (!connection) return null;
  return drafts.get().find((draft) => isAt(draft, connection, place)) ?? null;
}

/** Keeps what is typed at a place in the stead of what was there. */
export function keepDraft(connection: ConnectionView, place: string, fields: Fields): void {
  // What was not changed stays as old as it is.
  if (isSame(draftAt(connection, place)?.fields, fields)) return;
  const draft: Draft = {
    connection: connection.id,
    account: connection.account?.subject ?? null,
    place,
    fields,
    at: new Date().toISOString(),
  };
  drafts.set((before) => [...before.filter((other) => !isAt(other, connection, place)), draft]);
  later(connection.id, place, REST, fields);
}

/** Forgets what was typed at a place: it was sent, or is not wanted any more. */
export function dropDraft(connection: ConnectionView, place: string): void {
  if (!draftAt(connection, place)) return;
  drafts.set((before) => before.filter((other) => !isAt(other, connection, place)));
  later(connection.id, place, 0, {});
}

/** Forgets all that was typed on a connection; Rust has done so. */
export function forgetDrafts(connection: ConnectionId): void {
  for (const [name, timer] of resting) if (name.startsWith(`${connection} `)) clearTimeout(timer);
  drafts.set((before) => before.filter((draft) => draft.connection !== connection));
}

function later(connection: ConnectionId, place: string, rest: number, fields: Fields): void {
  const name = `${connection} ${place}`;
  clearTimeout(resting.get(name));
  const save = () => {
    resting.delete(name);
    // It is still in the window; the next letter saves it again. That it is not kept is said once of a place.
    commands.draftSave(connection, place, fields).then(
      () => told.delete(name),
      (thrown: unknown) => {
        const { code, params } = asCommandError(thrown);
        const isTyped = Object.keys(fields).length > 0;
        if (!isTyped || code !== 'settings_not_saved' || told.has(name)) return;
        told.add(name);
        putNotice({ code: 'draft_not_kept', params });
      },
    );
  };
  resting.set(name, setTimeout(save, rest));
}

function isSame(before: Fields | undefined, now: Fields): boolean {
  const names = Object.keys(now);
  return before !== undefined && names.every((name) => before[name] === now[name]);
}

function isAt(draft: Draft, connection: ConnectionView, place: string): boolean {
  return (
    draft.connection === connection.id &&
    draft.account === (connection.account?.subject ?? null) &&
    draft.place === place
  );
}
