import { LogOut, Plus, UserPlus } from 'lucide-react';
import { Swatch } from '../components/Swatch';
import { i18n } from '../i18n/i18n';
import type { ConnectionView } from '../ipc';
import { openMenu } from './layers';
import { go } from './navigation';
import { paths } from './paths';
import { shell } from './shell';
import { addAnother, signOutAfterAsking } from './connectionActions';

/** The menu of connections: each with colour, name and state, then what can be done with the one in front. */
export function openSwitcher(button: HTMLElement | null): void {
  if (!button) return;
  const { connections, current } = shell.get();
  const front = connections.find((each) => each.id === current);
  openMenu(
    button,
    i18n.t('connections.title'),
    [
      ...connections.map((connection) => ({
        label: connection.name,
        mark: <Swatch hue={connection.hue} />,
        detail: sessionWord(connection),
        checked: connection.id === current,
        act: () => {
          go(paths.home(connection.id));
        },
      })),
      ...(connections.length > 0 ? (['divider'] as const) : []),
      {
        label: i18n.t('connections.add'),
        icon: Plus,
        act: () => {
          go(paths.welcome());
        },
      },
      ...(front
        ? [
            {
              label: i18n.t('connections.another'),
              icon: UserPlus,
              act: () => {
                void addAnother(front);
              },
            },
          ]
        : []),
      ...(front && front.session.state === 'signedIn'
        ? [
            {
              label: i18n.t('signOut.menu', { name: front.account?.username ?? front.name }),
              icon: LogOut,
              act: () => {
                void signOutAfterAsking(front);
              },
            },
          ]
        : []),
    ],
    button,
  );
}

/** The state of a connection's session in a word or two. */
export function sessionWord(connection: ConnectionView): string {
  const { session } = connection;
  switch (session.state) {
    case 'signedOut':
      return i18n.t('session.signedOut');
    case 'signingIn':
      return i18n.t('session.signingIn');
    case 'restoring':
      return i18n.t('session.restoring');
    case 'signedIn':
      return session.account.username;
  }
}
