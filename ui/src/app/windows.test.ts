import { describe, expect, it } from 'vitest';
import { openInNewWindow, replaceIpc, type Settings } from '../ipc';
import { createFake } from '../ipc/fake/fake';
import { callsOf } from '../test/renderApp';
import { draftAt, keepDraft } from './drafts';
import { listenToAll } from './early/listening';
import { followEvents } from './events';
import { begin, changeSettings, shell } from './shell';

async function started() {
  const fake = createFake();
  replaceIpc(fake);
  const listening = await listenToAll();
  begin(await fake.commands.appStart());
  followEvents(listening);
  return fake;
}

describe('several windows', () => {
  it('are opened at an address', async () => {
    const fake = await started();
    openInNewWindow('/c/orders/applications/orders-api/dev');
    expect(callsOf(fake, 'windowOpen')).toEqual([['/c/orders/applications/orders-api/dev']]);
  });

  it('share their settings, and an older state of them is no news', async () => {
    const fake = await started();
    const { settings } = shell.get();
    fake.emit('settingsChanged', { settings: { ...settings, theme: 'dark' }, revision: 2 });
    expect(shell.get().settings.theme).toBe('dark');
    fake.emit('settingsChanged', { settings: { ...settings, theme: 'light' }, revision: 1 });
    expect(shell.get().settings.theme).toBe('dark');
  });

  it('keep what each of them changes of the settings in the same moment', async () => {
    const fake = await started();
    const { settings } = shell.get();
    const answers: ((changed: { settings: Settings; revision: number }) => void)[] = [];
    replaceIpc({
      ...fake,
      commands: {
        ...fake.commands,
        settingsSave: () => new Promise((resolve) => answers.push(resolve)),
      },
    });
    changeSettings((before) => ({ ...before, sidebarCollapsed: true }));
    // Another window was first: what it changed is shown once this one's change is answered.
    fake.emit('settingsChanged', { settings: { ...settings, theme: 'dark' }, revision: 1 });
    expect(shell.get().settings).toMatchObject({ theme: 'system', sidebarCollapsed: true });
    changeSettings((before) => ({ ...before, quiet: true }));
    answers[0]?.({ settings: { ...settings, theme: 'dark', sidebarCollapsed: true }, revision: 2 });
    await Promise.resolve();
    expect(shell.get().settings).toMatchObject({ theme: 'system', sidebarCollapsed: true, quiet: true });
    const both = { ...settings, theme: 'dark' as const, sidebarCollapsed: true, quiet: true };
    answers[1]?.({ settings: both, revision: 3 });
    await Promise.resolve();
    expect(shell.get().settings).toEqual(both);
  });

  it('share what was typed and not sent', async () => {
    const fake = await started();
    const connection = shell.get().connections[0] ?? null;
    if (!connection) throw new Error('there is one');
    keepDraft(connection, 'deploy a', { note: 'mine' });
    const draft = draftAt(connection, 'deploy a');
    if (!draft) throw new Error('it is kept');
    fake.emit('draftKept', { draft: { ...draft, fields: { note: 'theirs' } }, window: 'window-2' });
    expect(draftAt(connection, 'deploy a')?.fields).toEqual({ note: 'theirs' });
    fake.emit('draftKept', { draft: { ...draft, fields: {} }, window: 'window-2' });
    expect(draftAt(connection, 'deploy a')).toBeNull();
  });
});
