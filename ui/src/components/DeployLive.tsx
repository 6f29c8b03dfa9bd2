import { useTranslation } from 'react-i18next';
import { useStage } from '../app/environments';
import { imageNames, tagOf } from '../app/image';
import { paths } from '../app/paths';
import { deploymentState, isRunning } from '../app/state';
import { useFront, useResource } from '../hooks/useResource';
import { between, exactTime, timeOfDay } from '../i18n/format';
import { useNow } from '../hooks/useNow';
import type { Deployment } from '../ipc';
import type { PanelProps } from './DeployPanel';
import styles from './DeployPanel.module.css';
import { Link } from './Link';
import { errorWords } from './Problem';
import { Shape } from './Shape';
import { Steps } from './Steps';
import { Change } from './Tag';
import { Waiting } from './Waiting';

/** A deployment as it goes; closing the panel leaves it in the status bar. */
export function DeployLive({ connection, environment, tab, id }: PanelProps & { id: string }) {
  const { t } = useTranslation();
  const now = useNow(1);
  const where = useStage(environment, connection).name;
  const held = useResource(connection, { kind: 'deployment', id });
  const { value, reading } = held;
  useFront(reading, 'inner');
  if (!value || !reading)
    return (
      <div className={styles.section}>
        <Waiting held={held} what={t('deploy.progress')} rows={4} />
      </div>
    );

  const lost = isRunning(value.status) && (reading.source === 'offline' || reading.failure !== null);
  const state = lost ? 'unknown' : deploymentState(value.status);
  const [from, to] = imageNames(value.previousImage, value.image);
  const running = isRunning(value.status);
  const begun = value.startedAt ?? value.createdAt;
  const took = between(begun, value.completedAt ?? new Date(now).toISOString());
  return (
    <div className={styles.live}>
      <div className={styles.content}>
        <section className={styles.section} aria-live="polite">
          <p className={styles.sentence}>
            <Shape state={state} labelled />
            {lost ? t('deploy.lostContact') : sentence(value, where, t)}
          </p>
          {lost && (
            <p className={styles.dim}>
              {t('deploy.lostContactText', { time: timeOfDay(reading.asOf, now) })}{' '}
              {reading.failure !== null && errorWords(reading.failure).title}
            </p>
          )}
          <div
            className={styles.bar}
            data-state={state}
            role="progressbar"
            aria-label={t('deploy.progress')}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={value.progress ?? undefined}
          >
            <span style={{ width: `${String(running ? (value.progress ?? 0) : 100)}%` }} />
          </div>
          <div className={styles.change}>
            <Change from={from} to={to} />
            <span className={styles.note} title={exactTime(value.createdAt)}>
              {t('deploy.startedBy', {
                who: value.requestedBy ?? t('deployments.unknownPerson'),
                time: timeOfDay(value.createdAt, now),
              })}
              {took !== '' && ` · ${took}`}
            </span>
          </div>
          {value.note !== null && <p className={styles.dim}>{value.note}</p>}
          {running && value.message !== null && <p className={styles.dim}>{value.message}</p>}
          {value.error !== null && <p className={styles.error}>{value.error}</p>}
        </section>
        <section className={styles.section}>
          <h3 className={styles.heading}>{t('steps.label')}</h3>
          <Steps steps={value.steps} />
        </section>
        <p className={styles.links}>
          <Link
            instead
            to={paths.application(connection, value.applicationKey, environment, 'logs', { deployment: id })}
          >
            {t('deploy.seeLogs')}
          </Link>
          {!running && (
            <Link
              instead
              to={paths.application(connection, value.applicationKey, environment, tab, { form: true })}
            >
              {t('deploy.again')}
            </Link>
          )}
        </p>
      </div>
      {running && (
        <footer className={styles.foot}>
          <span className={styles.note}>{t('deploy.dock')}</span>
        </footer>
      )}
    </div>
  );
}

function sentence(deployment: Deployment, where: string, t: ReturnType<typeof useTranslation>['t']): string {
  const words = { tag: tagOf(deployment.image) ?? '', environment: where };
  switch (deployment.status) {
    case 'pending':
      return t('deploy.pending', words);
    case 'running':
      return t('deploy.running', words);
    case 'completed':
      return t('deploy.done', words);
    case 'failed':
      return t('deploy.failed', words);
    case 'cancelled':
      return t('deploy.cancelled', words);
    default:
      return deployment.status;
  }
}
