import {
  asCommandError,
  commands,
  type AppStart,
  type CommandError,
  type ConnectionId,
  type ConnectionView,
  type ConnectionWay,
  type Deployment,
  type Notice,
  type Settings,
  type SettingsChanged,
  type Spoken,
} from '../ipc';
import { createStore, useStore } from '../hooks/store';
import { takeDrafts } from './drafts';

/** The age of what is in front, for the status bar. */
export type Front = { asOf: string; source: 'live' | 'cache' | 'offline' };

/** What was sent, in words, and the page that tells what came of it. */
export type Sent = { what: string; to: string };

/** What was refused, or whose outcome is not known, after its form was left. */
export type Refusal = Sent & {
  error: CommandError;
  /** Hears that it was put away and not looked at. */
  dismissed: () => void;
};

export type Toast = { id: number; connection: ConnectionId; deployment: Deployment };

/** What is known beside the pages: it came with the start and is kept up by events. */
export type Shell = {
  /** What the window is called within the app. */
  window: string;
  version: string;
  settings: Settings;
  /** The system's language, as far as the app speaks it. */
  systemLanguage: Spoken;
  connections: ConnectionView[];
  /** The connection of the page in front, or of the last one. */
  current: ConnectionId | null;
  notices: Notice[];
  refusals: Refusal[];
  toasts: Toast[];
  /** Until when a connection waits, in milliseconds of the wall clock. */
  waits: Record<ConnectionId, number>;
  front: { page?: Front | undefined; inner?: Front | undefined };
  /** How nearly every instance is reached and signed in to. */
  usualWay: ConnectionWay;
  /** Whether the desktop shows the app in a tray. */
  tray: boolean;
  /** A click on "Try it here" that the start asks for. */
  tryHere: boolean;
  /** What was done outside of a page and failed, a setting that could not be saved for one. */
  failure: CommandError | null;
  /** Does once more what failed. */
  retry: (() => void) | null;
};

export const shell = createStore<Shell>({
  window: 'main',
  version: '',
  settings: {
    theme: 'system',
    language: 'system',
    times: { zone: null, hours: 'system', exact: false },
    sidebarCollapsed: false,
    starred: [],
    quiet: false,
    quietHealth: false,
    quietRequests: false,
    quietHours: null,
    closeToTray: false,
    typeToDeploy: false,
    looked: [],
    views: [],
    columns: [],
    logColumns: [],
    logWrap: false,
    logKeeping: { record: true, days: 7, productionHours: 24, gibibytes: 2 },
    recents: [],
  },
  systemLanguage: 'en',
  connections: [],
  current: null,
  notices: [],
  refusals: [],
  toasts: [],
  waits: {},
  front: {},
  usualWay: {
    network: { proxy: { kind: 'system' }, authorities: [] },
    signIn: { issuer: null, clientId: '', scopes: [], redirectHost: '127.0.0.1', prompt: null },
    limits: { requestsPerHour: null, requestsPerMinute: null, requestsPerWindow: null, windowMinutes: null },
    readsAs: null,
  },
  tray: false,
  tryHere: false,
  failure: null,
  retry: null,
});

export function useShell<S>(select: (shell: Shell) => S): S {
  return useStore(shell, select);
}

export function useConnection(id: ConnectionId | null): ConnectionView | null {
  return useShell((value) => value.connections.find((connection) => connection.id === id) ?? null);
}

export function patchShell(change: Partial<Shell>): void {
  shell.set((before) => ({ ...before, ...change }));
}

export function begin(start: AppStart): void {
  takeDrafts(start.drafts);
  saving = { settings: start.settings, revision: start.settingsRevision, underWay: 0 };
  patchShell({
    window: start.window,
    version: start.version,
    settings: start.settings,
    systemLanguage: start.systemLanguage,
    connections: start.connections,
    current: start.connections[0]?.id ?? null,
    notices: start.notices,
    usualWay: start.usualWay,
    tray: start.tray,
    tryHere: start.tryHere,
  });
}

