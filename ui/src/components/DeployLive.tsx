import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStage } from '../app/environments';
import { imageNames, imageWords } from '../app/image';
import { ask } from '../app/layers';
import { goInstead } from '../app/navigation';
import { paths } from '../app/paths';
import { deploymentState, healthState, isRunning } from '../app/state';
import { useFront, useMade, useResource } from '../hooks/useResource';
import { between, exactTime, timeOfDay } from '../i18n/format';
import { useLacks } from '../hooks/useLacks';
import { useNoWrites } from '../hooks/useNoWrites';
import { useNow } from '../hooks/useNow';
import { useRights } from '../hooks/useRights';
import type { Translate } from '../i18n/i18n';
import {
  asCommandError,
  commands,
  course,
  type Application,
  type CommandError,
  type Deployment,
} from '../ipc';
import { Button } from './Button';
import { DeployCourse } from './DeployCourse';
import { DeployLog } from './DeployLog';
import type { PanelProps } from './DeployPanel';
import styles from './DeployPanel.module.css';
import { Problem } from './Problem';
import { Shape } from './Shape';
import { Steps } from './Steps';
import { Change } from './Tag';
import { Waiting } from './Waiting';

/** A deployment as it goes; closing the panel leaves it in the status bar. */
export function DeployLive({ connection, application, environment, tab, id }: PanelProps & { id: string }) {
  const { t } = useTranslation();
  const now = useNow(1);
  const held = useResource(connection, { kind: 'deployment', id });
  const { value, reading } = held;
  const { name: where, production } = useStage(value?.environment ?? environment, connection);
  const going = useMade(connection, course(connection, application.key, id)).value;
  useFront(reading, 'inner');
  const noWrites = useNoWrites(connection, reading);
  const hasNoLog = useLacks(connection, 'applicationLog');
  const can = useRights(connection, application.key, value?.environment ?? environment);
  const noCancelling = noWrites ?? (can('applications:deploy') ? undefined : t('deploy.forbidden'));
  const [callingOff, setCallingOff] = useState(false);
  const [refused, setRefused] = useState<CommandError | null>(null);
  const callOff = async () => {
    // In production one click too many stops what is on its way to everybody.
    const words = { application: application.key, environment: where };
    const question = {
      title: t('deploy.cancelAsk', words),
      text: t('deploy.cancelAskText', words),
      action: t('deploy.cancel'),
      careful: true,
    };
    if (production && !(await ask(question))) return;
    setCallingOff(true);
    setRefused(null);
    // What becomes of it is told by the deployment itself.
    commands.deploymentCancel(connection, application.key, id).catch((thrown: unknown) => {
      setRefused(asCommandError(thrown));
      setCallingOff(false);
    });
  };
  if (!value || !reading)
    return (
      <div className={styles.section}>
        <Waiting held={held} what={t('deploy.progress')} rows={4} />
      </div>
    );

  const running = isRunning(value.status);
  const lost = running && going?.state === 'outOfContact';
  const stuck = running && going?.state === 'stuck';
  const state = lost ? 'unknown' : stuck ? 'warning' : deploymentState(value.status);
  const [from, to] = imageNames(value.previousImage, value.image);
  const names = imageWords(value.previousImage, value.image);
  const stillRuns = runsStill(value, application, environment);
  const begun = value.startedAt ?? value.createdAt;
  const took = between(begun, value.completedAt ?? new Date(now).toISOString());
  return (
    <div className={styles.live}>
      <div className={`${styles.content ?? ''} ${styles.stacked ?? ''}`}>
        <section className={styles.section} aria-live="polite">
          <p className={styles.sentence}>
            <Shape state={state} labelled />
            {lost
              ? t('deploy.lostContact')
              : sentence(value.status, { tag: names.to, environment: where }, t)}
            {stillRuns !== null &&
              ` ${t(stillRuns.isBad ? 'deploy.stillDeployed' : 'deploy.stillRuns', { tag: stillRuns.tag })}`}
          </p>
          {running && <DeployCourse course={going} reading={reading} now={now} />}
          {running && (
            <div
              className={styles.bar}
              data-state={state}
              role="progressbar"
              aria-label={t('deploy.progress')}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={value.progress ?? undefined}
            >
              <span style={{ width: `${String(value.progress ?? 0)}%` }} />
            </div>
          )}
          {value.error !== null && <p className={styles.error}>{value.error}</p>}
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
          {running && value.status !== 'pending' && value.message !== null && (
            <p className={styles.dim}>{value.message}</p>
          )}
        </section>
        {refused && (
          <section className={styles.section}>
            <Problem error={refused} />
          </section>
        )}
        <section className={styles.section}>
          <h3 className={styles.heading}>{t('steps.label')}</h3>
          <Steps steps={value.steps} said={value.error} ended={!running} />
        </section>
        <DeployLog connection={connection} deployment={value} />
      </div>
      <footer className={styles.foot}>
        {running && <span className={`${styles.note ?? ''} ${styles.whole ?? ''}`}>{t('deploy.dock')}</span>}
        {running && (
          <Button reason={noCancelling} disabled={callingOff} onClick={() => void callOff()}>
            {callingOff ? t('deploy.cancelling') : t('deploy.cancel')}
          </Button>
        )}
        {!running && (
          <Button
            onClick={() => {
              goInstead(
                paths.application(connection, value.applicationKey, environment, tab, {
                  form: true,
                  ...(value.image === null ? {} : { image: value.image }),
                }),
              );
            }}
          >
            {value.image === null ? t('deploy.again') : t('deploy.againNamed', { tag: names.to })}
          </Button>
        )}
        {tab !== 'logs' && !hasNoLog && (
          <Button
            onClick={() => {
              goInstead(
                paths.application(connection, value.applicationKey, environment, 'logs', { deployment: id }),
              );
            }}
          >
            {t('deploy.seeLogs')}
          </Button>
        )}
      </footer>
    </div>
  );
}

/** What was deployed before and stays so, where a deployment did not come through; and whether it is unhealthy. */
function runsStill(
  { status, previousImage, image }: Deployment,
  application: Application,
  environment: string,
): { tag: string; isBad: boolean } | null {
  if (status !== 'failed' && status !== 'cancelled') return null;
  const entry = application.environments.find((each) => each.environment === environment);
  if (entry?.status !== 'running' || previousImage === image || entry.image !== previousImage) return null;
  return { tag: imageWords(previousImage, image).from, isBad: healthState(entry.health) === 'bad' };
}

function sentence(status: string, words: { tag: string; environment: string }, t: Translate): string {
  switch (status) {
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
      return status;
  }
}
