/** As many lines' heights are kept; those of lines far away are measured again when they are seen again. */
const KEPT = 4000;

/** By how much lines are taller than one row: those that are wrapped or opened, as far as they were measured. */
export class LogHeights {
  static readonly NONE = new LogHeights([]);

  private readonly positions: number[] = [];
  /** All that is more in the first lines of these, one number more than there are lines. */
  private readonly sums: number[] = [0];

  constructor(private readonly entries: [position: number, more: number][]) {
    for (const [position, more] of entries) {
      this.positions.push(position);
      this.sums.push((this.sums.at(-1) ?? 0) + more);
    }
  }

  /** By how much all lines before a position are taller. */
  before(position: number): number {
    return this.sums[this.rank(position)] ?? 0;
  }

  /** By how much a line is taller than one row. */
  of(position: number): number {
    const at = this.rank(position);
    return this.positions[at] === position ? (this.entries[at]?.[1] ?? 0) : 0;
  }

  /** What was measured now stands in the place of what was known; the same object where that is nothing new. */
  with(measured: ReadonlyMap<number, number>): LogHeights {
    const changed = [...measured].filter(([position, more]) => this.of(position) !== more);
    if (changed.length === 0) return this;
    const all = new Map([...this.entries, ...changed]);
    const entries = [...all].filter(([, more]) => more > 0).sort(([one], [other]) => one - other);
    const [middle = 0] = measured.keys();
    return new LogHeights(entries.length > KEPT ? nearest(entries, middle) : entries);
  }

  /** How many of them are before a position. */
  private rank(position: number): number {
    let [from, to] = [0, this.positions.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.positions[middle] ?? 0) < position) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function nearest(entries: [number, number][], position: number): [number, number][] {
  const at = entries.findIndex(([each]) => each >= position);
  const from = Math.max(0, (at < 0 ? entries.length : at) - KEPT / 4);
  return entries.slice(from, from + KEPT / 2);
}
