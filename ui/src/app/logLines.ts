import { createStore } from '../hooks/store';
import type { Hue, LogGapView, LogLine, LogMoved, LogWindow } from '../ipc';
import { fieldText } from './fieldText';

/** As many as are asked for at once. */
const WINDOW = 200;
/** As many as are kept around the view. */
const KEPT = 6000;

/** Where a line that was searched for stands in its log, null where it is not kept; and where in its message the text is. */
export type Mark = { position: number | null; hits: [from: number, to: number][] };

/** Lines from a position on, as they are asked for; those that were searched for with a mark each. */
export type AskLines = (from: number, count: number) => Promise<SomeLines>;

export type SomeLines = Pick<LogWindow, 'total' | 'from' | 'lines'> &
  Partial<Pick<LogWindow, 'first' | 'generation' | 'gaps'>> & {
    marks?: Mark[];
    /** Of which of several logs each line is. */
    logs?: number[];
  };

/** How one of several logs is told from the others. */
export type LogTag = { name: string; hue: Hue };

/** Says where lines are now that were at these positions in a generation. */
export type AskMoved = (generation: number, positions: number[]) => Promise<LogMoved>;

/** Positions that a view holds on to, and who is told where they are now; null where nobody knows. */
export type Held = { positions: () => number[]; moved: (places: (number | null)[]) => void };

/**
 * The lines of one log by position, fetched in windows as they are looked at. A position without a line, because
 * it was dropped meanwhile, holds null.
 */
export class LogLines {
  first = 0;
  total = 0;
  /** The longest name of an instance seen so far; it does not shrink, so that columns stay where they are. */
  widest = 0;
  /** The names of all fields seen so far, and the longest value of each. */
  readonly fields = new Map<string, number>();
  /** Which positions these are, another number than before where they are those of other lines; null before the first. */
  generation: number | null = null;
  /** So many lines have come that are not shown yet. */
  waiting = 0;
  /** How the logs are told apart, where these are lines of several. */
  tags: LogTag[] | null = null;
  private readonly lines = new Map<number, LogLine | null>();
  private readonly logs = new Map<number, number>();
  /** Positions of which other lines are known than there are now; these stay in sight until those have come. */
  private readonly outdated = new Set<number>();
  /** Positions whose lines were asked for and were not given, until the lines are counted anew. */
  private readonly lacking = new Set<number>();
  private readonly marks = new Map<number, Mark>();
  private readonly gaps = new Map<number, LogGapView>();
  private held: Held | null = null;
  private stale = false;
  /** Counts how often lines have come or moved without being asked for. */
  private epoch = 0;
  private wanted = { from: 0, to: 0 };
  private fetching = false;
  private readonly changes = createStore(0);
  private failing = false;

  constructor(
    private readonly ask: AskLines,
    /** Told why lines could not be read; null once they could. */
    private readonly failed: (thrown: unknown) => void,
    private readonly askMoved?: AskMoved,
  ) {}

  readonly subscribe = this.changes.subscribe;

  /** Differs whenever anything here does. */
  readonly version = this.changes.get;

  at(position: number): LogLine | null | undefined {
    return this.lines.get(position);
  }

  /** What is known of a line that was searched for. */
  markAt(position: number): Mark | undefined {
    return this.marks.get(position);
  }

  /** How the log of a line is told from the others. */
  tagAt(position: number): LogTag | undefined {
    return this.tags?.[this.logs.get(position) ?? -1];
  }

  /** So many lines wait until one goes on. */
  wait(waiting: number): void {
    if (waiting === this.waiting) return;
    this.waiting = waiting;
    this.tell();
  }

  /** There are so many lines now, in another generation at other positions. */
  renew(generation: number, total: number): void {
    if (generation === this.generation && total === this.total) return;
    if (this.generation === null || generation > this.generation) {
      this.generation = generation;
      for (const position of this.lines.keys()) this.outdated.add(position);
    }
    this.total = total;
    this.tell();
    void this.fetch();
  }

  /** The lines that are missing before the one at a position. */
  gapAt(position: number): LogGapView | undefined {
    return this.gaps.get(position);
  }

  /** A view holds on to positions, whatever lines are put before them; gives what ends it. */
  hold(held: Held): () => void {
    this.held = held;
    return () => {
      if (this.held === held) this.held = null;
    };
  }

  /** Other lines may stand here by now: each stays in sight until the one that does has come. */
  outdate(): void {
    for (const position of this.lines.keys()) this.outdated.add(position);
    void this.fetch();
  }

  /** Lines were put between others: what is here is to be read anew. */
  reread(): void {
    this.stale = true;
    void this.fetch();
  }

  /** The tail has got so far. */
  grow(total: number): void {
    if (total === this.total) return;
    // A log that was begun anew has other lines at the same positions.
    if (total < this.total) {
      this.clear();
      this.first = 0;
    }
    this.total = total;
    this.tell();
  }

  /**
   * A search has found so many. Where these are fewer, others may stand here: each stays in sight until the one that
   * does has come. What was not given before is asked for again.
   */
  count(total: number): void {
    if (total < this.total) for (const position of this.lines.keys()) this.outdated.add(position);
    for (const position of this.lacking) this.lines.delete(position);
    this.lacking.clear();
    if (total !== this.total) {
      this.total = total;
      this.tell();
    }
    void this.fetch();
  }

  /** These are the lines there are so far. */
  put(window: SomeLines): void {
    this.epoch += 1;
    this.take(window, 0);
    this.tell();
  }

