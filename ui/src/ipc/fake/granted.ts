import type { Commands } from '../ipc';
import type { AccessEntry, AccessRequest, Reading } from '../types';
import { before, me } from './data';
import { failure, page } from './parts';

type Granted = Pick<
  Commands,
  'rights' | 'access' | 'accessGrant' | 'accessRevoke' | 'accessRequests' | 'accessAsk' | 'accessDecide'
>;

type Answer = <T>(value: T) => Promise<T>;

/** Who may do what, and who asks for more. */
export function granted(reading: <T>(value: T) => Promise<Reading<T>>, answer: Answer): Granted {
  const rows: AccessEntry[] = [
    { subject: 'team-orders', subjectType: 'group', role: 'developer', environments: ['dev', 'test'] },
    { subject: 'operations', subjectType: 'group', role: 'admin', environments: ['dev', 'test', 'prod'] },
  ];
  const requests: AccessRequest[] = [
    {
      id: 'ask-1',
      applicationKey: 'orders-api',
      role: 'viewer',
      environments: ['prod'],
      reason: 'Looking after the night shift.',
      status: 'pending',
      requestedBy: 'night.shift',
      createdAt: before(3_600_000),
      decidedBy: null,
      decidedAt: null,
      note: null,
    },
  ];
  return {
    rights: () => answer({ permissions: me.permissions }),
    access: () => reading(rows),
    accessGrant: (_, __, subject, grant) => {
      const row = { subject, ...grant };
      const at = rows.findIndex((each) => each.subject === subject);
      if (at >= 0) rows[at] = row;
      else rows.push(row);
      return answer(row);
    },
    accessRevoke: (_, __, subject) => {
      rows.splice(0, rows.length, ...rows.filter((each) => each.subject !== subject));
      return answer(null);
    },
    accessRequests: () => reading(page(requests)),
    accessAsk: (_, wish) => {
      const made: AccessRequest = {
        ...wish,
        id: `ask-${String(requests.length + 1)}`,
        status: 'pending',
        requestedBy: me.username,
        createdAt: before(0),
        decidedBy: null,
        decidedAt: null,
        note: null,
      };
      requests.unshift(made);
      return answer(made);
    },
    accessDecide: (_, id, { decision, note }) => {
      const found = requests.find((each) => each.id === id);
      if (!found) return Promise.reject(failure('not_found') as unknown as Error);
      Object.assign(found, {
        status: decision,
        note: note ?? null,
        decidedBy: me.username,
        decidedAt: before(0),
      });
      return answer(found);
    },
  };
}
