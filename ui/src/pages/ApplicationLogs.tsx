import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { searchOf } from '../app/logSearch';
import { setOfOne } from '../app/mergedLogs';
import { Button } from '../components/Button';
import { Empty } from '../components/Empty';
import { ErrorBar } from '../components/ErrorBar';
import { Loading } from '../components/Loading';
import { LogExport, LogExportLine } from '../components/LogExport';
import { LogSearchBar, queryOf, UNFILTERED } from '../components/LogSearchBar';
import { LogView } from '../components/LogView';
import { PageBody } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { Toolbar } from '../components/Toolbar';
import { usePlace } from '../hooks/useParams';
import { useLogExport } from '../hooks/useLogExport';
import { useLogSearch } from '../hooks/useLogSearch';
import { useLogTail, type Tail } from '../hooks/useLogTail';
import { useFrontOf } from '../hooks/useResource';
import { exactTime, number } from '../i18n/format';
import { asCommandError, commands, type CommandError } from '../ipc';

/** As many parts of a log are told apart beside its scroll bar. */
const PARTS = 200;

/** The log of an application in an environment, live; narrowed to what is searched for in all that is kept. */
export function ApplicationLogs() {
  const { t } = useTranslation();
  const { connection, key, environment } = usePlace();
  const tail = useLogTail(connection, key, environment);
  const { lines, state, failure, gap } = tail;
  const [following, follow] = useState(true);
  const [filter, setFilter] = useState(UNFILTERED);
  const [start, setStart] = useState<number | null>(null);
  const way = useMemo(() => searchOf(connection, key, environment), [connection, key, environment]);
  const search = useLogSearch(way, queryOf(filter), lines.total);
  const exporting = useLogExport(connection, () => setOfOne(connection, key, environment));
  const [unread, setUnread] = useState<CommandError | null>(null);
  const heat = useCallback(
    () =>
      commands.logHeat(connection, key, environment, PARTS).then(
        (parts) => {
          setUnread(null);
          return parts;
        },
        (thrown: unknown) => {
          setUnread(asCommandError(thrown));
          return null;
        },
      ),
    [connection, key, environment],
  );
  const count = Math.max(0, lines.total - lines.first);
  useFrontOf(tail.liveAt, failure === null ? 'live' : 'offline', 'inner');

  if (count === 0) return <NoLines tail={tail} />;
  // An expression that is not whole yet narrows nothing.
  const narrowing = search?.error?.code === 'bad_expression' ? null : search;
  const shownError = failure ?? narrowing?.error ?? unread;
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
        {!search && <span>{t('logs.lines', { count, formatted: number(count) })}</span>}
        {state !== null && (
          <span role="status">{following || state !== 'live' ? t(`logs.${state}`) : t('logs.paused')}</span>
        )}
        <LogExport exporting={exporting} query={narrowing ? queryOf(filter) : null} first={lines.first} />
        {gap && <span>{t(gapWord(gap), { from: exactTime(gap.from), to: exactTime(gap.to) })}</span>}
      </Toolbar>
      <LogExportLine exporting={exporting} />
      {shownError && <ErrorBar error={shownError} again={tail.again} />}
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

/** As much of where lines are missing as is known. */
function gapWord({ from, to }: NonNullable<Tail['gap']>) {
  if (to === null) return 'logs.gap';
  return from === null ? 'logs.gapBefore' : 'logs.gapBetween';
}

/** There is nothing to show: because it does not come, because it is on its way, or because there is none. */
function NoLines({ tail: { state, failure, again } }: { tail: Tail }) {
  const { t } = useTranslation();
  if (failure)
    return (
      <PageBody>
        <Problem error={failure}>
          <Button onClick={again}>{t('tryAgain')}</Button>
        </Problem>
      </PageBody>
    );
  if (state === 'live')
    return (
      <PageBody>
        <Empty title={t('logs.none')} text={t('logs.noneText')} />
      </PageBody>
    );
  return (
    <PageBody>
      <Loading what={t('application.logs')} rows={12} />
    </PageBody>
  );
}
