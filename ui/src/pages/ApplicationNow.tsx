import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { newestFirst } from '../app/deployments';
import { imageNames } from '../app/image';
import { LAST } from '../app/logFilter';
import { paths } from '../app/paths';
import { deploymentState } from '../app/state';
import { checkId, Checks } from '../components/Checks';
import { statusWord } from '../components/DeploymentTable';
import { Link } from '../components/Link';
import { NowCourse } from '../components/NowCourse';
import { NowSentence } from '../components/NowSentence';
import { Shape } from '../components/Shape';
import { Change } from '../components/Tag';
import { Age } from '../components/Time';
import { Waiting } from '../components/Waiting';
import { useLacks } from '../hooks/useLacks';
import { usePlace } from '../hooks/useParams';
import { useFront, useMade, useResource } from '../hooks/useResource';
import { useTimeline, type Course } from '../hooks/useTimeline';
import { between } from '../i18n/format';
import { answer as answerOf, places, type Deployment, type Evidence } from '../ipc';
import styles from './ApplicationNow.module.css';

/** The answer first: how it is, since when and why; then its evidence, what was before, and its log. */
export function ApplicationNow() {
  const { key, environment } = usePlace();
  // What is looked at in one place is nothing to the next.
  return <Here key={`${key} ${environment}`} />;
}

function Here() {
  const { t } = useTranslation();
  const { connection, key, environment } = usePlace();
  const course = useTimeline(connection, key, environment);
  const application = useResource(connection, { kind: 'application', application: key });
  const health = useResource(connection, { kind: 'health', application: key, environment });
  const history = useResource(connection, { kind: 'deployments', application: key });
  useFront(health.reading, 'inner');
  const entry = application.value?.environments.find((each) => each.environment === environment);
  const deployments = useMemo(
    () => newestFirst(history.value?.data ?? []).filter((each) => each.environment === environment),
    [history.value, environment],
  );
  const row = useMade(connection, places(connection, key)).value;
  const state = row?.cells.find((each) => each.environment === environment)?.place?.state;
  const answer = useMade(connection, answerOf(connection, key, environment)).value;
  if (!entry || !state) return null;
  const last = deployments[0];
  return (
    <div className={styles.page}>
      <div className={styles.answer}>
        {answer && (
          <NowSentence
            connection={connection}
            application={key}
            environment={environment}
            answer={answer}
            waits={last?.status === 'pending'}
            onShow={(evidence) => show(evidence, course)}
          />
        )}
        {!health.pending && <Waiting held={health} what={t('timeline.health')} />}
        <dl className={styles.evidence}>
          {health.value && (
            <>
              <dt>{t('now.checks')}</dt>
              <dd>
                <Checks
                  checks={health.value.checks}
                  said={answer?.parts.flatMap(({ fact }) => (fact.code === 'check' ? [fact.name] : [])) ?? []}
                  probe={course.known?.probe}
                />
              </dd>
            </>
          )}
          <dt>{t('now.lastDeployment')}</dt>
          <dd>
            {last ? (
              <LastDeployment connection={connection} deployment={last} />
            ) : (
              <span className={styles.dim}>{t('now.noDeployment')}</span>
            )}
          </dd>
        </dl>
      </div>
      <NowCourse
        course={course}
        connection={connection}
        application={key}
        environment={environment}
        environments={application.value?.environments.map((each) => each.environment) ?? []}
      />
    </div>
  );
}

/** Shows evidence that is on this page: a check, or a time of the timeline. */
function show(evidence: Evidence, course: Course): boolean {
  if (evidence.kind === 'span') {
    course.pick({ from: Date.parse(evidence.from), to: null });
    return true;
  }
  if (evidence.kind !== 'check') return false;
  const check = document.getElementById(checkId(evidence.name));
  check?.focus();
  return check !== null;
}

function LastDeployment({ connection, deployment }: { connection: string; deployment: Deployment }) {
  const { t } = useTranslation();
  const { applicationKey, environment, status } = deployment;
  const hasNoLog = useLacks(connection, 'applicationLog');
  const [from, to] = imageNames(deployment.previousImage, deployment.image);
  const took = between(deployment.startedAt ?? deployment.createdAt, deployment.completedAt);
  return (
    <span className={styles.deployment}>
      <Link
        className={styles.link}
        to={paths.application(connection, applicationKey, environment, 'now', { deployment: deployment.id })}
      >
        <Change from={from} to={to} />
      </Link>
      <span className={styles.result}>
        <Shape state={deploymentState(status)} />
        {statusWord(status, t)}
      </span>
      <span className={styles.dim}>
        {[
          deployment.requestedBy === null ? '' : t('now.by', { who: deployment.requestedBy }),
          took === '' ? '' : t('now.took', { time: took }),
          deployment.note ?? '',
        ]
          .filter((part) => part !== '')
          .join(' · ')}
      </span>
      <span className={styles.dim}>
        <Age time={deployment.completedAt ?? deployment.createdAt} words />
      </span>
      {!hasNoLog && (
        <Link
          className={styles.link}
          to={paths.logs(connection, applicationKey, environment, {}, { since: LAST })}
        >
          {t('deployments.newSince')}
        </Link>
      )}
    </span>
  );
}
