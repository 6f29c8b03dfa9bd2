import { useTranslation } from 'react-i18next';
import { isRunning } from '../app/state';
import { useLinesUntil } from '../hooks/useLinesUntil';
import { useLogTail } from '../hooks/useLogTail';
import type { ConnectionId, Deployment } from '../ipc';
import styles from './DeployLog.module.css';
import { ErrorBar } from './ErrorBar';
import { logCells, wrappedRow } from './LogLine';

/** As many lines as are kept in sight and above it. */
const SHOWN = 60;
/** What an instance wrote at its end may be written down a moment after it. */
const SLACK = 2000;

/** The last lines of what a deployment started, live while it goes on: the evidence beside its steps. */
export function DeployLog({ connection, deployment }: { connection: ConnectionId; deployment: Deployment }) {
  const { t } = useTranslation();
  const { applicationKey, environment, status, completedAt } = deployment;
  const { lines, state, failure, again, positionAt } = useLogTail(connection, applicationKey, environment);
  const ended = isRunning(status) ? NaN : Date.parse(completedAt ?? '');
  const until = Number.isNaN(ended) ? null : ended + SLACK;
  const instance = instanceOf(deployment);
  const shown = useLinesUntil(lines, instance, until, SHOWN, positionAt);
  const none = shown?.length === 0 || (state === 'live' && lines.total === lines.first);
  return (
    <section className={styles.section}>
      <div className={styles.bar}>
        <h3>{t('now.newest')}</h3>
        {instance !== null && <code className={styles.dim}>{instance}</code>}
      </div>
      {failure && <ErrorBar error={failure} again={again} />}
      {shown !== null && shown.length > 0 ? (
        // It begins at its newest line, and its scroll bar is one for the keyboard too.
        <div className={styles.lines} role="region" aria-label={t('deploy.log')} tabIndex={0}>
          <ol>
            {shown.map(({ position, line }) => (
              <li key={position} className={wrappedRow}>
                {logCells(line)}
              </li>
            ))}
          </ol>
        </div>
      ) : (
        failure === null && (
          <p className={styles.none}>{none ? t('deploy.noLines') : t('now.fetchingLines')}</p>
        )
      )}
    </section>
  );
}

/** The instance that it started, where the step says so by a name and not in words. */
function instanceOf({ steps }: Deployment): string | null {
  const start = steps.find(({ name }) => name.toLowerCase() === 'start');
  const name = start?.status === 'completed' ? start.message : null;
  return name !== null && /^[\w.-]+$/.test(name) ? name : null;
}
