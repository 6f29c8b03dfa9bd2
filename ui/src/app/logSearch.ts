import { createStore } from '../hooks/store';
import {
  asCommandError,
  channel,
  commands,
  type CommandError,
  type ConnectionId,
  type LogHeat,
  type LogQuery,
  type LogSearchProgress,
  type NumberedMatch,
  type MatchStep,
} from '../ipc';
import { LogLines } from './logLines';
import { LogMarks } from './logMarks';

/** A search in what is kept of one log. Its matches are lines by their number. */
export class LogSearch {
  readonly lines: LogLines;
  /** The matches among all lines. */
  readonly marks: LogMarks;
  progress: LogSearchProgress | null = null;
  error: CommandError | null = null;
  private number: number | null = null;
  private begun: Promise<number> = new Promise(() => undefined);
  private ended = false;
  /** As many lines had come when it was last told to go on. */
  private until = 0;
  private readonly changes = createStore(0);

  constructor(
    private readonly connection: ConnectionId,
    private readonly application: string,
    private readonly environment: string,
    private readonly query: LogQuery,
  ) {
    this.lines = new LogLines(
      (from, count) => this.matches(from, count),
      (thrown) => {
        this.fail(thrown);
      },
    );
    this.marks = new LogMarks(
      async (from, count) => commands.logMarks(await this.begun, from, count),
      (thrown) => {
        this.fail(thrown);
      },
    );
    for (const part of [this.lines, this.marks])
      part.subscribe(() => {
        this.tell();
      });
  }

  readonly subscribe = this.changes.subscribe;

  /** Differs whenever anything here does. */
  readonly version = this.changes.get;

  /** Begins; gives what ends it. */
  begin(): () => void {
    this.ended = false;
    const { connection, application, environment, query } = this;
    const heard = channel<LogSearchProgress>((progress) => {
      if (this.ended) return;
      this.progress = progress;
      if (progress.failure) this.error = progress.failure;
      this.lines.grow(progress.matches ?? 0);
      this.tell();
    });
    this.begun = commands.logSearch(connection, application, environment, query, heard);
    this.begun.then(
      (number) => {
        if (this.ended) void commands.logSearchEnd(number);
        else this.number = number;
      },
      (thrown: unknown) => {
        this.fail(thrown);
      },
    );
    return () => {
      this.ended = true;
      if (this.number !== null) void commands.logSearchEnd(this.number);
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
    commands.logSearchOn(this.number).catch((thrown: unknown) => {
      this.fail(thrown);
    });
  }

  /** A match by a position of the log: the one there or after it, the next, the one before. Null where there is none. */
  async step(position: number, step: MatchStep): Promise<{ number: number; position: number } | null> {
    try {
      return placeOf(await commands.logMatch(await this.begun, position, step));
    } catch (thrown) {
      this.fail(thrown);
      return null;
    }
  }

  /** Where in the log there are matches. */
  readonly heat = async (parts: number): Promise<LogHeat[] | null> => {
    try {
      return await commands.logSearchHeat(await this.begun, parts);
    } catch (thrown) {
      this.fail(thrown);
      return null;
    }
  };

  private async matches(from: number, count: number) {
    const { total, from: start, found } = await commands.logMatches(await this.begun, from, count);
    return {
      first: 0,
      total,
      from: start,
      lines: found.map(({ line }) => line),
      marks: found.map(({ position, hits }) => ({ position: position ?? 0, hits })),
    };
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

function placeOf(found: NumberedMatch | null): { number: number; position: number } | null {
  return found && { number: found.number ?? 0, position: found.position ?? 0 };
}
