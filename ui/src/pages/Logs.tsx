import { FolderOpen, Plus } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { draftAt, keepDraft } from '../app/drafts';
import { logsFrom, logsOf, logWord } from '../app/logNames';
import { goInstead, useAddress } from '../app/navigation';
import { paths } from '../app/paths';
import { useConnection } from '../app/shell';
import { Button } from '../components/Button';
import { Empty } from '../components/Empty';
import { ErrorBar } from '../components/ErrorBar';
import { FileChooser } from '../components/FileChooser';
import { Header } from '../components/Header';
import { smallIcon } from '../components/icon';
import { Loading } from '../components/Loading';
import { ChosenLogs } from '../components/ChosenLogs';
import { LogChooser } from '../components/LogChooser';
import { MergedView } from '../components/MergedView';
import { OpenedLogFile } from '../components/OpenedLogFile';
import { PageBody } from '../components/PageBody';
import { useFileDrop } from '../hooks/useFileDrop';
import { useLogFile } from '../hooks/useLogFile';
import { useMergedLogs } from '../hooks/useMergedLogs';
import { useConnectionId } from '../hooks/useParams';
import type { LogName } from '../ipc';
import styles from './Logs.module.css';

/** Where the last choice is kept. */
const PLACE = 'logs';

/** The logs of several applications as one, by time; or a log file. */
export function Logs() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const view = useConnection(connection);
  const address = useAddress();
  const logs = useMemo(() => logsFrom(address), [address]);
  const [choosing, setChoosing] = useState(false);
  const reading = useLogFile(connection);
  useFileDrop(reading.open);
  const chooser = useRef<HTMLInputElement>(null);
  const choose = (next: LogName[]) => {
    if (view) keepDraft(view, PLACE, { logs: next.map(logWord).join('\n') });
    goInstead(paths.manyLogs(connection, next));
  };

  // An address that names none shows what was chosen last.
  const kept = view ? draftAt(view, PLACE)?.fields['logs'] : undefined;
  const isHere = address.split('?')[0] === paths.manyLogs(connection);
  useEffect(() => {
    const last = logsOf((kept ?? '').split('\n'));
    if (isHere && logs.length === 0 && last.length > 0) goInstead(paths.manyLogs(connection, last));
  }, [connection, kept, logs.length, isHere]);

  const acts = (
    <>
      <FileChooser chooser={chooser} label={t('logFile.choose')} take={reading.open} />
      <Button onClick={() => chooser.current?.click()}>
        <FolderOpen {...smallIcon} />
        {t('logFile.open')}
      </Button>
      <Button
        onClick={() => {
          reading.close();
          setChoosing(true);
        }}
      >
        <Plus {...smallIcon} />
        {t('manyLogs.choose')}
      </Button>
    </>
  );
  const isFile = reading.file !== null || reading.progress !== null;
  return (
    <>
      <Header title={t('manyLogs.title')} />
      {reading.error && <ErrorBar error={reading.error} again={null} />}
      {isFile ? (
        <OpenedLogFile connection={connection} reading={reading}>
          {acts}
        </OpenedLogFile>
      ) : logs.length === 0 ? (
        <PageBody>
          <Empty title={t('manyLogs.none')} text={t('manyLogs.noneText')}>
            <div className={styles.acts}>{acts}</div>
          </Empty>
        </PageBody>
      ) : (
        <>
          <ChosenLogs logs={logs} choose={choose}>
            {acts}
          </ChosenLogs>
          <Followed key={logs.map(logWord).join(' ')} connection={connection} logs={logs} />
        </>
      )}
      {choosing && (
        <LogChooser
          connection={connection}
          chosen={logs}
          choose={choose}
          close={() => {
            setChoosing(false);
          }}
        />
      )}
    </>
  );
}

/** The chosen logs, live. */
function Followed({ connection, logs }: { connection: string; logs: LogName[] }) {
  const { t } = useTranslation();
  const [following, follow] = useState(true);
  const tail = useMergedLogs(connection, logs, following);
  const { state } = tail;
  const status =
    state === null ? null : following || state !== 'live' ? t(`logs.${state}`) : t('logs.paused');
  return (
    <MergedView
      connection={connection}
      logs={tail.logs}
      following={following}
      follow={follow}
      status={status}
      failure={tail.failure}
      again={tail.again}
      none={
        <PageBody>
          {tail.failure ? (
            <ErrorBar
              error={tail.failure.error}
              again={tail.again}
              {...(tail.failure.of === null ? {} : { what: tail.failure.of })}
            />
          ) : state === 'live' ? (
            <Empty title={t('logs.none')} text={t('logs.noneText')} />
          ) : (
            <Loading what={t('manyLogs.title')} rows={12} />
          )}
        </PageBody>
      }
    />
  );
}
