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
  type LogMatch,
  type LogQuery,
  type LogSearchProgress,
  type NumberedMatch,
  type MatchStep,
} from '../ipc';
import { LogLines, type AskLines, type LogTag } from './logLines';
import { LogMarks } from './logMarks';
import { OlderMatches, type OlderWay } from './olderMatches';

/** How what is kept is searched: in one log, or in several as one. */
export type SearchWay = {
  /** How the logs are told apart, where there are several. */
  tags?: LogTag[] | null;
  begin: (query: LogQuery, heard: ChannelOf<LogSearchProgress>) => Promise<BegunSearch>;
  goOn: (search: number) => Promise<unknown>;
  matches: (search: number, ...which: Parameters<AskLines>) => ReturnType<AskLines>;
  end: (search: number) => Promise<unknown>;
  /** A match by a position among all lines: from there one goes from match to match. */
  step: (search: number, position: number, step: MatchStep) => Promise<NumberedMatch | null>;
  marks: (search: number, from: number, count: number) => Promise<LogMark[]>;
  heat: (search: number, parts: number) => Promise<LogHeat[]>;
  /** How the instance is asked for what is older; nothing for what is of no instance. */
  older?: (query: LogQuery) => OlderWay;
};

/** Its number, and the last matches as far as they were found at once. */
export type BegunSearch = { number: number; newest?: LogMatch[] };

/** The search in one log. */
export function searchOf(connection: ConnectionId, application: string, environment: string): SearchWay {
  return {
    begin: async (query, heard) => {
      const begun = await commands.logSearch(connection, application, environment, query, heard);
      return { number: begun.search, newest: begun.newest };
    },
    goOn: (search) => commands.logSearchOn(search),
    matches: async (search, from, count) => {
      const { total, from: start, found } = await commands.logMatches(search, from, count);
      return { first: 0, total, from: start, ...linesOf(found) };
    },
    end: (search) => commands.logSearchEnd(search),
    step: (search, position, step) => commands.logMatch(search, position, step),
    marks: (search, from, count) => commands.logMarks(search, from, count),
    heat: (search, parts) => commands.logSearchHeat(search, parts),
    older: (query) => olderOf(connection, application, environment, query),
  };
}

/** How the instance is asked for what is older in one log. */
export function olderOf(
  connection: ConnectionId,
  application: string,
  environment: string,
  query: LogQuery,
): OlderWay {
  return {
    kept: async () => (await commands.logKept(connection, application, environment)).since,
    ask: (until, cursor) => commands.logOlder(connection, application, environment, query, until, cursor),
  };
}

/** Where matches are read again at most so often while one searches, in milliseconds. */
const HEAT_AFTER = 500;

/**
 * A search in what is kept. Its matches are lines by their number; before all are found, the last ones alone, which
 * are what is looked at.
 */
export class LogSearch {
  /** What the instance found besides stands before them. */
  readonly lines: LogLines;
  /** The matches among all lines. */
  readonly marks: LogMarks;
  /** What is older than what is kept; null where it cannot be asked for. */
  readonly older: OlderMatches | null;
  progress: LogSearchProgress | null = null;
  error: CommandError | null = null;
  private number: number | null = null;
  private begun: Promise<number> = new Promise(() => undefined);
  /** The last matches, while how many there are before them is not known. */
  private newest: LogMatch[] | null = null;
  private answered = false;
  private looksOlder = false;
  /** Kept once a match has its number. */
  private readonly whole = promised();
  private readonly done = promised();
  private ended = false;
  /** As many lines had come when it was last told to go on. */
  private until = 0;
  /** Which positions the lines of the log had; null before anybody said so. */
  private generation: number | null = null;
  private readonly changes = createStore(0);

