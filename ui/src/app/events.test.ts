import { QueryObserver } from '@tanstack/react-query';
import { describe, expect, it, vi } from 'vitest';
import { replaceIpc } from '../ipc';
import { createFake } from '../ipc/fake/fake';
import { account } from '../ipc/fake/parts';
import { listenToAll } from './early/listening';
import { followEvents } from './events';
import { queries } from './queries';
import { begin, shell } from './shell';

describe('what is announced while the app starts', () => {
  it('is heard before the start is asked, and holds after it', async () => {
    const fake = createFake();
    replaceIpc(fake);
    const listening = await listenToAll();
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
    followEvents(listening);
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
    const listening = await listenToAll();
    begin(await fake.commands.appStart());
    followEvents(listening);
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

describe('what is made of a resource that changes', () => {
  it('is made again also where it was on its way for the first time', async () => {
    const fake = createFake();
    replaceIpc(fake);
    const listening = await listenToAll();
    begin(await fake.commands.appStart());
    followEvents(listening);
    const answers: ((value: string) => void)[] = [];
    const observer = new QueryObserver(queries, {
      queryKey: ['orders', 'accessGrid', 'shop'],
      queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
    });
    const left = observer.subscribe(() => undefined);
    fake.emit('resourceChanged', { connection: 'orders', resource: { kind: 'me' }, changed: true });
    answers[0]?.('made before who I am was known');
    await vi.waitFor(() => {
      expect(answers).toHaveLength(2);
    });
    answers[1]?.('made after');
    await vi.waitFor(() => {
      expect(observer.getCurrentResult().data).toBe('made after');
    });
    left();
  });
});
