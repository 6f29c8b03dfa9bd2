import { useTranslation } from 'react-i18next';
import { recordingWords } from '../app/recordings';
import { isStarred, useShell } from '../app/shell';
import { useNow } from '../hooks/useNow';
import { useRecordings } from '../hooks/useRecordings';
import type { ConnectionId, LogName } from '../ipc';

/** Of a starred application: since when its log is recorded, or why it is not. */
export function Recorded({ connection, log }: { connection: ConnectionId; log: LogName }) {
  const { t } = useTranslation();
  const recordings = useRecordings(connection);
  const settings = useShell((value) => value.settings);
  const now = useNow();
  if (!isStarred(settings, connection, log.application)) return null;
  const words = settings.logKeeping.record ? recordingWords(recordings, log, now, t) : t('recording.off');
  return words === null ? null : <span title={words}>{words}</span>;
}
