import { describe, expect, it } from 'vitest';
import { replaceIpc } from '../ipc';
import { createFake } from '../ipc/fake/fake';
import { account } from '../ipc/fake/parts';
import { followEvents } from './events';
import { begin, shell } from './shell';

describe('what is announced while the app starts', () => {
  it('is heard before the start is asked, and holds after it', async () => {
    const fake = createFake();
    replaceIpc(fake);
    const events = await followEvents();
    const started = await fake.commands.appStart();
    fake.emit('sessionChanged', {
      connection: 'orders',
      session: { state: 'signedOut', reason: null },
      revision: 9,
    });
    fake.emit('noticeRaised', { code: 'port_moved', params: { from: '1', to: '2' } });
    fake.emit('sessionChanged', {
      connection: 'payments',
      session: { state: 'signedIn', account, remembered: true, until: null, notice: null },
      revision: 9,
    });
    begin(started);
    events.replay();
    const states = shell.get().connections.map(({ id, session }) => [id, session.state]);
    expect(states).toEqual([
      ['orders', 'signedOut'],
      ['payments', 'signedIn'],
    ]);
    expect(shell.get().notices).toHaveLength(1);
    fake.emit('noticeRaised', { code: 'database_set_aside', params: {} });
    expect(shell.get().notices).toHaveLength(2);
  });

  it('a notice takes the place of an older one about the same', async () => {
    const fake = createFake();
    replaceIpc(fake);
    const events = await followEvents();
    begin(await fake.commands.appStart());
    events.replay();
    const said = (code: string, params: Record<string, string>) => {
      fake.emit('noticeRaised', { code, params });
      return shell.get().notices.map((notice) => notice.params);
    };
    said('link_invalid', { link: 'miso://a' });
    expect(said('link_invalid', { link: 'miso://b' })).toEqual([{ link: 'miso://b' }]);
    said('sign_out_not_told', { name: 'Orders' });
    expect(said('sign_out_not_told', { name: 'Live' })).toHaveLength(3);
  });
});
