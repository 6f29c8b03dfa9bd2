import { useTranslation } from 'react-i18next';
import { useConnection } from '../app/shell';
import { useLock } from '../components/Lock';
import type { ConnectionId, Reading } from '../ipc';

/** Why nothing can be written now, whatever the account may do: it is locked, or out of reach. */
export function useNoWrites(
  connection: ConnectionId,
  reading: Reading<unknown> | undefined,
): string | undefined {
  const { t } = useTranslation();
  const { locked } = useLock(useConnection(connection));
  if (locked) return t('lock.reason');
  return reading?.source === 'offline' ? t('lock.offline') : undefined;
}
