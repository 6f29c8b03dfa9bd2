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
    case 'instance': {
      // Of several that are close, the words of the last alone are known.
      const { count } = mark.what;
      if (saysStart(mark))
        return count > 1 ? t('timeline.startsAndEnds', { count: number(count) }) : t('timeline.start');
      return count > 1 ? t('timeline.ends', { count: number(count) }) : t('timeline.end');
    }
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

/** "shop-1 in dev: started with shop:1.4.0", "shop-1 started"; not "shop-1 in dev: could not be started". */
const STARTED = /^(?:\S+ in \S+: |\S+-\d+ )?started\b/i;
/** "shop-1 in dev: exited with code 0", "shop-1 stopped". */
const ENDED_WELL =
  /^(?:\S+ in \S+: |\S+-\d+ )?(?:exited with code 0|ended with (?:exit )?code 0|(?:was )?stopped)\b/i;

/** Whether the last that became of an instance is that it started. */
function saysStart({ what, summary }: Mark): boolean {
  return what.kind === 'instance' && STARTED.test(summary ?? '');
}

/** Whether a mark says only that an instance started: the deployment that started it is drawn already. */
export function isStart(mark: Mark): boolean {
  return mark.what.kind === 'instance' && mark.what.count === 1 && saysStart(mark);
}

/**
 * How a mark is drawn: a deployment that failed is bad, one that goes on or ended well is a deployment. An instance
 * is bad where it ended by a fault.
 */
export function markState(mark: Mark): State {
  if (mark.what.kind === 'instance')
    return saysStart(mark) || ENDED_WELL.test(mark.summary ?? '') ? 'off' : 'bad';
  if (mark.what.kind === 'configuration') return 'off';
  const state = deploymentState(mark.what.status ?? 'completed');
  return state === 'bad' || state === 'off' ? state : 'progress';
}

/** Which label gives way where there is room for one. */
export function markWeight({ what }: Mark): number {
  return { deployment: 2, configuration: 1, instance: 0 }[what.kind];
}
