import { imageNames } from './image';
import { deploymentState } from './state';
import { statusWord } from '../components/DeploymentTable';
import { number } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { Mark, State } from '../ipc';

/** What stands beside a mark: as short as it can be. */
export function markLabel(mark: Mark, t: Translate): string {
  switch (mark.what.kind) {
    case 'deployment': {
      const [from, to] = imageNames(mark.what.from, mark.what.to);
      if (to === null) return t('timeline.deployment');
      return from === null || from === to ? to : `${from} → ${to}`;
    }
    case 'configuration':
      return t('timeline.configuration');
    case 'instance':
      return mark.what.count > 1 ? t('timeline.ends', { count: number(mark.what.count) }) : t('timeline.end');
  }
}

/** The same with all that is known of it. */
export function markWords(mark: Mark, t: Translate): string {
  const { what, by, summary } = mark;
  const status = what.kind === 'deployment' ? what.status : null;
  const label =
    what.kind === 'deployment' && what.to !== null
      ? t('timeline.deploymentOf', { change: markLabel(mark, t) })
      : markLabel(mark, t);
  return [
    label,
    status === null ? '' : statusWord(status, t),
    by === null ? '' : t('now.by', { who: by }),
    what.kind === 'deployment' && what.status === 'completed' ? '' : (summary ?? ''),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** How a mark is drawn: a deployment that failed is bad, one that goes on or ended well is a deployment. */
export function markState(mark: Mark): State {
  if (mark.what.kind === 'instance') return 'bad';
  if (mark.what.kind === 'configuration') return 'off';
  const state = deploymentState(mark.what.status ?? 'completed');
  return state === 'bad' || state === 'off' ? state : 'progress';
}

/** Which label gives way where there is room for one. */
export function markWeight({ what }: Mark): number {
  return { deployment: 2, configuration: 1, instance: 0 }[what.kind];
}
