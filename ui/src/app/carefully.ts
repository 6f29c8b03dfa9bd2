import { asCommandError, commands } from '../ipc';
import { patchShell } from './shell';

/** Does it, or says above the page why not and offers to do it once more. */
export async function carefully(act: () => Promise<unknown>): Promise<void> {
  patchShell({ failure: null, retry: null });
  try {
    await act();
  } catch (thrown) {
    patchShell({ failure: asCommandError(thrown), retry: () => void carefully(act) });
  }
}

/** Lets writes through on a locked connection for a while. */
export function unlock(connection: string): void {
  void carefully(() => commands.connectionUnlock(connection));
}

/** Locks it again before that. */
export function lockAgain(connection: string): void {
  void carefully(() => commands.connectionLockAgain(connection));
}