  /** Each line stands so much further down, among so many: others were found before them. */
  shift(by: number, total: number): void {
    this.epoch += 1;
    const positions = this.held?.positions() ?? [];
    for (const known of [this.lines, this.marks, this.logs, this.gaps] as Map<number, unknown>[]) {
      const entries = [...known];
      known.clear();
      for (const [position, what] of entries) known.set(position + by, what);
    }
    for (const some of [this.outdated, this.lacking]) {
      const before = [...some];
      some.clear();
      for (const position of before) some.add(position + by);
    }
    this.wanted = { from: this.wanted.from + by, to: this.wanted.to + by };
    this.total = total;
    this.held?.moved(positions.map((position) => position + by));
    this.tell();
  }

  /** These lines are looked at now. */
  want(from: number, to: number): void {
    this.wanted = { from, to };
    void this.fetch();
  }

  /** Asks for what is missing once more. */
  again(): void {
    this.failed(null);
    void this.fetch();
  }

  /** All lines from a position to another one, at most so many, whether they are looked at or not. */
  async read(from: number, to: number, most: number): Promise<LogLine[]> {
    const read: LogLine[] = [];
    const end = Math.min(to, this.total);
    for (let at = Math.max(from, this.first); at < end && read.length < most;) {
      const window = await this.ask(at, Math.min(WINDOW, end - at));
      if (window.lines.length === 0) break;
      read.push(...window.lines);
      at = (window.from ?? at) + window.lines.length;
    }
    return read.slice(0, most);
  }

  private async fetch(): Promise<void> {
    if (this.fetching) return;
    this.fetching = true;
    try {
      for (let missing = this.missing(); missing !== null; missing = this.missing()) await this.load(missing);
    } catch (thrown) {
      this.failing = true;
      this.failed(thrown);
    } finally {
      this.fetching = false;
    }
  }

  private async load(from: number): Promise<void> {
    const { epoch } = this;
    const window = await this.ask(from, WINDOW);
    // It has the positions of before.
    if (epoch !== this.epoch) return;
    if (this.failing) this.failed(null);
    this.failing = false;
    if (!(await this.isOf(window))) return;
    const end = this.take(window, from);
    if (end <= from) this.lack(from, window.total ?? this.total);
    this.forget();
    this.tell();
  }

  /** There are no more lines than so many, and so no rows that wait for them; or what is not given is asked for no more. */
  private lack(from: number, total: number): void {
    if (total <= from) {
      this.total = from;
      return;
    }
    for (let position = from; position < Math.min(from + WINDOW, this.total); position += 1) {
      this.lines.set(position, null);
      this.lacking.add(position);
      this.outdated.delete(position);
    }
  }

  /** Keeps what was asked for from a position on; gives one past the last. */
  private take(window: SomeLines, from: number): number {
    const start = window.from ?? from;
    for (let position = from; position < start; position += 1) {
      this.lines.set(position, null);
      this.outdated.delete(position);
    }
    for (let position = start; position <= start + window.lines.length; position += 1)
      this.gaps.delete(position);
    for (const gap of window.gaps ?? []) this.gaps.set(gap.at ?? 0, gap);
    window.lines.forEach((line, at) => {
      this.lines.set(start + at, line);
      this.outdated.delete(start + at);
      this.lacking.delete(start + at);
      const log = window.logs?.[at];
      if (log !== undefined) this.logs.set(start + at, log);
      const mark = window.marks?.[at];
      if (mark) this.marks.set(start + at, mark);
      this.widest = Math.max(this.widest, instanceOf(line).length);
      for (const [name, value] of Object.entries(line.fields))
        this.fields.set(name, Math.max(this.fields.get(name) ?? 0, fieldText(value).length));
    });
    this.first = Math.max(this.first, window.first ?? 0);
    this.total = Math.max(this.total, window.total ?? 0);
    return start + window.lines.length;
  }

  /** Whether a window has the positions that are known here; where they are other ones now, it begins anew. */
  private async isOf({ generation, first, total }: SomeLines): Promise<boolean> {
    if (generation === undefined || generation === null || generation === this.generation) return true;
    const [before, held] = [this.generation, this.held];
    // Where nobody can say where lines are now, they stay in sight until the others have come.
    if (before !== null && this.askMoved === undefined) {
      if (generation < before) return false;
      this.renew(generation, total ?? this.total);
      return true;
    }
    this.generation = generation;
    if (before === null) return true;
    const positions = held?.positions() ?? [];
    const moved = await this.askMoved?.(before, positions);
    this.clear();
    this.first = first ?? 0;
    this.total = total ?? 0;
    if (moved) {
      this.generation = moved.generation;
      held?.moved(moved.places);
    }
    this.tell();
    // Where it has changed once more meanwhile, this window is an old one.
    return this.generation === generation;
  }

  private clear(): void {
    this.lines.clear();
    this.marks.clear();
    this.gaps.clear();
    this.logs.clear();
    this.outdated.clear();
    this.lacking.clear();
  }

  private missing(): number | null {
    if (this.stale) {
      this.stale = false;
      return Math.min(this.wanted.from, this.total);
    }
    const to = Math.min(this.wanted.to, this.total);
    for (let position = Math.max(this.wanted.from, this.first); position < to; position += 1)
      if (!this.lines.has(position) || this.outdated.has(position)) return position;
    return null;
  }

  private forget(): void {
    if (this.lines.size <= KEPT) return;
    const { from, to } = this.wanted;
    for (const position of this.lines.keys())
      if (position < from - KEPT / 3 || position > to + KEPT / 3) {
        this.lines.delete(position);
        this.marks.delete(position);
        this.logs.delete(position);
        this.outdated.delete(position);
        this.lacking.delete(position);
        this.gaps.delete(position);
      }
  }

  private tell(): void {
    this.changes.set((before) => before + 1);
  }
}

/** Who wrote a line, as far as it is known. */
export function instanceOf(line: LogLine): string {
  return line.instance ?? line.source ?? '';
}
