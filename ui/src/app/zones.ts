/** The zones that this engine knows, by their IANA names; `UTC` is missing in some engines' list. */
let all: string[] | null = null;

function zones(): string[] {
  all ??= [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])].sort();
  return all;
}

/** The system's own zone. */
export function systemZone(): string {
  return new Intl.DateTimeFormat('en-GB').resolvedOptions().timeZone;
}

/** The zones whose names have all the typed words in them; a city is found by its own name first. */
export function foundZones(typed: string): string[] {
  const words = typed.toLowerCase().replaceAll('_', ' ').split(/\s+/).filter(Boolean);
  const plain = (zone: string) => zone.toLowerCase().replaceAll('_', ' ');
  const found = zones().filter((zone) => words.every((word) => plain(zone).includes(word)));
  const [first = ''] = words;
  const begins = (zone: string) => (plain(zone).split('/').at(-1) ?? '').startsWith(first);
  return [...found.filter(begins), ...found.filter((zone) => !begins(zone))];
}
