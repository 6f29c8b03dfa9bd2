import { ArrowRight, Copy } from 'lucide-react';
import type { MouseEvent } from 'react';
import { copyText } from '../components/copy';
import { i18n } from '../i18n/i18n';
import type { ConnectionId, Deployment } from '../ipc';
import { selectionEntries } from './contextMenu';
import { callEntries } from './explorer';
import { imageWords } from './image';
import { menuPlace, openMenu } from './layers';
import { go } from './navigation';
import { copyDeployment, deploymentPath, newWindowEntry, shareEntries } from './share';

/** The menu of a deployment in a list. */
export function deploymentMenu(connection: ConnectionId, deployment: Deployment, event: MouseEvent): void {
  event.preventDefault();
  const { anchor, returnTo } = menuPlace(event);
  const path = deploymentPath(connection, deployment);
  const { to } = imageWords(deployment.previousImage, deployment.image);
  openMenu(
    anchor,
    `${deployment.applicationKey} ${to}`,
    [
      ...selectionEntries(),
      {
        label: i18n.t('menu.open'),
        icon: ArrowRight,
        act: () => {
          go(path);
        },
      },
      newWindowEntry(path),
      'divider',
      ...shareEntries(path, () => {
        copyDeployment(connection, deployment);
      }).map((entry, at) => (entry === 'divider' || at === 0 ? entry : { ...entry, shortcut: undefined })),
      {
        label: i18n.t('menu.copyId'),
        icon: Copy,
        act: () => {
          copyText(deployment.id);
        },
      },
      ...callEntries(connection, { kind: 'deployment', id: deployment.id }),
    ],
    returnTo,
  );
}
