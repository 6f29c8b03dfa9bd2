import { useTranslation } from 'react-i18next';
import { unlock } from '../app/carefully';
import { useConnection } from '../app/shell';
import type { ConnectionId } from '../ipc';
import { Button } from './Button';
import { useLock } from './Lock';

/** Lets writes through on a locked connection for a while; nothing where it is open. */
export function UnlockButton({ connection }: { connection: ConnectionId }) {
  const { t } = useTranslation();
  const { locked } = useLock(useConnection(connection));
  if (!locked) return null;
  return (
    <Button
      onClick={() => {
        unlock(connection);
      }}
    >
      {t('lock.unlock')}
    </Button>
  );
}
