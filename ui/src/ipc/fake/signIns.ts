import type { DeviceCode, SessionState } from '../types';
import { account, failure, later } from './parts';

type Around = {
  session: (id: string, state: SessionState) => void;
  url: (id: string) => string | undefined;
  /** Milliseconds that a step takes. */
  step: number;
};

/** Sign-ins of the fake far side. Sentinel addresses bring about the failures. */
export function fakeSignIns({ session, url, step }: Around) {
  const attempts = new Map<string, number>();
  const codes = new Map<string, DeviceCode>();

  const begin = (id: string) => {
    const attempt = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, attempt);
    codes.delete(id);
    return () => attempts.get(id) === attempt;
  };

  const finish = async (id: string, remember: boolean) => {
    codes.delete(id);
    for (const at of ['exchanging', 'saving'] as const) {
      session(id, { state: 'signingIn', step: at });
      await later(step / 2);
    }
    session(id, { state: 'signedIn', account, remembered: remember, until: null, notice: null });
  };

  const refuse = (code: string) => Promise.reject(failure(code) as unknown as Error);

  return {
    byBrowser: async (id: string, remember: boolean) => {
      const isWanted = begin(id);
      const address = url(id) ?? '';
      for (const at of ['checkingKeyring', 'discovering', 'waitingForBrowser'] as const) {
        session(id, { state: 'signingIn', step: at });
        await later(at === 'waitingForBrowser' ? step * 4 : step / 2);
        if (!isWanted()) return;
        if (at === 'checkingKeyring' && remember && address.includes('nokeyring')) {
          session(id, { state: 'signedOut', reason: failure('keyring_unavailable') });
          return;
        }
      }
      // Nobody comes back from the browser.
      if (address.includes('nobody')) return;
      if (address.includes('refused')) {
        session(id, {
          state: 'signedOut',
          reason: failure('sign_in_refused', { params: { error: 'access_denied' } }),
        });
        return;
      }
      await finish(id, remember);
    },
    onDevice: async (id: string, remember: boolean) => {
      const isWanted = begin(id);
      session(id, { state: 'signingIn', step: 'discovering' });
      await later(step / 2);
      if (!isWanted()) return;
      codes.set(id, {
        userCode: 'BCDF-GHJK',
        address: 'https://login.example.com/device',
        ends: new Date(Date.now() + 600_000).toISOString(),
      });
      session(id, { state: 'signingIn', step: 'waitingForDevice' });
      await later(step * 8);
      if (isWanted()) await finish(id, remember);
    },
    /** Any secret but "wrong" is right. */
    asService: async (id: string, clientId: string, secret: string, remember: boolean) => {
      const isWanted = begin(id);
      session(id, { state: 'signingIn', step: 'checkingSecret' });
      await later(step / 2);
      if (!isWanted()) return refuse('sign_in_cancelled');
      if (secret === 'wrong') {
        session(id, { state: 'signedOut', reason: failure('signed_out') });
        return refuse('signed_out');
      }
      const robot = { ...account, subject: clientId, username: clientId, displayName: null };
      session(id, { state: 'signedIn', account: robot, remembered: remember, until: null, notice: null });
      return null;
    },
    deviceCode: (id: string) => codes.get(id) ?? null,
    cancel: (id: string) => {
      begin(id);
      session(id, { state: 'signedOut', reason: failure('sign_in_cancelled') });
    },
  };
}
