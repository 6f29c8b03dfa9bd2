import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { MergedLogs } from '../app/mergedLogs';
import { useLogExport } from '../hooks/useLogExport';
import { useLogSearch } from '../hooks/useLogSearch';
import { number } from '../i18n/format';
import { asCommandError, commands, type CommandError } from '../ipc';
import { Empty } from './Empty';
import { ErrorBar } from './ErrorBar';
import { LogExport, LogExportLine } from './LogExport';
import { LogSearchBar, queryOf, UNFILTERED } from './LogSearchBar';
import { LogView } from './LogView';
import { PageBody } from './PageBody';
import { Toolbar } from './Toolbar';

/** As many parts are told apart beside the scroll bar. */
const PARTS = 200;

type Props = {
  connection: string;
  logs: MergedLogs;
  following: boolean;
  follow: (following: boolean) => void;
  /** How they are doing, in words. */
  status: string | null;
  /** Why nothing newer comes, and of which log. */
  failure: { error: CommandError; of: string | null } | null;
  again: () => void;
  /** What is shown in place of lines where there are none. */
  none: ReactNode;
};

/** The lines of several logs as one, narrowed to what is searched for. */
export function MergedView(props: Props) {
  const { connection, logs, following, follow, status, failure, again, none } = props;
  const { t } = useTranslation();
  const { lines } = logs;
  const [filter, setFilter] = useState(UNFILTERED);
  const [start, setStart] = useState<number | null>(null);
  const [failed, setFailed] = useState<CommandError | null>(null);
  const query = queryOf(filter);
  const search = useLogSearch(logs.search, query, logs.known);
  const heat = useCallback(
    async () =>
      commands.mergedHeat(await logs.set, PARTS).catch((thrown: unknown) => {
        setFailed(asCommandError(thrown));
        return null;
      }),
    [logs],
  );
  const exporting = useLogExport(connection, async () => ({ set: await logs.set, done: () => undefined }));
  // An expression that is not whole yet narrows nothing.
  const narrowing = search?.error?.code === 'bad_expression' ? null : search;
  // A match tells its position among all lines, which moves with what comes between them.
  const { generation } = lines;
  useEffect(() => {
    narrowing?.lines.renew(generation, narrowing.lines.total);
  }, [narrowing, generation]);
  if (lines.total === 0) return none;
  const shown = failure ?? withoutLog(narrowing?.error ?? failed);
  return (
    <>
      <Toolbar>
        <LogSearchBar
          filter={filter}
          change={(next) => {
            setFilter(next);
            setStart(null);
            follow(true);
          }}
          search={search}
        />
        {!search && <span>{t('logs.lines', { count: lines.total, formatted: number(lines.total) })}</span>}
        {status !== null && <span role="status">{status}</span>}
        <LogExport exporting={exporting} query={narrowing ? query : null} first={0} />
      </Toolbar>
      <LogExportLine exporting={exporting} />
      {shown && (
        <ErrorBar error={shown.error} again={again} {...(shown.of === null ? {} : { what: shown.of })} />
      )}
      {narrowing?.progress?.done === true && narrowing.progress.matches === 0 ? (
        <PageBody>
          <Empty title={t('logs.noMatch')} text={t('logs.noMatchText')} />
        </PageBody>
      ) : narrowing ? (
        <LogView
          key="found"
          lines={narrowing.lines}
          following={following}
          follow={follow}
          around={(position) => {
            setFilter(UNFILTERED);
            setStart(position);
            follow(false);
          }}
        />
      ) : (
        <LogView
          key={`all ${String(start)}`}
          lines={lines}
          following={following}
          follow={follow}
          start={start}
          heat={heat}
        />
      )}
    </>
  );
}

function withoutLog(error: CommandError | null): Props['failure'] {
  return error && { error, of: null };
}
