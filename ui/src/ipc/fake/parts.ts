import type { CommandError, ConnectionView, ConnectionWay, SessionState, Stage } from '../types';

export const account = { subject: 'u-2', username: 'developer', displayName: 'A developer', email: null };

/** The environments of the invented instances. */
export const stages: Stage[] = ['dev', 'test', 'prod'].map((key) => stage(key));

export function stage(key: string): Stage {
  return { key, name: key === 'prod' ? 'PROD' : key, production: key === 'prod' };
}

/** How nearly every instance is reached and signed in to. */
export const usualWay: ConnectionWay = {
  network: { proxy: { kind: 'system' }, authorities: [] },
  signIn: {
    issuer: null,
    clientId: 'miso-desktop',
    scopes: ['profile', 'email', 'offline_access', 'api'],
    redirectHost: '127.0.0.1',
    prompt: null,
  },
  limits: { requestsPerHour: null, requestsPerMinute: null, requestsPerWindow: null, windowMinutes: null },
  readsAs: null,
};

export function failure(code: string, more: Partial<CommandError> = {}): CommandError {
  return { code, params: {}, message: null, requestId: null, details: [], ...more };
}

export function connection(
  id: string,
  name: string,
  hue: ConnectionView['hue'],
  session: SessionState,
): ConnectionView {
  return {
    id,
    name,
    url: `https://${id}.misohost.example`,
    issuer: null,
    clientId: 'miso-desktop',
    account: session.state === 'signedIn' ? session.account : null,
    hue,
    production: false,
    readOnly: false,
    unlockedUntil: null,
    local: id === 'local',
    found: 'documented',
    session,
    environments: stages,
    revision: nextRevision(),
  };
}

let revision = 0;

/** Grows with every state of every session, as in Rust. */
export function nextRevision(): number {
  revision += 1;
  return revision;
}

export function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, '').split('/')[0] ?? address;
}

export function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A list that fits on one page, as the API answers it. */
export function page<T>(list: T[]) {
  return {
    data: list,
    meta: { page: 1, pageSize: 200, total: list.length, totalPages: 1 },
    links: null,
  };
}
