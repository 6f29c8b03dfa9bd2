import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { inOrder, stageIn } from '../app/environments';
import { lineMenu } from '../app/lineMenu';
import { LAST, queryOf, withField, type LogFilter } from '../app/logFilter';
import { logColumns, toggleLogWrap } from '../app/logLook';
import { keptOf, matchFrom, numberAround, searchOf } from '../app/logSearch';
import { setOfOne } from '../app/mergedLogs';
import { places as placesOf, type ConnectionId } from '../ipc';
import { useConnection, useShell } from '../app/shell';
import { Button } from '../components/Button';
import { Empty } from '../components/Empty';
import { ErrorBar } from '../components/ErrorBar';
import { Loading } from '../components/Loading';
import { LogBar } from '../components/LogBar';
import { borderAt, LogBorder } from '../components/LogBorder';
import { LogChips } from '../components/LogChips';
import { LogExport, LogExportLine } from '../components/LogExport';
import { LogGap } from '../components/LogGap';
import { LogNews } from '../components/LogNews';
import { LogFound, LogSearchBar } from '../components/LogSearchBar';
import { LogTimeField } from '../components/LogTimeField';
import { LogTools } from '../components/LogTools';
import { LogView, type LogViewHandle } from '../components/LogView';
import { PageBody } from '../components/PageBody';
import { comesNever, Problem } from '../components/Problem';
import { Recorded } from '../components/Recorded';
import { useLetters } from '../hooks/useLetters';
import { useLogAddress } from '../hooks/useLogAddress';
import { useLogTarget } from '../hooks/useLogTarget';
import { useNearMatch } from '../hooks/useNearMatch';
import { usePlace } from '../hooks/useParams';
import { useLogExport } from '../hooks/useLogExport';
import { useLogSearch } from '../hooks/useLogSearch';
import { useLogTail, type Tail } from '../hooks/useLogTail';
import { useLogGaps } from '../hooks/useLogGaps';
import { useFrontOf, useMade } from '../hooks/useResource';
import { exactTime, number } from '../i18n/format';
import { asCommandError, commands, type CommandError, type TypedTime } from '../ipc';

