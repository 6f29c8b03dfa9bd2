import { useTranslation } from 'react-i18next';
import { paths } from '../app/paths';
import { oneLine } from '../app/printable';
import { exactTime, timeOfDay } from '../i18n/format';
import type { AskedAccess, ConnectionId } from '../ipc';
import { EnvironmentNames } from './EnvironmentNames';
import { Link } from './Link';
import styles from './Since.module.css';

/** As many of them stand on Home; the page of access has the others. */
const FIRST = 3;

type SinceAskedProps = { connection: ConnectionId; waiting: AskedAccess[]; now: number };

/** Who asks for access and waits for the caller's decision, the longest wait first. */
export function SinceAsked({ connection, waiting, now }: SinceAskedProps) {
  const { t } = useTranslation();
  if (waiting.length === 0) return null;
  const title = t('access.waiting', { count: waiting.length });
  return (
    <>
      <h3 className={styles.earlier}>{title}</h3>
      <ol className={styles.asked} aria-label={title}>
        {waiting.slice(0, FIRST).map(({ request }) => (
          <li key={request.id} data-row={request.id} className={styles.change}>
            <span className={styles.time} title={exactTime(request.createdAt)}>
              {request.createdAt !== null && timeOfDay(request.createdAt, now)}
            </span>
            <Link className={styles.what} to={paths.access(connection, { request: request.id })} data-item="">
              <strong>
                <bdi>{oneLine(request.applicationKey)}</bdi>
              </strong>{' '}
              {t('since.asks', {
                who: request.requestedBy === null ? '–' : oneLine(request.requestedBy),
                role: oneLine(request.role),
              })}{' '}
              <EnvironmentNames environments={request.environments} />
            </Link>
          </li>
        ))}
      </ol>
      {waiting.length > FIRST && (
        <p className={styles.dim}>
          <Link to={paths.access(connection)}>{t('since.moreAsked')}</Link>
        </p>
      )}
    </>
  );
}
