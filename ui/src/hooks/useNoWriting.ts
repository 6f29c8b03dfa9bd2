import { useTranslation } from 'react-i18next';
import { useLock } from '../components/Lock';
import { useConnection } from '../app/shell';
import type { ConnectionId } from '../ipc';
import { useFleet } from './useFleet';

/** Why nothing can be written to a connection now: it is locked, or out of reach. */
export function useNoWriting(connection: ConnectionId): { locked: boolean; reason: string | undefined } {
  const { t } = useTranslation();
  const { locked } = useLock(useConnection(connection));
  const offline = useFleet(connection).held.reading?.source === 'offline';
  return { locked, reason: locked ? t('lock.reason') : offline ? t('manifest.offline') : undefined };
}