/** The log of an application in an environment, live; narrowed to what is searched for in all that is kept. */
export function ApplicationLogs() {
  const { t } = useTranslation();
  const { connection, key, environment } = usePlace();
  const tail = useLogTail(connection, key, environment);
  const { lines, state, failure, gap } = tail;
  const {
    all,
    at: begin,
    since,
    change: changeAddress,
    see,
    showNew,
    ...filter
  } = useLogAddress(connection, key, environment);
  const [following, follow] = useState(true);
  // The line of the log that the keys stand on, whichever way it is looked at.
  const [reading, setReading] = useState<number | null>(null);
  const way = useMemo(() => searchOf(connection, key, environment), [connection, key, environment]);
  const search = useLogSearch(way, queryOf(filter), lines.total, lines);
  const exporting = useLogExport(connection, () => setOfOne(connection, key, environment));
  const [unread, setUnread] = useState<CommandError | null>(null);
  const heat = useLogHeatOf(connection, key, environment, setUnread);
  const settings = useShell((value) => value.settings);
  const others = useOthers(connection, key, environment);
  const view = useRef<LogViewHandle>(null);
  const gaps = useLogGaps(connection, key, environment, lines);
  const count = Math.max(0, lines.total - lines.first);
  useFrontOf(tail.liveAt, failure === null ? 'live' : 'offline', 'inner');

  // An expression that is not whole yet narrows nothing.
  const narrowing = search?.error?.code === 'bad_expression' ? null : search;
  const matches = narrowing?.progress?.matches ?? 0;
  const near = useNearMatch(narrowing, reading, matches);
  const onlyFound = narrowing !== null && !all;
  const goTo = useLogTarget(view, tail, onlyFound ? narrowing : null, begin);
  const look = { columns: logColumns(settings, connection, key), wrap: settings.logWrap };

  const change = (next: LogFilter) => {
    changeAddress(next);
    // Other matches begin at their end; among all lines, and where no more is searched for, one stays where one is.
    if (all || (queryOf(next) === null && reading !== null)) return;
    setReading(null);
    follow(true);
  };
  const typed = (time: TypedTime) => {
    if (since !== null) showNew(time.kind === 'span' ? time.from : time.time);
    else if (time.kind === 'span') change({ ...filter, from: time.from, to: time.to });
    else goTo(time.time);
  };
  const narrow = (name: string, value: string) => {
    change(withField(filter, name, value));
  };
  useLetters({
    w: toggleLogWrap,
    m: search
      ? () => {
          see(!all);
        }
      : null,
    t: () => {
      document.querySelector<HTMLElement>('[data-time]')?.focus();
    },
  });

  if (count === 0) return <NoLines tail={tail} />;
  const border = narrowing?.older?.since ? narrowing.older : null;
  const older = onlyFound ? border : null;
  const shownError = failure ?? narrowing?.error ?? narrowing?.older?.error ?? unread ?? gaps.failure;
  const common = {
    ref: view,
    following,
    follow,
    look,
    narrow,
    menu: (line: Parameters<typeof lineMenu>[0]) =>
      lineMenu(line, { connection, application: key, environment, filter, change, others }),
  };
  const unkept = onlyFound ? narrowing.unkept : 0;
  const nothing = narrowing?.progress?.done === true && matches === 0;
  return (
    <>
      <LogBar>
        <LogSearchBar filter={filter} change={change} />
        <LogTimeField typed={typed} />
        <LogTools
          connection={connection}
          application={key}
          look={look}
          fields={(onlyFound ? narrowing : { lines }).lines.fields.keys()}
        />
        <NewsButton since={since} showNew={showNew} />
        {search && since === null ? (
          <LogFound
            search={search}
            at={near !== null && near.position === reading ? near.number + 1 : null}
            step={(by) => {
              view.current?.step(by);
            }}
            all={all}
            showAll={see}
          />
        ) : (
          <span>{t('logs.lines', { count, formatted: number(count) })}</span>
        )}
        <LogChips filter={filter} change={change} />
        {state !== null && (
          <span role="status">{following || state !== 'live' ? t(`logs.${state}`) : t('logs.paused')}</span>
        )}
        {!search && <Recorded connection={connection} log={{ application: key, environment }} />}
        {gap && <span>{t(gapWord(gap), { from: exactTime(gap.from), to: exactTime(gap.to) })}</span>}
        <LogExport
          exporting={exporting}
          query={narrowing ? queryOf(filter) : null}
          onlyFound={onlyFound}
          first={lines.first}
          selected={() =>
            narrowing?.isWhole === false ? null : keptOf(view.current?.selected() ?? null, unkept)
          }
        />
      </LogBar>
      <LogExportLine exporting={exporting} />
      {shownError && <ErrorBar error={shownError} again={tail.again} />}
      {since !== null ? (
        <LogNews
          key={`${key} ${environment}`}
          connection={connection}
          application={key}
          environment={environment}
          since={since}
          choose={showNew}
          filter={filter}
          total={lines.total}
          lead={(position) => {
            setReading(position);
            see(true);
          }}
        />
      ) : onlyFound && nothing && unkept === 0 ? (
        <PageBody>
          <Empty title={t('logs.noMatch')} text={t('logs.noMatchText')}>
            {older && <LogBorder older={older} alone />}
          </Empty>
        </PageBody>
      ) : onlyFound ? (
        <LogView
          key="found"
          {...common}
          lines={narrowing.lines}
          start={near && narrowing.isWhole ? unkept + near.number : null}
          match={(position, by) => Promise.resolve(numberAround(position + by, narrowing.lines.total))}
          moved={(cursor) => {
            setReading(cursor === null ? null : (narrowing.lines.markAt(cursor)?.position ?? null));
          }}
          around={(position) => {
            setReading(position);
            see(true);
          }}
          gapAt={(position) => older && borderAt(position, unkept, older)}
          heat={narrowing.heat}
          placeOf={narrowing.placeAt}
        />
      ) : (
        <LogView
          key="all"
          {...common}
          lines={lines}
          start={reading}
          marks={narrowing?.marks ?? null}
          match={matchFrom(narrowing)}
          moved={setReading}
          gapAt={(position) => {
            const gap = lines.gapAt(position);
            if (gap) return <LogGap gap={gap} filling={gaps.of(gap)} />;
            if (!border || position !== lines.first) return null;
            return (
              <LogBorder
                older={border}
                show={() => {
                  see(false);
                }}
              />
            );
          }}
          heat={narrowing === null ? heat : narrowing.heat}
        />
      )}
      {since === null && older && nothing && unkept > 0 && <LogBorder older={older} alone />}
    </>
  );
}

/** Shows what is new in the place of the lines, and the lines again. */
function NewsButton({ since, showNew }: { since: string | null; showNew: (since: string | null) => void }) {
  const { t } = useTranslation();
  return (
    <Button
      aria-pressed={since !== null}
      onClick={() => {
        showNew(since === null ? LAST : null);
      }}
    >
      {t('logs.news.open')}
    </Button>
  );
}

/** Where an application's log is bad. */
function useLogHeatOf(
  connection: ConnectionId,
  key: string,
  environment: string,
  failed: (error: CommandError | null) => void,
) {
  return useCallback(
    (parts: number) =>
      commands.logHeat(connection, key, environment, parts).then(
        (heat) => {
          failed(null);
          return heat;
        },
        (thrown: unknown) => {
          failed(asCommandError(thrown));
          return null;
        },
      ),
    [connection, key, environment, failed],
  );
}

/** The environments besides this one that it runs in. */
function useOthers(connection: ConnectionId, key: string, environment: string) {
  const view = useConnection(connection);
  const row = useMade(connection, placesOf(connection, key)).value;
  const placed = row?.cells.filter(({ place }) => place !== null).map((cell) => cell.environment) ?? [];
  return inOrder(view, placed)
    .filter((each) => each !== environment && placed.includes(each))
    .map((each) => ({ key: each, name: stageIn(view, each).name }));
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
          {!comesNever(failure) && <Button onClick={again}>{t('tryAgain')}</Button>}
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
