import { createStore } from '../hooks/store';
import type { LogMark } from '../ipc';
import type { Mark } from './logLines';

/** Lines that are looked at together. */
const PART = 200;
/** As many parts are kept. */
const KEPT = 30;

/** Which lines of a log are what is searched for, of those that are looked at. */
export class LogMarks {
  /** By the part of the log: up to which line it was looked at, and what was found. */
  private readonly parts = new Map<number, { to: number; hits: Map<number, Mark['hits']> }>();
  private wanted = { from: 0, to: 0 };
  private asking = false;
  /** Counts how often lines have got other positions. */
  private epoch = 0;
  private readonly changes = createStore(0);

  constructor(
    private readonly ask: (from: number, count: number) => Promise<LogMark[]>,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  readonly subscribe = this.changes.subscribe;

  /** Differs whenever anything here does. */
  readonly version = this.changes.get;

  /** Where in a line's message the text is; undefined where the line is not what is searched for. */
  at(position: number): Mark['hits'] | undefined {
    return this.parts.get(Math.floor(position / PART))?.hits.get(position);
  }

  /** These lines are looked at now, one past the last. */
  want(from: number, to: number): void {
    this.wanted = { from, to };
    void this.fetch();
  }

  /** Lines have other positions now. */
  forget(): void {
    this.epoch += 1;
    this.parts.clear();
    this.changes.set((before) => before + 1);
    void this.fetch();
  }

  private async fetch(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      for (let part = this.missing(); part !== null; part = this.missing()) await this.load(part);
    } catch (thrown) {
      this.failed(thrown);
    } finally {
      this.asking = false;
    }
  }

  private async load(part: number): Promise<void> {
    const to = Math.min(this.wanted.to, (part + 1) * PART);
    const { epoch } = this;
    const marks = await this.ask(part * PART, to - part * PART);
    // They are those of other lines.
    if (epoch !== this.epoch) return;
    this.parts.delete(part);
    this.parts.set(part, {
      to,
      hits: new Map(marks.map(({ position, hits }) => [position ?? 0, hits])),
    });
    for (const [oldest] of this.parts) if (this.parts.size > KEPT) this.parts.delete(oldest);
    this.changes.set((before) => before + 1);
  }

  private missing(): number | null {
    const { from, to } = this.wanted;
    for (let part = Math.floor(from / PART); part * PART < to; part += 1) {
      const known = this.parts.get(part)?.to ?? 0;
      if (known < Math.min(to, (part + 1) * PART)) return part;
    }
    return null;
  }
}
