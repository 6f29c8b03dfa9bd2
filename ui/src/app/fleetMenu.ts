import { ArrowRight, ArrowUp, Copy, Star, Undo2 } from 'lucide-react';
import type { MouseEvent } from 'react';
import { copyText } from '../components/copy';
import { i18n } from '../i18n/i18n';
import type { ConnectionId, FleetRow } from '../ipc';
import { imageWords } from './image';
import { openMenu, type MenuEntry } from './layers';
import { go } from './navigation';
import { paths } from './paths';
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
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  const starred = isStarred(shell.get().settings, connection, key);
  const cell = row.cells.find((each) => each.environment === there);
  const before = cell?.place?.before ?? null;
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
    // Shift-F10 has no place of its own: the menu opens at what has the focus.
    event.clientX === 0 && event.clientY === 0 && focused ? focused : { x: event.clientX, y: event.clientY },
    key,
    [
      {
        label: i18n.t('menu.open'),
        icon: ArrowRight,
        shortcut: '⏎',
        act: () => {
          go(paths.application(connection, key, there));
        },
      },
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
      {
        label: i18n.t('menu.copyKey'),
        icon: Copy,
        act: () => {
          copyText(key);
        },
      },
      {
        label: starred ? i18n.t('menu.unstar') : i18n.t('menu.star'),
        icon: Star,
        act: () => {
          toggleStar(connection, key);
        },
      },
    ],
    focused,
  );
}
