import { commands, type ConnectionView } from '../ipc';

/** Begins a sign-in; the instance of this machine is started first, that is one and the same click. */
export async function signIn(connection: ConnectionView, remember: boolean): Promise<void> {
  if (connection.local) await commands.localStart();
  await commands.signIn(connection.id, remember);
}
