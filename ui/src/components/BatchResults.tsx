import { useTranslation } from 'react-i18next';
import { paths } from '../app/paths';
import type { Rollout } from '../app/rollouts';
import { useResource } from '../hooks/useResource';
import type { Deployment, RolloutStep, State } from '../ipc';
import styles from './Batch.module.css';
import { Link } from './Link';
import { errorWords } from './Problem';
import { Shape } from './Shape';
import { Tag } from './Tag';

type Props = { rollout: Rollout; environment: string };

/** What has become of each application of a batch; a deployment that began goes on being followed. */
export function BatchResults({ rollout: { connection, applications, steps }, environment }: Props) {
  const { t } = useTranslation();
  const recent = useResource(connection, { kind: 'deployments', application: null }).value?.data ?? [];
  return (
    <ul className={styles.items} aria-label={t('batch.results')}>
      {applications.map((application) => {
        const outcome = steps.find((step) => step.application === application)?.outcome ?? null;
        const started =
          outcome?.kind === 'sent'
            ? (recent.find(({ id }) => id === outcome.deployment.id) ?? outcome.deployment)
            : null;
        return (
          <li key={application} className={styles.item}>
            <div className={styles.line}>
              <Shape state={shapeOf(outcome, started)} />
              <span className={styles.key}>
                <Tag text={application} />
              </span>
              <span className={styles.change}>
                {started ? (
                  <Link
                    to={paths.application(connection, application, environment, 'now', {
                      deployment: started.id,
                    })}
                  >
                    {started.status in WORDS
                      ? t(WORDS[started.status as keyof typeof WORDS])
                      : started.status}
                  </Link>
                ) : outcome?.kind === 'failed' ? (
                  errorWords(outcome.failure).title
                ) : outcome?.kind === 'sending' ? (
                  t('deploy.sending')
                ) : (
                  t(outcome === null ? 'batch.notYet' : 'batch.notSent')
                )}
              </span>
            </div>
            {outcome?.kind === 'failed' && (
              <p className={styles.reason}>{outcome.failure.message ?? errorWords(outcome.failure).text}</p>
            )}
            {started?.status === 'failed' && <p className={styles.reason}>{started.error}</p>}
          </li>
        );
      })}
    </ul>
  );
}

const WORDS = {
  pending: 'batch.pending',
  running: 'batch.running',
  completed: 'batch.completed',
  failed: 'batch.failed',
  cancelled: 'batch.cancelled',
} as const;

function shapeOf(outcome: RolloutStep['outcome'] | null, started: Deployment | null): State {
  if (started) {
    if (started.status === 'completed') return 'well';
    if (started.status === 'failed') return 'bad';
    return started.status === 'cancelled' ? 'off' : 'progress';
  }
  if (outcome === null) return 'unknown';
  return outcome.kind === 'failed' ? 'bad' : outcome.kind === 'sending' ? 'progress' : 'off';
}