  constructor(
    private readonly way: SearchWay,
    private readonly query: LogQuery,
  ) {
    const failed = (thrown: unknown) => {
      this.fail(thrown);
    };
    const older = way.older && this.olderBy(way.older(query));
    this.older = older ?? null;
    this.lines = older
      ? new LogLines(
          (from, count) => this.withOlder(older, from, count),
          failed,
          (generation, positions) => {
            const by = older.movedSince(generation);
            return Promise.resolve({
              generation: older.generation,
              places: positions.map((position) => position + by),
            });
          },
        )
      : new LogLines(async (from, count) => this.way.matches(await this.begun, from, count), failed);
    this.lines.tags = way.tags ?? null;
    this.marks = new LogMarks(async (from, count) => this.way.marks(await this.begun, from, count), failed);
    for (const part of [this.lines, this.marks])
      part.subscribe(() => {
        this.tell();
      });
  }

  readonly subscribe = this.changes.subscribe;

  /** Differs whenever anything here does. */
  readonly version = this.changes.get;

  /** So many matches are not kept; they stand before the others. */
  get unkept(): number {
    return this.older?.found.length ?? 0;
  }

  /** Whether a line's place is the number of its match: not while the last ones alone are there. */
  get isWhole(): boolean {
    return this.newest === null;
  }

  /** Begins; gives what ends it. */
  begin(): () => void {
    this.ended = false;
    this.answered = false;
    this.looksOlder = false;
    this.newest = null;
    const heard = channel<LogSearchProgress>((progress) => {
      if (this.ended) return;
      this.progress = progress;
      if (progress.failure) this.error = progress.failure;
      if (progress.done || progress.failure) this.done.keep();
      this.take();
      this.tell();
    });
    const begun = this.way.begin(this.query, heard);
    this.begun = begun.then(({ number }) => number);
    begun.then(
      ({ number, newest = [] }) => {
        if (this.ended) {
          void this.way.end(number);
          return;
        }
        this.number = number;
        this.answered = true;
        if (newest.length > 0 && this.progress?.done !== true) {
          this.newest = newest;
          this.lines.put({ total: newest.length, from: 0, ...linesOf(newest) });
        }
        this.take();
      },
      (thrown: unknown) => {
        this.fail(thrown);
      },
    );
    // It fails where the search does, which has said so.
    this.begun.catch(() => undefined);
    return () => {
      this.ended = true;
      this.older?.end();
      if (this.number !== null) void this.way.end(this.number);
      this.number = null;
    };
  }

  /** So many lines there are by now: what has come since is searched too, once the rest was. */
  goOn(total: number): void {
    // A log that was begun anew has other lines at the same positions.
    if (total < this.until) {
      this.until = 0;
      this.marks.forget();
    }
    if (this.number === null || this.progress?.done !== true || total <= this.until) return;
    this.until = total;
    this.way.goOn(this.number).catch((thrown: unknown) => {
      this.fail(thrown);
    });
  }

  /** The lines of the log have the positions of this generation. */
  renew(generation: number | null): void {
    if (generation === null || generation === this.generation) return;
    const isFirst = this.generation === null;
    this.generation = generation;
    if (isFirst) return;
    this.marks.forget();
    if (this.newest) this.restart();
    else this.lines.outdate();
  }

  /** A match by a position of the log: the one there or after it, the next, the one before. Null where there is none. */
  async step(position: number, step: MatchStep): Promise<{ number: number; position: number } | null> {
    try {
      return placeOf(await this.way.step(await this.begun, position, step));
    } catch (thrown) {
      this.fail(thrown);
      return null;
    }
  }

  /** Where among the matches the one at a position of the log stands, or the first after it; null for none. */
  readonly placeAt = async (position: number): Promise<number | null> => {
    await this.whole.kept;
    const found = await this.step(position, 'here');
    return found && this.unkept + found.number;
  };

  /** Where in the log there are matches; null where that is not known. */
  readonly heat = async (parts: number): Promise<LogHeat[] | null> => {
    try {
      // It reads where the search does, and says most once that is done.
      await Promise.race([this.done.kept, new Promise((later) => setTimeout(later, HEAT_AFTER))]);
      return await this.way.heat(await this.begun, parts);
    } catch (thrown) {
      this.fail(thrown);
      return null;
    }
  };

