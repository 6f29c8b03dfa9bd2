import { channel, commands, type LogExport, type LogName, type LogPart } from '../ipc';
import { LogLines } from './logLines';
import { hueOf, logWord } from './logNames';
import { olderOf, type SearchWay } from './logSearch';
import { olderOfSeveral } from './olderOfSeveral';

/** Several logs as one, as Rust knows them by a number. */
export class MergedLogs {
  readonly lines: LogLines;
  /** So many lines the logs had when they were looked at last. */
  known = 0;
  private refreshing = false;
  private wanted: number | null = null;

  /** The number by which Rust knows them, once it does. */
  set: Promise<number> = new Promise(() => undefined);
  /** How they are searched. */
  readonly search: SearchWay;

  constructor(
    logs: LogName[],
    private readonly failed: (thrown: unknown) => void,
    /** Whose instance has what is older; null where they are of a file. */
    connection: string | null = null,
  ) {
    const tags = logs.length === 0 ? null : logs.map((log, at) => ({ name: logWord(log), hue: hueOf(at) }));
    this.lines = new LogLines(
      async (from, count) => commands.mergedWindow(await this.set, from, count),
      failed,
    );
    this.lines.tags = tags;
    this.search = {
      tags,
      begin: async (query, heard) => ({
        number: await commands.mergedSearch(await this.set, query, heard),
      }),
      goOn: (number) => commands.mergedSearchOn(number),
      matches,
      end: (number) => commands.mergedSearchEnd(number),
      step: (number, position, step) => commands.mergedMatch(number, position, step),
      marks: (number, from, count) => commands.mergedMarks(number, from, count),
      heat: (number, parts) => commands.mergedSearchHeat(number, parts),
      ...(connection === null
        ? {}
        : {
            older: (query) =>
              olderOfSeveral(
                logs.map(({ application, environment }) =>
                  olderOf(connection, application, environment, query),
                ),
              ),
          }),
    };
  }

  /** Opens them; gives what closes them. */
  open(set: Promise<number>): () => void {
    this.set = set;
    this.known = 0;
    set.catch(this.failed);
    return () => {
      // One that was never opened has nothing to close.
      set.then((number) => commands.mergedClose(number)).catch(() => undefined);
    };
  }

  /** The logs have so many lines by now; where one follows, they are all shown. */
  grow(total: number, following: boolean): void {
    this.lines.wait(following ? 0 : Math.max(0, total - this.known));
    if (!following || total === this.known) return;
    this.wanted = total;
    void this.refresh();
  }

  /** Looks at the logs as they are now. One look at a time: more that comes meanwhile is seen with the next. */
  private async refresh(): Promise<void> {
    if (this.refreshing) return;
    this.refreshing = true;
    try {
      const set = await this.set;
      while (this.wanted !== null) {
        const until = this.wanted;
        this.wanted = null;
        const { generation, total } = await commands.mergedRefresh(set);
        this.known = until;
        this.lines.renew(generation ?? 0, total ?? 0);
      }
      this.failed(null);
    } catch (thrown) {
      this.failed(thrown);
    } finally {
      this.refreshing = false;
    }
  }
}

async function matches(search: number, from: number, count: number) {
  const { generation, total, found } = await commands.mergedMatches(search, from, count);
  return {
    generation: generation ?? 0,
    first: 0,
    total,
    from,
    lines: found.map(({ line }) => line),
    logs: found.map(({ log }) => log),
    marks: found.map(({ position, hits }) => ({ position: position ?? 0, hits })),
  };
}

/** One log as a set, for as long as something is done with it. */
export async function setOfOne(connection: string, application: string, environment: string) {
  const set = await commands.mergedOpen(connection, [{ application, environment }]);
  // What cannot be closed now makes room for others.
  return { set, done: () => void commands.mergedClose(set).catch(() => undefined) };
}

/** Writes lines of a set to a file, which the system's own dialog asks for; null where none was chosen. */
export function exportLogs(
  connection: string,
  set: number,
  part: LogPart,
  call: number,
  told: (progress: LogExport) => void,
): Promise<LogExport | null> {
  return commands.mergedExport(connection, set, part, call, channel<LogExport>(told));
}
