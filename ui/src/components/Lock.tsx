import { useTranslation } from 'react-i18next';
import { lockAgain, unlock } from '../app/carefully';
import { useNow } from '../hooks/useNow';
import { timeOfDay } from '../i18n/format';
import type { ConnectionView } from '../ipc';

/** Whether nothing may be written to a connection now, and until when it may although it is locked. */
export function useLock(connection: ConnectionView | null): { locked: boolean; until: string | null } {
  const now = useNow(10);
  if (!connection?.readOnly) return { locked: false, until: null };
  const until = connection.unlockedUntil;
  const isOpen = until !== null && Date.parse(until) > now;
  return { locked: !isOpen, until: isOpen ? until : null };
}

/** The lock of a connection: says how it stands, and opens or closes it. */
export function Lock({
  connection,
  className,
}: {
  connection: ConnectionView;
  className?: string | undefined;
}) {
  const { t } = useTranslation();
  const { locked, until } = useLock(connection);
  const now = useNow(10);
  if (!connection.readOnly) return null;
  return (
    <button
      type="button"
      className={className}
      title={locked ? t('lock.unlock') : t('lock.lockAgain')}
      onClick={() => {
        if (locked) unlock(connection.id);
        else lockAgain(connection.id);
      }}
    >
      {until === null ? t('lock.locked') : t('lock.until', { time: timeOfDay(until, now) })}
    </button>
  );
}
