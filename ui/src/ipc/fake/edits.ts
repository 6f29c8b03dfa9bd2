import type { Commands } from '../ipc';
import type { ConnectionOffer, ConnectionView, ConnectionWay } from '../types';
import { connection, failure, usualWay } from './parts';

type Edits = Pick<
  Commands,
  | 'connectionAnother'
  | 'connectionWay'
  | 'connectionChange'
  | 'connectionUnlock'
  | 'connectionLockAgain'
  | 'connectionsOffered'
  | 'connectionsAccept'
  | 'connectionsCopyFile'
>;

const UNLOCKED = 15 * 60_000;

/** What people change of a connection. */
export function edits(connections: ConnectionView[], tell: () => void): Edits {
  const change = (id: string, by: Partial<ConnectionView>): Promise<ConnectionView> => {
    const found = connections.find((each) => each.id === id);
    if (!found) return Promise.reject(failure('connection_unknown') as unknown as Error);
    Object.assign(found, by);
    tell();
    return Promise.resolve(structuredClone(found));
  };
  const ways = new Map<string, ConnectionWay>();
  const refuse = (code: string, params: Record<string, string>) =>
    Promise.reject(failure(code, { params }) as unknown as Error);
  const add = (made: ConnectionView) => {
    connections.push(made);
    tell();
    return structuredClone(made);
  };
  return {
    connectionAnother: (id) => {
      const like = connections.find((each) => each.id === id);
      const name = `${like?.name ?? ''} (2)`;
      return Promise.resolve(add(connection(`${id}-2`, name, 'sky', { state: 'signedOut', reason: null })));
    },
    connectionWay: (id) => Promise.resolve(ways.get(id) ?? structuredClone(usualWay)),
    connectionChange: (id, edit, way) => {
      if (edit.name.trim() === '') return refuse('connection_name_invalid', { limit: '60' });
      const { proxy } = way.network;
      if (proxy.kind === 'through' && !proxy.url.includes('://'))
        return refuse('proxy_invalid', { proxy: proxy.url, reason: 'address' });
      if (way.signIn.issuer?.startsWith('http:'))
        return refuse('issuer_invalid', { issuer: way.signIn.issuer });
      for (const [limit, most] of Object.entries(way.limits) as [string, number | null][])
        if (most === 0) return refuse('limits_invalid', { limit, least: '1', most: '1000000' });
      ways.set(id, structuredClone(way));
      return change(id, edit);
    },
    connectionsOffered: (file) => {
      if (!file.startsWith('{')) return refuse('connections_file_invalid', { reason: 'expected value' });
      const { connections: offers } = JSON.parse(file) as { connections: ConnectionOffer[] };
      return Promise.resolve(offers);
    },
    connectionsAccept: (offers) =>
      Promise.resolve(
        offers.map(({ name, hue, production, readOnly }, at) => {
          const made = connection(`offered-${String(at)}`, name, hue ?? 'slate', {
            state: 'signedOut',
            reason: null,
          });
          return add({ ...made, production, readOnly });
        }),
      ),
    connectionsCopyFile: () => Promise.resolve(null),
    connectionUnlock: async (id) => {
      await change(id, { unlockedUntil: new Date(Date.now() + UNLOCKED).toISOString() });
      return null;
    },
    connectionLockAgain: async (id) => {
      await change(id, { unlockedUntil: null });
      return null;
    },
  };
}
