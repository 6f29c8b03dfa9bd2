import { ArrowRight } from 'lucide-react';
import type { MouseEvent } from 'react';
import { i18n } from '../i18n/i18n';
import type { ConnectionId, Resource } from '../ipc';
import { selectionEntries } from './contextMenu';
import { callEntries } from './explorer';
import { menuPlace, openMenu } from './layers';
import { go } from './navigation';
import { newWindowEntry, shareEntries } from './share';

type Row = { name: string; path: string; resource: Resource };

/** The menu of a row that shows one of the API's objects and leads to its page. */
export function rowMenu(connection: ConnectionId, { name, path, resource }: Row, event: MouseEvent): void {
  event.preventDefault();
  const { anchor, returnTo } = menuPlace(event);
  openMenu(
    anchor,
    name,
    [
      ...selectionEntries(),
      {
        label: i18n.t('menu.open'),
        icon: ArrowRight,
        shortcut: '⏎',
        act: () => {
          go(path);
        },
      },
      newWindowEntry(path),
      'divider',
      ...shareEntries(path, null),
      ...callEntries(connection, resource),
    ],
    returnTo,
  );
}
