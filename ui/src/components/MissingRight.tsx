import { Trans, useTranslation } from 'react-i18next';
import { paths } from '../app/paths';
import { useRights } from '../hooks/useRights';
import type { ConnectionId } from '../ipc';
import { Link } from './Link';
import styles from './MissingRight.module.css';
import { Shape } from './Shape';

type Props = {
  connection: ConnectionId;
  application: string;
  /** Where; without it, anywhere. */
  environment?: string;
  permission: string;
};

/** The one line of a section in which something may not be done: which permission is missing, and the way to it. */
export function MissingRight({ connection, application, environment, permission }: Props) {
  const { t } = useTranslation();
  const can = useRights(connection, application, environment ?? null);
  if (can(permission)) return null;
  return (
    <p className={styles.line}>
      <Shape state="off" />
      <span>
        <Trans t={t} i18nKey="access.missingLine" values={{ permission }} components={{ code: <code /> }} />
      </span>
      <AskLink
        connection={connection}
        application={application}
        {...(environment === undefined ? {} : { environment })}
      />
    </p>
  );
}

/** The way to the form that asks for access, with what it is about in it. */
export function AskLink({
  connection,
  application,
  environment,
}: {
  connection: ConnectionId;
  application: string;
  environment?: string;
}) {
  const { t } = useTranslation();
  return (
    <Link className={styles.ask} to={paths.access(connection, { ask: application, in: environment })}>
      {t('access.ask')}
    </Link>
  );
}
