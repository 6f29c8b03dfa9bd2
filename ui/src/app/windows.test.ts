import { describe, expect, it } from 'vitest';
import { openInNewWindow, replaceIpc } from '../ipc';
import { createFake } from '../ipc/fake/fake';
import { callsOf } from '../test/renderApp';
import { draftAt, keepDraft } from './drafts';
import { listenToAll } from './early/listening';
import { followEvents } from './events';
import { begin, shell } from './shell';

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

  it('share their settings; what one says of itself is no news to it', async () => {
    const fake = await started();
    const { settings } = shell.get();
    fake.emit('settingsChanged', { settings: { ...settings, theme: 'dark' }, window: 'main' });
    expect(shell.get().settings.theme).toBe('system');
    fake.emit('settingsChanged', { settings: { ...settings, theme: 'dark' }, window: 'window-2' });
    expect(shell.get().settings.theme).toBe('dark');
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
