import { useTranslation } from 'react-i18next';
import { go } from '../app/navigation';
import { paths } from '../app/paths';
import { useRights } from '../hooks/useRights';
import type { ConnectionId } from '../ipc';
import { Button } from './Button';
import { Empty } from './Empty';

/** The instance has no application that this account may see; how the first one comes about. */
export function NoApplications({ connection }: { connection: ConnectionId }) {
  const { t } = useTranslation();
  const can = useRights(connection);
  return (
    <Empty
      title={t('applications.none')}
      text={t('applications.noneText')}
      example={t('applications.noneExample')}
    >
      <Button
        kind="primary"
        reason={
          can('applications:create') ? undefined : t('rights.missing', { permission: 'applications:create' })
        }
        onClick={() => {
          go(paths.newApplication(connection));
        }}
      >
        {t('create.open')}
      </Button>
    </Empty>
  );
}