  /** Takes in how far the search is. */
  private take(): void {
    if (!this.answered) return;
    if (this.newest === null) this.becomeWhole();
    else if (this.progress?.done) void this.settle(this.newest);
    // What does not go on gets no better numbers.
    else if (this.progress?.failure) this.whole.keep();
  }

  /** All are found: the last ones get their numbers, and stay where they are seen. */
  private async settle(newest: LogMatch[]): Promise<void> {
    const position = newest[0]?.position ?? 0;
    const first = await this.step(position, 'here');
    if (this.ended || this.newest !== newest) return;
    // Where other lines stand there by now, they are read anew.
    if (first?.position !== position) {
      this.restart();
      return;
    }
    this.newest = null;
    this.lines.shift(first.number, Math.max(first.number + newest.length, this.progress?.matches ?? 0));
    this.becomeWhole();
  }

  private restart(): void {
    this.newest = null;
    this.lines.grow(0);
    this.becomeWhole();
  }

  private becomeWhole(): void {
    this.lines.count(this.unkept + (this.progress?.matches ?? 0));
    this.whole.keep();
    if (this.looksOlder) return;
    this.looksOlder = true;
    this.older?.begin();
  }

  private olderBy(way: OlderWay): OlderMatches {
    return new OlderMatches(way, this.query.from, (positions) => {
      if (positions) {
        this.lines.grow(this.unkept + (this.progress?.matches ?? 0));
        this.lines.reread();
      }
      this.tell();
    });
  }

  /** Lines by their number: first those that the instance found, then those that are kept. */
  private async withOlder(older: OlderMatches, from: number, count: number): ReturnType<AskLines> {
    const { generation, found } = older;
    if (from < found.length) {
      const some = found.slice(from, from + count);
      return {
        generation,
        first: 0,
        total: found.length + (this.progress?.matches ?? 0),
        from,
        lines: some.map(({ line }) => line),
        marks: some.map(({ hits }) => ({ position: null, hits })),
        ...(this.way.tags ? { logs: some.map(({ log = 0 }) => log) } : {}),
      };
    }
    const matches = await this.way.matches(await this.begun, from - found.length, count);
    const down = (place: number | null) => (place ?? 0) + found.length;
    return { ...matches, generation, total: down(matches.total), from: down(matches.from) };
  }

  private fail(thrown: unknown): void {
    if (this.ended) return;
    this.error = thrown === null ? null : asCommandError(thrown);
    this.tell();
  }

  private tell(): void {
    this.changes.set((before) => before + 1);
  }
}

/** What is waited for until it is kept. */
function promised(): { kept: Promise<void>; keep: () => void } {
  let keep: () => void = () => undefined;
  const kept = new Promise<void>((done) => {
    keep = done;
  });
  return { kept, keep };
}

function linesOf(found: LogMatch[]) {
  return {
    lines: found.map(({ line }) => line),
    marks: found.map(({ position, hits }) => ({ position: position ?? 0, hits })),
  };
}

function placeOf(found: NumberedMatch | null): { number: number; position: number } | null {
  return found && { number: found.number ?? 0, position: found.position ?? 0 };
}

/** How one goes from a position to the next match among all lines; null where nothing is searched for. */
export function matchFrom(
  search: LogSearch | null,
): ((position: number, by: 1 | -1) => Promise<number | null>) | null {
  if (search === null) return null;
  return (position, by) => search.step(...stepFrom(position, by)).then((found) => found && found.position);
}

/** Before the first line, the next match may be that line itself. */
function stepFrom(position: number, by: 1 | -1): [position: number, step: MatchStep] {
  if (position < 0) return [0, 'here'];
  return [position, by > 0 ? 'next' : 'previous'];
}

/** A number of a match; after the last comes the first. */
export function numberAround(number: number, matches: number): number | null {
  return matches === 0 ? null : (number + matches) % matches;
}

/** What of the selected matches is kept: only that can be written to a file. */
export function keptOf(
  span: [from: number, to: number] | null,
  unkept: number,
): [from: number, to: number] | null {
  return span !== null && span[0] >= unkept ? [span[0] - unkept, span[1] - unkept] : null;
}
