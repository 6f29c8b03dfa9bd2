import { i18n } from '../i18n/i18n';
import { commands, type ConnectionView } from '../ipc';
import { carefully } from './carefully';
import { forgetDrafts } from './drafts';
import { forgetForms } from './explorer';
import { ask } from './layers';
import { go } from './navigation';
import { paths } from './paths';
import { patchShell, putConnection, shell } from './shell';

/** Signs out after one question; what this app kept of the account is erased with it. */
export async function signOutAfterAsking(connection: ConnectionView): Promise<void> {
  const yes = await ask({
    title: i18n.t('signOut.title', { name: connection.name }),
    text: i18n.t('signOut.text'),
    action: i18n.t('signOut.action'),
  });
  if (!yes) return;
  await carefully(async () => {
    await commands.signOut(connection.id).finally(() => {
      forgetDrafts(connection.id);
      forgetForms(connection.id);
    });
  });
}

/** Removes a connection after one question. */
export async function removeAfterAsking(connection: ConnectionView): Promise<void> {
  const yes = await ask({
    title: i18n.t('remove.title', { name: connection.name }),
    text: i18n.t('remove.text'),
    action: i18n.t('remove.action'),
    careful: true,
  });
  if (!yes) return;
  await carefully(async () => {
    await commands.connectionRemove(connection.id).finally(() => {
      forgetDrafts(connection.id);
      forgetForms(connection.id);
    });
    if (shell.get().current !== connection.id) return;
    const next = shell.get().connections.find((each) => each.id !== connection.id);
    patchShell({ current: next?.id ?? null });
    if (!next) go(paths.welcome());
  });
}

/** Makes another connection to the same instance, where another account signs in. */
export async function addAnother({ id }: ConnectionView): Promise<void> {
  await carefully(async () => {
    const made = await commands.connectionAnother(id);
    putConnection(made);
    go(paths.home(made.id));
  });
}
