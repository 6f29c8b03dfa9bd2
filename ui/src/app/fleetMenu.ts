import { ArrowRight, ArrowUp, Copy, CopyPlus, ExternalLink, Link2, Star, Trash2, Undo2 } from 'lucide-react';
import type { MouseEvent } from 'react';
import { copyText } from '../components/copy';
import { i18n } from '../i18n/i18n';
import { commands, type ConnectionId, type FleetRow } from '../ipc';
import { carefully } from './carefully';
import { callEntries } from './explorer';
import { imageWords } from './image';
import { selectionEntries } from './contextMenu';
import { openDeletion, menuPlace, openMenu, type MenuEntry } from './layers';
import { go } from './navigation';
import { paths } from './paths';
import { copyPlace, newWindowEntry, shareEntries } from './share';
import { isStarred, shell, toggleStar } from './shell';

/** The menu of an application in a list, the same for every list. */
export function fleetMenu(
  connection: ConnectionId,
  row: FleetRow,
  environment: string | null,
  event: MouseEvent,
): void {
  event.preventDefault();
  const { key } = row;
  const there = environment ?? row.target;
  const { anchor, returnTo } = menuPlace(event);
  const page = paths.application(connection, key, there);
  const starred = isStarred(shell.get().settings, connection, key);
  const cell = row.cells.find((each) => each.environment === there);
  const before = cell?.place?.before ?? null;
  const url = cell?.place?.url ?? null;
  const noAddress = url === null ? i18n.t('application.noAddress') : undefined;
  const forbidden = cell?.mayDeploy === false ? i18n.t('deploy.forbidden') : undefined;
  const rollBack: MenuEntry[] =
    before === null
      ? []
      : [
          {
            label: i18n.t('menu.rollBack', { tag: imageWords(cell?.place?.image ?? null, before).to }),
            icon: Undo2,
            shortcut: 'r',
            reason: forbidden,
            act: () => {
              go(paths.application(connection, key, there, 'now', { form: true, image: before }));
            },
          },
        ];
  openMenu(
    anchor,
    key,
    [
      ...selectionEntries(),
      {
        label: i18n.t('menu.open'),
        icon: ArrowRight,
        shortcut: '⏎',
        act: () => {
          go(page);
        },
      },
      newWindowEntry(page),
      {
        label: i18n.t('deploy.action'),
        icon: ArrowUp,
        shortcut: 'd',
        reason: forbidden,
        act: () => {
          go(paths.application(connection, key, there, 'now', { form: true }));
        },
      },
      ...rollBack,
      'divider',
      ...shareEntries(page, () => {
        copyPlace(connection, key, there);
      }),
      'divider',
      {
        label: i18n.t('menu.openAddress'),
        icon: ExternalLink,
        reason: noAddress,
        act: () => {
          void carefully(() => commands.applicationOpen(connection, key, there));
        },
      },
      {
        label: i18n.t('menu.copyUrl'),
        icon: Link2,
        reason: noAddress,
        act: () => {
          copyText(url ?? '');
        },
      },
      {
        label: i18n.t('menu.copyKey'),
        icon: Copy,
        act: () => {
          copyText(key);
        },
      },
      ...callEntries(connection, { kind: 'application', application: key }),
      {
        label: starred ? i18n.t('menu.unstar') : i18n.t('menu.star'),
        icon: Star,
        act: () => {
          toggleStar(connection, key);
        },
      },
      'divider',
      {
        label: i18n.t('menu.copyApplication'),
        icon: CopyPlus,
        act: () => {
          go(paths.newApplication(connection, key));
        },
      },
      {
        label: i18n.t('menu.delete'),
        icon: Trash2,
        act: () => {
          openDeletion({ connection, application: key });
        },
      },
    ],
    returnTo,
  );
}