/** Replaces a connection, or adds it. */
export function putConnection(connection: ConnectionView): void {
  shell.set((before) => ({
    ...before,
    connections: before.connections.some((each) => each.id === connection.id)
      ? before.connections.map((each) => (each.id === connection.id ? connection : each))
      : [...before.connections, connection],
  }));
}

/** The newest settings that Rust told of, and how many changes of this window are on their way to it. */
type Saving = SettingsChanged & { underWay: number };

let saving: Saving | null = null;

/** Changes the settings at once and saves what was changed. */
export function changeSettings(change: (before: Settings) => Settings): void {
  const before = shell.get().settings;
  const settings = change(before);
  patchShell({ settings });
  const save = () => {
    patchShell({ failure: null, retry: null });
    send(settings, before, (thrown) => {
      patchShell({ failure: asCommandError(thrown), retry: save });
    });
  };
  save();
}

/** Changes what nobody asked to be kept. That it could not be saved is no reason to say anything. */
export function noteInSettings(change: (before: Settings) => Settings): void {
  const before = shell.get().settings;
  const settings = change(before);
  patchShell({ settings });
  send(settings, before, () => undefined);
}

/** Shows the settings as they were changed in any window, once nothing of this one is on its way any more. */
export function hearSettings(changed: SettingsChanged): void {
  if (saving === null || changed.revision <= saving.revision) return;
  Object.assign(saving, changed);
  if (saving.underWay === 0) patchShell({ settings: saving.settings });
}

function send(settings: Settings, before: Settings, failed: (thrown: unknown) => void): void {
  const begun = saving;
  if (begun) begun.underWay += 1;
  commands.settingsSave(settings, before).then(
    (changed) => {
      if (begun === null || begun !== saving) return;
      begun.underWay -= 1;
      if (changed.revision > begun.revision) Object.assign(begun, changed);
      if (begun.underWay === 0) patchShell({ settings: begun.settings });
    },
    (thrown: unknown) => {
      if (begun) begun.underWay -= 1;
      failed(thrown);
    },
  );
}

export function isStarred(settings: Settings, connection: ConnectionId, application: string): boolean {
  return settings.starred.some((star) => star.connection === connection && star.application === application);
}

export function toggleStar(connection: ConnectionId, application: string): void {
  changeSettings((before) => ({
    ...before,
    starred: isStarred(before, connection, application)
      ? before.starred.filter((star) => star.connection !== connection || star.application !== application)
      : [...before.starred, { connection, application }],
  }));
}

/** Adds a notice in the place of an older one about the same, as Rust does. */
export function putNotice(notice: Notice): void {
  const isOlder = (each: Notice) =>
    each.code === notice.code && each.params['name'] === notice.params['name'];
  shell.set((before) => ({
    ...before,
    notices: [...before.notices.filter((each) => !isOlder(each)), notice],
  }));
}

export function dismissNotice(notice: Notice): void {
  shell.set((before) => ({ ...before, notices: before.notices.filter((each) => each !== notice) }));
}

/** Tells above the page why something was refused that was sent from a form that is not there any more. */
export function putRefusal(sent: Sent, error: CommandError, dismissed: () => void = () => undefined): void {
  shell.set((before) => ({ ...before, refusals: [...before.refusals, { ...sent, error, dismissed }] }));
}

export function dismissRefusal(refusal: Refusal): void {
  shell.set((before) => ({ ...before, refusals: before.refusals.filter((each) => each !== refusal) }));
}

let lastToast = 0;

export function announce(connection: ConnectionId, deployment: Deployment): void {
  lastToast += 1;
  const toast = { id: lastToast, connection, deployment };
  shell.set((before) => ({ ...before, toasts: [...before.toasts.slice(-3), toast] }));
}

export function dismissToast(id: number): void {
  shell.set((before) => ({ ...before, toasts: before.toasts.filter((toast) => toast.id !== id) }));
}
