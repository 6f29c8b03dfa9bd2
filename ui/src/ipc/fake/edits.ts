import type { Commands } from '../ipc';
import type { ConnectionView } from '../types';
import { failure } from './parts';

type Edits = Pick<Commands, 'connectionEdit' | 'connectionUnlock' | 'connectionLockAgain'>;

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
  return {
    connectionEdit: (id, edit) => change(id, edit),
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
