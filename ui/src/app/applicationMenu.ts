import { Copy, Link2, Star } from 'lucide-react';
import { copyText } from '../components/copy';
import { i18n } from '../i18n/i18n';
import type { ConnectionId } from '../ipc';
import { commandEntry, curlEntry, shownIn } from './explorer';
import { openMenu } from './layers';
import { copiedOf, logFrom } from './logFilter';
import { history } from './navigation';
import type { Tab } from './paths';
import { copyPlace, newWindowEntry, shareEntries } from './share';
import { isStarred, shell, toggleStar } from './shell';

type At = {
  connection: ConnectionId;
  application: string;
  environment: string;
  tab: Tab;
  url: string | null;
};

/** What the header of an application has no room for. */
export function applicationMenu(
  button: HTMLElement,
  { connection, application, environment, tab, url }: At,
): void {
  const path = history.location.href;
  const shown = shownIn(tab, application, environment);
  openMenu(
    button,
    i18n.t('menu.more'),
    [
      ...shareEntries(path, () => {
        copyPlace(connection, application, environment);
      }),
      newWindowEntry(path),
      'divider',
      {
        label: i18n.t('menu.copyUrl'),
        icon: Link2,
        reason: url === null ? i18n.t('application.noAddress') : undefined,
        act: () => {
          copyText(url ?? '');
        },
      },
      {
        label: i18n.t('menu.copyKey'),
        icon: Copy,
        act: () => {
          copyText(application);
        },
      },
      curlEntry(connection, shown),
      commandEntry(
        connection,
        tab === 'logs'
          ? { kind: 'log', application, environment, search: copiedOf(logFrom(path)) }
          : { kind: 'resource', resource: shown },
      ),
      {
        label: i18n.t(isStarred(shell.get().settings, connection, application) ? 'menu.unstar' : 'menu.star'),
        icon: Star,
        act: () => {
          toggleStar(connection, application);
        },
      },
    ],
    button,
  );
}
