import { Link2, MessageSquareText, SquareArrowOutUpRight } from 'lucide-react';
import { i18n } from '../i18n/i18n';
import { commands, openInNewWindow, type ConnectionId, type Deployment } from '../ipc';
import { carefully } from './carefully';
import { deploymentFacts, placeFacts } from './chatText';
import { knownRow, knownAnswer } from './known';
import type { MenuEntry } from './layers';
import { applicationInFocus } from './listKeys';
import { history } from './navigation';
import { applicationOf, connectionOf, pageOf, paths } from './paths';
import { say } from './said';

/** Puts a link to a page on the clipboard, which leads there in the app of whoever has the same instance. */
export function copyLink(path: string): void {
  const connection = connectionOf(path);
  if (connection === null) return;
  void carefully(async () => {
    await commands.linkCopy(connection, pageOf(path));
    say(i18n.t('share.linkCopied'));
  });
}

/** Puts what is known of a place on the clipboard as text, with the link to it. */
export function copyPlace(connection: ConnectionId, application: string, environment: string): void {
  const row = knownRow(connection, application);
  const answer = knownAnswer(connection, application, environment);
  const facts = placeFacts({ connection, application, environment }, row, answer);
  copyFacts(connection, paths.application(connection, application, environment), facts);
}

/** The same of a deployment. */
export function copyDeployment(connection: ConnectionId, deployment: Deployment): void {
  copyFacts(connection, deploymentPath(connection, deployment), deploymentFacts(connection, deployment));
}

/** The page that tells how a deployment went. */
export function deploymentPath(
  connection: ConnectionId,
  { id, applicationKey, environment }: Deployment,
): string {
  return paths.application(connection, applicationKey, environment, 'now', { deployment: id });
}

function copyFacts(connection: ConnectionId, path: string, facts: string): void {
  void carefully(async () => {
    await commands.factsCopy(connection, pageOf(path), facts);
    say(i18n.t('share.chatCopied'));
  });
}

/** The link of what has the focus, else of the page (`y`). */
export function copyLinkHere(): boolean {
  const path = pathInFocus() ?? history.location.href;
  if (connectionOf(path) === null) return false;
  copyLink(path);
  return true;
}

/** The facts of the application in focus, else of the one that is open (`Y`). */
export function copyFactsHere(): boolean {
  const connection = connectionOf(history.location.pathname);
  const place = applicationInFocus() ?? applicationOf(history.location.pathname);
  if (connection === null || !place) return false;
  copyPlace(connection, place.application, place.environment);
  return true;
}

function pathInFocus(): string | null {
  const connection = connectionOf(history.location.pathname);
  const place = applicationInFocus();
  if (connection !== null && place)
    return paths.application(connection, place.application, place.environment);
  return document.activeElement?.closest('[data-link]')?.getAttribute('data-link') ?? null;
}

/** What menus offer of a page: its link, and what is said of it as text, where that is known. */
export function shareEntries(path: string, copyForChat: (() => void) | null): MenuEntry[] {
  const chat: MenuEntry[] =
    copyForChat === null
      ? []
      : [
          {
            label: i18n.t('share.copyForChat'),
            icon: MessageSquareText,
            shortcut: 'Y',
            act: copyForChat,
          },
        ];
  return [
    {
      label: i18n.t('share.copyLink'),
      icon: Link2,
      shortcut: 'y',
      reason: connectionOf(path) === null ? i18n.t('share.noLink') : undefined,
      act: () => {
        copyLink(path);
      },
    },
    ...chat,
  ];
}

export function newWindowEntry(path: string): MenuEntry {
  return {
    label: i18n.t('menu.newWindow'),
    icon: SquareArrowOutUpRight,
    act: () => {
      openInNewWindow(path);
    },
  };
}
