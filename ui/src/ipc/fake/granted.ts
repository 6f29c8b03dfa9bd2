import type { Commands } from '../ipc';
import type { AccessEntry, AccessRequest, Held, Reading } from '../types';
import { applications, before, me } from './data';
import { failure, page, stages } from './parts';

type Granted = Pick<
  Commands,
  | 'rights'
  | 'rightsHeld'
  | 'access'
  | 'accessGrid'
  | 'accessChoices'
  | 'accessGrant'
  | 'accessRevoke'
  | 'accessRequests'
  | 'accessAsked'
  | 'accessAsk'
  | 'accessDecide'
>;

type Answer = <T>(value: T) => Promise<T>;

const UPDATE = 'access:update';
const ROLES = ['admin', 'developer', 'user', 'viewer'];
const PERMISSIONS = [
  'applications:read',
  'applications:update',
  'applications:deploy',
  'deployments:read',
  'logs:read',
  'access:read',
  UPDATE,
];

/** Who may do what, and who asks for more. The caller may what is given. */
export function granted(
  reading: <T>(value: T) => Promise<Reading<T>>,
  answer: Answer,
  permissions = me.permissions,
): Granted {
  const missing = permissions.includes(UPDATE) ? null : UPDATE;
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
    rights: () => answer({ permissions }),
    rightsHeld: (_, key) =>
      answer({
        environments: stages,
        rows: PERMISSIONS.map((permission) => ({
          permission,
          held: stages.map((stage): Held => heldIn(permission, stage.key, key, permissions)),
        })),
      }),
    accessGrid: () =>
      reading({
        environments: stages.map((environment) => ({ environment, missing })),
        rows: rows.map((entry) => ({
          entry,
          held: stages.map(({ key }) => entry.environments.includes(key)),
          own: entry.subject === me.username,
          production: entry.environments.includes('prod'),
          missing,
        })),
        roles: [...new Set([...ROLES, ...rows.map(({ role }) => role)])],
        missing,
      }),
    accessChoices: () => answer({ roles: ROLES, environments: stages, longestReason: 500 }),
    accessAsked: () =>
      reading(
        requests.map((request) => ({
          request,
          own: request.requestedBy === me.username,
          toDecide: request.status === 'pending' && missing === null,
          production: request.environments.includes('prod'),
        })),
      ),
    access: () => reading(rows),
    accessGrant: (_, __, subject, grant) => {
      const row = { subject, ...grant };
      const at = rows.findIndex((each) => each.subject === subject);
      if (at >= 0) rows[at] = row;
      else rows.push(row);
      return answer(row);
    },
    accessRevoke: (_, __, { subject }) => {
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

function heldIn(permission: string, environment: string, key: string | null, own: string[]): Held {
  const there = applications
    .filter((each) => key === null || each.key === key)
    .flatMap(({ environments }) => environments.filter((entry) => entry.environment === environment));
  const count = there.filter((entry) => entry.permissions.includes(permission)).length;
  if (there.length === 0) return { kind: own.includes(permission) ? 'yes' : 'no' };
  if (count === 0) return { kind: 'no' };
  return count === there.length ? { kind: 'yes' } : { kind: 'some', count, of: there.length };
}
