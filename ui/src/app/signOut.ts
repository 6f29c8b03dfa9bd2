import { i18n } from '../i18n/i18n';
import { asCommandError, commands, type ConnectionView } from '../ipc';
import { ask } from './layers';
import { go } from './navigation';
import { paths } from './paths';
import { patchShell, shell } from './shell';

/** Signs out after one question; what this app kept of the account is erased with it. */
export async function signOutAfterAsking(connection: ConnectionView): Promise<void> {
  const yes = await ask({
    title: i18n.t('signOut.title', { name: connection.name }),
    text: i18n.t('signOut.text'),
    action: i18n.t('signOut.action'),
  });
  if (!yes) return;
  await carefully(() => commands.signOut(connection.id));
}

/** Removes a connection after one question. */
export async function removeAfterAsking(connection: ConnectionView): Promise<void> {
  const yes = await ask({
    title: i18n.t('remove.title', { name: connection.name }),
    text: i18n.t('remove.text'),
    action: i18n.t('remove.action'),
  });
  if (!yes) return;
  const done = await carefully(() => commands.connectionRemove(connection.id));
  if (done && shell.get().current === connection.id) {
    const next = shell.get().connections.find((each) => each.id !== connection.id);
    patchShell({ current: next?.id ?? null });
    if (!next) go(paths.welcome());
  }
}

async function carefully(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (thrown) {
    patchShell({ failure: asCommandError(thrown) });
    return false;
  }
}
