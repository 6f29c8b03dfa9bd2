import { useCallback, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queryOf, UNFILTERED, withField, type LogFilter } from '../app/logFilter';
import { toggleLogWrap } from '../app/logLook';
import { keptOf, matchFrom, numberAround } from '../app/logSearch';
import type { MergedLogs } from '../app/mergedLogs';
import { useShell } from '../app/shell';
import { useLetters } from '../hooks/useLetters';
import { useLogExport } from '../hooks/useLogExport';
import { useLogSearch } from '../hooks/useLogSearch';
import { useNearMatch } from '../hooks/useNearMatch';
import { number } from '../i18n/format';
import { asCommandError, commands, type CommandError } from '../ipc';
import { Empty } from './Empty';
import { ErrorBar } from './ErrorBar';
import { LogBar } from './LogBar';
import { borderAt, LogBorder } from './LogBorder';
import { LogChips } from './LogChips';
import { LogExport, LogExportLine } from './LogExport';
import { LogFound, LogSearchBar } from './LogSearchBar';
import { LogView, type LogViewHandle } from './LogView';
import { PageBody } from './PageBody';

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
  // Whether all lines are shown, those that were found among them; and the line that the keys stand on.
  const [all, showAll] = useState(false);
  const [reading, setReading] = useState<number | null>(null);
  const [failed, setFailed] = useState<CommandError | null>(null);
  const view = useRef<LogViewHandle>(null);
  const wrap = useShell((value) => value.settings.logWrap);
  const query = queryOf(filter);
  const search = useLogSearch(logs.search, query, logs.known, lines);
  useLetters({
    w: toggleLogWrap,
    m: search
      ? () => {
          showAll(!all);
        }
      : null,
  });
  const heat = useCallback(
    async (parts: number) =>
      commands.mergedHeat(await logs.set, parts).catch((thrown: unknown) => {
        setFailed(asCommandError(thrown));
        return null;
      }),
    [logs],
  );
  const exporting = useLogExport(connection, async () => ({ set: await logs.set, done: () => undefined }));
  // An expression that is not whole yet narrows nothing.
  const narrowing = search?.error?.code === 'bad_expression' ? null : search;
  const matches = narrowing?.progress?.matches ?? 0;
  const near = useNearMatch(narrowing, reading, matches);
  const onlyFound = narrowing !== null && !all;
  const border = narrowing?.older?.since ? narrowing.older : null;
  const older = onlyFound ? border : null;
  const unkept = onlyFound ? narrowing.unkept : 0;
  const nothing = narrowing?.progress?.done === true && matches === 0;
  const change = (next: LogFilter) => {
    setFilter(next);
    // Other matches begin at their end; among all lines, and where no more is searched for, one stays where one is.
    if (all || (queryOf(next) === null && reading !== null)) return;
    setReading(null);
    follow(true);
  };
  if (lines.total === 0) return none;
  const common = {
    ref: view,
    following,
    follow,
    look: { columns: NONE, wrap },
    narrow: (name: string, value: string) => {
      change(withField(filter, name, value));
    },
  };
  const shown = failure ?? withoutLog(narrowing?.error ?? narrowing?.older?.error ?? failed);
  return (
    <>
      <LogBar>
        <LogSearchBar filter={filter} change={change} />
        {search ? (
          <LogFound
            search={search}
            at={near !== null && near.position === reading ? near.number + 1 : null}
            step={(by) => {
              view.current?.step(by);
            }}
            all={all}
            showAll={showAll}
          />
        ) : (
          <span>{t('logs.lines', { count: lines.total, formatted: number(lines.total) })}</span>
        )}
        <LogChips filter={filter} change={change} />
        {status !== null && <span role="status">{status}</span>}
        <LogExport
          exporting={exporting}
          query={narrowing ? query : null}
          onlyFound={onlyFound}
          first={0}
          selected={() => keptOf(view.current?.selected() ?? null, unkept)}
        />
      </LogBar>
      <LogExportLine exporting={exporting} />
      {shown && (
        <ErrorBar error={shown.error} again={again} {...(shown.of === null ? {} : { what: shown.of })} />
      )}
      {onlyFound && nothing && unkept === 0 ? (
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
          start={near && unkept + near.number}
          match={(position, by) => Promise.resolve(numberAround(position + by, unkept + matches))}
          moved={(cursor) => {
            setReading(cursor === null ? null : (narrowing.lines.markAt(cursor)?.position ?? null));
          }}
          around={(position) => {
            setReading(position);
            showAll(true);
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
          gapAt={(position) =>
            border &&
            position === lines.first && (
              <LogBorder
                older={border}
                show={() => {
                  showAll(false);
                }}
              />
            )
          }
          heat={narrowing === null ? heat : narrowing.heat}
        />
      )}
      {older && nothing && unkept > 0 && <LogBorder older={older} alone />}
    </>
  );
}

const NONE: string[] = [];

function withoutLog(error: CommandError | null): Props['failure'] {
  return error && { error, of: null };
}
