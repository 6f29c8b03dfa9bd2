import type { AdviceKind } from '../ipc';

/** Where in the app the doctor's advice can be followed. */
export type Errand = 'network' | 'signIn' | 'session';

const ERRANDS: Partial<Record<AdviceKind, Errand>> = {
  correctProxy: 'network',
  checkProxyName: 'network',
  reachProxy: 'network',
  unknownProxySchemes: 'network',
  askForProxy: 'network',
  giveProxyPassword: 'network',
  trustAuthority: 'network',
  correctAuthorityFile: 'network',
  correctProvider: 'signIn',
  reachProvider: 'signIn',
  signIn: 'session',
};

/** The errand that an advice sends on; null where nothing in the app mends it. */
export function errandOf(kind: AdviceKind): Errand | null {
  return ERRANDS[kind] ?? null;
}
