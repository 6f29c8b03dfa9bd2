import { createStore } from '../hooks/store';
import {
  asCommandError,
  channel,
  commands,
  type ChannelOf,
  type CommandError,
  type ConnectionId,
  type LogHeat,
  type LogMark,
  type LogQuery,
  type LogSearchProgress,
  type NumberedMatch,
  type MatchStep,
} from '../ipc';
import { LogLines, type AskLines, type LogTag } from './logLines';
import { LogMarks } from './logMarks';

/** How what is kept is searched: in one log, or in several as one. */
export type SearchWay = {
  /** How the logs are told apart, where there are several. */
  tags?: LogTag[] | null;
  begin: (query: LogQuery, heard: ChannelOf<LogSearchProgress>) => Promise<number>;
  goOn: (search: number) => Promise<unknown>;
  matches: (search: number, ...which: Parameters<AskLines>) => ReturnType<AskLines>;
  end: (search: number) => Promise<unknown>;
  /** What makes it possible to go from match to match among all lines; of several logs only matches are shown. */
  step?: (search: number, position: number, step: MatchStep) => Promise<NumberedMatch | null>;
  marks?: (search: number, from: number, count: number) => Promise<LogMark[]>;
  heat?: (search: number, parts: number) => Promise<LogHeat[]>;
};

/** The search in one log. */
export function searchOf(connection: ConnectionId, application: string, environment: string): SearchWay {
  return {
    begin: (query, heard) => commands.logSearch(connection, application, environment, query, heard),
    goOn: (search) => commands.logSearchOn(search),
    matches: async (search, from, count) => {
      const { total, from: start, found } = await commands.logMatches(search, from, count);
      return {
        first: 0,
        total,
        from: start,
        lines: found.map(({ line }) => line),
        marks: found.map(({ position, hits }) => ({ position: position ?? 0, hits })),
      };
    },
    end: (search) => commands.logSearchEnd(search),
    step: (search, position, step) => commands.logMatch(search, position, step),
    marks: (search, from, count) => commands.logMarks(search, from, count),
    heat: (search, parts) => commands.logSearchHeat(search, parts),
  };
}

/** A search in what is kept. Its matches are lines by their number. */
export class LogSearch {
  readonly lines: LogLines;
  /** The matches among all lines; null where only what was found is shown. */
  readonly marks: LogMarks | null;
  progress: LogSearchProgress | null = null;
  error: CommandError | null = null;
  private number: number | null = null;
  private begun: Promise<number> = new Promise(() => undefined);
  private ended = false;
  /** As many lines had come when it was last told to go on. */
  private until = 0;
  private readonly changes = createStore(0);

  constructor(
    private readonly way: SearchWay,
    private readonly query: LogQuery,
  ) {
    this.lines = new LogLines(
      async (from, count) => this.way.matches(await this.begun, from, count),
      (thrown) => {
        this.fail(thrown);
      },
    );
    this.lines.tags = way.tags ?? null;
    const { marks } = way;
    this.marks =
      marks === undefined
        ? null
        : new LogMarks(
            async (from, count) => marks(await this.begun, from, count),
            (thrown) => {
              this.fail(thrown);
            },
          );
    for (const part of [this.lines, this.marks])
      part?.subscribe(() => {
        this.tell();
      });
  }

  readonly subscribe = this.changes.subscribe;

  /** Differs whenever anything here does. */
  readonly version = this.changes.get;

  /** Begins; gives what ends it. */
  begin(): () => void {
    this.ended = false;
    const heard = channel<LogSearchProgress>((progress) => {
      if (this.ended) return;
      this.progress = progress;
      if (progress.failure) this.error = progress.failure;
      this.lines.grow(progress.matches ?? 0);
      this.tell();
    });
    this.begun = this.way.begin(this.query, heard);
    this.begun.then(
      (number) => {
        if (this.ended) void this.way.end(number);
        else this.number = number;
      },
      (thrown: unknown) => {
        this.fail(thrown);
      },
    );
    return () => {
      this.ended = true;
      if (this.number !== null) void this.way.end(this.number);
      this.number = null;
    };
  }

  /** So many lines there are by now: what has come since is searched too, once the rest was. */
  goOn(total: number): void {
    // A log that was begun anew has other lines at the same positions.
    if (total < this.until) {
      this.until = 0;
      this.marks?.forget();
    }
    if (this.number === null || this.progress?.done !== true || total <= this.until) return;
    this.until = total;
    this.way.goOn(this.number).catch((thrown: unknown) => {
      this.fail(thrown);
    });
  }

  /**
   * A match by a position of the log: the one there or after it, the next, the one before. Null where there is none,
   * or where one does not go from match to match.
   */
  async step(position: number, step: MatchStep): Promise<{ number: number; position: number } | null> {
    if (this.way.step === undefined) return null;
    try {
      return placeOf(await this.way.step(await this.begun, position, step));
    } catch (thrown) {
      this.fail(thrown);
      return null;
    }
  }

  /** Where in the log there are matches; null where that is not known. */
  readonly heat = async (parts: number): Promise<LogHeat[] | null> => {
    if (this.way.heat === undefined) return null;
    try {
      return await this.way.heat(await this.begun, parts);
    } catch (thrown) {
      this.fail(thrown);
      return null;
    }
  };

  private fail(thrown: unknown): void {
    if (this.ended) return;
    this.error = thrown === null ? null : asCommandError(thrown);
    this.tell();
  }

  private tell(): void {
    this.changes.set((before) => before + 1);
  }
}

function placeOf(found: NumberedMatch | null): { number: number; position: number } | null {
  return found && { number: found.number ?? 0, position: found.position ?? 0 };
}
