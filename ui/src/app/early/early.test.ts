import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { replaceIpc } from '../../ipc';
import { createFake } from '../../ipc/fake/fake';
import type { FakeOptions } from '../../ipc/fake/options';
import { callsOf } from '../../test/renderApp';
import { followEvents } from '../events';
import { paths, TABS } from '../paths';
import { begin, shell } from '../shell';
import { listenAndAsk } from './early';
import { pagesOf } from './pages';

function withFake(options: FakeOptions = {}) {
  const fake = createFake(options);
  replaceIpc(fake);
  return fake;
}

describe('what is asked for before there is a page', () => {
  it('comes after everything is listened to: what is announced meanwhile holds', async () => {
    const fake = withFake();
    const { appStart } = fake.commands;
    replaceIpc({
      ...fake,
      commands: {
        ...fake.commands,
        appStart: async () => {
          const started = await appStart();
          fake.emit('noticeRaised', { code: 'port_moved', params: { from: '1', to: '2' } });
          fake.emit('sessionChanged', {
            connection: 'orders',
            session: { state: 'signedOut', reason: null },
            revision: 9,
          });
          return started;
        },
      },
    });
    const { started, listening } = await listenAndAsk('');
    begin(started);
    followEvents(listening);
    expect(shell.get().notices).toHaveLength(1);
    expect(shell.get().connections.find(({ id }) => id === 'orders')?.session.state).toBe('signedOut');
  });

  it('is the fleet that the first page shows', async () => {
    const fake = withFake();
    const { fleet } = await listenAndAsk(paths.applications('orders'));
    expect(fleet?.connection).toBe('orders');
    expect((await fleet?.reading)?.value.rows.length).toBeGreaterThan(0);
    expect(callsOf(fake, 'fleet')).toEqual([['orders']]);
  });

  it('is that of the place of last time, and of no other connection', async () => {
    const started = await createFake().commands.appStart();
    const fake = withFake({
      answers: { appStart: () => Promise.resolve({ ...started, address: paths.home('payments') }) },
    });
    expect((await listenAndAsk('')).fleet, 'nobody is signed in there').toBeNull();
    expect(callsOf(fake, 'fleet')).toEqual([]);
    expect((await listenAndAsk(paths.home('orders'))).fleet?.connection, 'loaded anew').toBe('orders');
  });

  it('is nothing of a connection where there is none', async () => {
    withFake({ signedIn: false });
    expect((await listenAndAsk('')).fleet).toBeNull();
  });

  it('what cannot be read is told to who waits for it alone', async () => {
    const gone = { code: 'instance_unreachable', params: {} } as unknown as Error;
    withFake({ answers: { fleet: () => Promise.reject(gone) } });
    const { fleet } = await listenAndAsk(paths.home('orders'));
    await expect(fleet?.reading).rejects.toBe(gone);
  });
});

it('what asks first needs nothing of what draws, or it would come after it', () => {
  const allowed: Record<string, RegExp> = {
    'src/app/early': /^(\.\/|\.\.\/\.\.\/ipc$)/,
    'src/ipc': /^(\.\/|@tauri-apps\/)/,
  };
  for (const [folder, may] of Object.entries(allowed)) {
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    expect(files.length).toBeGreaterThan(3);
    for (const name of files) {
      const text = readFileSync(`${folder}/${name}`, 'utf8');
      for (const [, from] of text.matchAll(/^(?:import|export) [^;]*?from ['"]([^'"]+)['"]/gm))
        expect(from, name).toMatch(may);
    }
  }
});

describe('the pages of an address', () => {
  it.each([
    ['applications', paths.applications('c', { search: 'a' })],
    ['deployments', paths.deployments('c')],
    ['promote', paths.promote('c')],
    ['environments', paths.environments('c')],
    ['access', paths.access('c')],
    ['api', paths.api('c')],
    ['logs', paths.manyLogs('c')],
    ['newApplication', paths.newApplication('c')],
    ['settings', paths.settings('logs')],
    ['welcome', paths.welcome()],
  ] as const)('of %s is that one', (name, address) => {
    expect(pagesOf(address)).toEqual([name]);
  });

  it('of an application are its own and the part that is open', () => {
    const parts = TABS.map((tab) => pagesOf(paths.application('c', 'shop', 'dev', tab)));
    expect(parts.map(([page]) => page)).toEqual(TABS.map(() => 'application'));
    expect(new Set(parts.map(([, part]) => part)).size).toBe(TABS.length);
    expect(parts[0]).toEqual(['application', 'applicationNow']);
  });

  it('of what is no page are none', () => {
    for (const address of ['', '/', paths.home('c'), '/nowhere/applications', '/c/c/nowhere'])
      expect(pagesOf(address)).toEqual([]);
  });
});
