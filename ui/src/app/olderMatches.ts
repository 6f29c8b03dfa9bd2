import type { CommandError, LogLine, OlderMatches as Page } from '../ipc';
import { asCommandError } from '../ipc';

/** How an instance is asked for what is older than what is kept. */
export type OlderWay = {
  /** When the oldest line that is kept was written; null where none is. */
  kept: () => Promise<string | null>;
  ask: (until: string, cursor: string | null) => Promise<OlderPage>;
  /** How many requests the next question takes; one where nothing is said. */
  requests?: () => number;
};

/** A match that is not kept; of several logs, of which it is. */
export type OlderMatch = { line: LogLine; hits: [from: number, to: number][]; log?: number };

type OlderPage = Omit<Page, 'found'> & { found: OlderMatch[] };

/**
 * What matches and is older than what is kept, as far as the instance was asked for it: shown before the matches
 * that are kept, and gone with the search.
 */
export class OlderMatches {
  /** Oldest first. */
  found: OlderMatch[] = [];
  /** Where what is kept begins; null until that is known, or where there is nothing before it to ask for. */
  since: string | null = null;
  /** So many lines the instance gave, and when the oldest of them was written. */
  looked = 0;
  oldest: string | null = null;
  asking = false;
  /** There is nothing older. */
  done = false;
  error: CommandError | null = null;
  private cursor: string | null = null;
  private ended = false;
  /** So many were found in each generation of the positions. */
  private readonly counts = [0];

  constructor(
    private readonly way: OlderWay,
    /** Not written before: what is older than that is not searched for. */
    private readonly from: string | null,
    /** Told when anything here differs, and whether other positions do. */
    private readonly changed: (positions: boolean) => void,
  ) {}

  /** So many requests the next ones take. */
  get requests(): number {
    return this.way.requests?.() ?? 1;
  }

  /** Another number than before where the matches that are kept have other positions. */
  get generation(): number {
    return this.counts.length - 1;
  }

  /** How much further down a match stands now that was there in a generation. */
  movedSince(generation: number): number {
    return this.found.length - (this.counts[generation] ?? 0);
  }

  /** Looks where what is kept begins. */
  begin(): void {
    this.ended = false;
    this.way.kept().then(
      (since) => {
        if (this.ended || since === null) return;
        if (this.from !== null && Date.parse(this.from) >= Date.parse(since)) return;
        this.since = since;
        this.changed(false);
      },
      (thrown: unknown) => {
        this.fail(thrown);
      },
    );
  }

  end(): void {
    this.ended = true;
  }

  /** Asks the instance for the next ones; one request. */
  readonly load = (): void => {
    if (this.since === null || this.asking || this.done) return;
    this.asking = true;
    this.error = null;
    this.changed(false);
    this.way.ask(this.since, this.cursor).then(
      (page) => {
        if (this.ended) return;
        this.asking = false;
        this.take(page);
      },
      (thrown: unknown) => {
        this.asking = false;
        this.fail(thrown);
      },
    );
  };

  private take({ found, looked, oldest, next }: OlderPage): void {
    this.found = [...found, ...this.found];
    this.looked += looked;
    this.oldest = oldest ?? this.oldest;
    this.cursor = next;
    this.done = next === null;
    if (found.length > 0) this.counts.push(this.found.length);
    this.changed(found.length > 0);
  }

  private fail(thrown: unknown): void {
    if (this.ended) return;
    this.error = asCommandError(thrown);
    this.changed(false);
  }
}
