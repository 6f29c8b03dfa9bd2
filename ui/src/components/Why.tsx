import { useTranslation } from 'react-i18next';
import { newestFirst } from '../app/fleet';
import { imageNames } from '../app/image';
import { useNow } from '../hooks/useNow';
import { age, exactTime } from '../i18n/format';
import type { Deployment, EnvironmentEntry } from '../ipc';
import { Change } from './Tag';

type Props = { application: string; entry: EnvironmentEntry; deployments: Deployment[] };

/** One line of why a place is unwell: what failed there, or what its health says, and for how long. */
export function Why({ application, entry, deployments }: Props) {
  const { t } = useTranslation();
  const now = useNow(10);
  const failed = entry.status === 'error' ? lastFailed(application, entry, deployments) : undefined;
  if (failed) {
    const [from, to] = imageNames(failed.previousImage, failed.image);
    const at = failed.completedAt ?? failed.createdAt;
    return (
      <>
        <Change from={from} to={to} /> {t('why.failed')}
        {at !== null && <span title={exactTime(at)}> {t('why.agoShort', { age: age(at, now) })}</span>}
        {(failed.error ?? failed.message) !== null && `: ${failed.error ?? failed.message ?? ''}`}
      </>
    );
  }
  const word = entry.status === 'error' ? t('why.error') : t(healthWord(entry.health));
  const since = entry.healthSince;
  return (
    <>
      {entry.healthMessage ?? word}
      {since !== null && <span title={exactTime(since)}> {t('why.for', { age: age(since, now) })}</span>}
    </>
  );
}

/** The failed deployment that an entry in error speaks of, as far as it is known. */
export function lastFailed(
  application: string,
  entry: EnvironmentEntry,
  deployments: Deployment[],
): Deployment | undefined {
  return newestFirst(deployments).find(
    (deployment) =>
      deployment.applicationKey === application &&
      deployment.environment === entry.environment &&
      deployment.status === 'failed',
  );
}

function healthWord(health: string) {
  if (health === 'degraded') return 'why.degraded';
  return health === 'unhealthy' ? 'why.unhealthy' : 'why.unknown';
}
