import { X } from 'lucide-react';
import { useState, useSyncExternalStore, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { oneLine } from '../app/printable';
import type { LogFile, LogFileReading } from '../hooks/useLogFile';
import { memory, number } from '../i18n/format';
import { Button } from './Button';
import { Empty } from './Empty';
import { smallIcon } from './icon';
import { ChosenLogs } from './ChosenLogs';
import { MergedView } from './MergedView';
import { PageBody } from './PageBody';

type Props = { connection: string; reading: LogFileReading; children: ReactNode };

/** A log file, as it is read and then shown as any log. */
export function OpenedLogFile({ connection, reading, children }: Props) {
  const { t } = useTranslation();
  const { file, progress, close } = reading;
  return (
    <>
      <ChosenLogs logs={file && file.opened.logs.length > 1 ? file.opened.logs : []} choose={null}>
        {file && <strong>{oneLine(file.name)}</strong>}
        {file && (file.opened.untimed ?? 0) > 0 && (
          <span>
            {t('logFile.untimed', {
              count: file.opened.untimed ?? 0,
              formatted: number(file.opened.untimed ?? 0),
            })}
          </span>
        )}
        {file && (
          <Button onClick={close}>
            <X {...smallIcon} />
            {t('logFile.close')}
          </Button>
        )}
        {children}
      </ChosenLogs>
      {progress && (
        <PageBody>
          <Empty
            title={t('logFile.reading', { name: oneLine(progress.name) })}
            text={t('logFile.progress', { read: memory(progress.bytes), of: memory(progress.of) })}
          >
            <Button onClick={close}>{t('exporting.cancel')}</Button>
          </Empty>
        </PageBody>
      )}
      {file && <Shown key={file.opened.set} connection={connection} file={file} />}
    </>
  );
}

function Shown({ connection, file }: { connection: string; file: LogFile }) {
  const { t } = useTranslation();
  const [following, follow] = useState(false);
  const { lines } = file.logs;
  useSyncExternalStore(lines.subscribe, lines.version);
  return (
    <MergedView
      connection={connection}
      logs={file.logs}
      following={following}
      follow={follow}
      status={null}
      failure={null}
      again={() => {
        lines.again();
      }}
      none={
        <PageBody>
          <Empty title={t('logFile.empty')} text={t('logFile.emptyText')} />
        </PageBody>
      }
    />
  );
}
