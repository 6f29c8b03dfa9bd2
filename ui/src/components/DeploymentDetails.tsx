import { useTranslation } from 'react-i18next';
import { beginOf } from '../app/logNews';
import { paths } from '../app/paths';
import { isRunning } from '../app/state';
import { useLacks } from '../hooks/useLacks';
import { useResource } from '../hooks/useResource';
import type { ConnectionId, Deployment } from '../ipc';
import styles from './DeploymentDetails.module.css';
import { Link } from './Link';
import { Steps } from './Steps';

/** Steps, error and note of one deployment, in place; kept fresh while it is open. */
export function DeploymentDetails({
  connection,
  deployment,
}: {
  connection: ConnectionId;
  deployment: Deployment;
}) {
  const { t } = useTranslation();
  const { value = deployment } = useResource(connection, { kind: 'deployment', id: deployment.id });
  const begun = beginOf(value);
  const hasNoLog = useLacks(connection, 'applicationLog');
  return (
    <div className={styles.details}>
      {value.error !== null && <p className={styles.error}>{value.error}</p>}
      {isRunning(value.status) && value.message !== null && <p className={styles.message}>{value.message}</p>}
      <Steps steps={value.steps} said={value.error} ended={!isRunning(value.status)} />
      <p className={styles.links}>
        <Link
          to={paths.application(connection, value.applicationKey, value.environment, 'deployments', {
            deployment: value.id,
          })}
        >
          {t('deployments.openPanel')}
        </Link>
        {!hasNoLog && (
          <Link to={paths.application(connection, value.applicationKey, value.environment, 'logs')}>
            {t('deploy.seeLogs')}
          </Link>
        )}
        {begun !== null && !hasNoLog && (
          <Link to={paths.logs(connection, value.applicationKey, value.environment, {}, { since: begun })}>
            {t('deployments.newSince')}
          </Link>
        )}
        <code className={styles.id}>{value.id}</code>
      </p>
    </div>
  );
}
