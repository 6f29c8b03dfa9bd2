/** As many characters of a text are looked for. */
const LONGEST = 1000;
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\b\d\d:\d\d:\d\d\b/;
/** A time at the beginning, in brackets or not, and how bad the line is, as logs have them. */
const BEGINNING =
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?\]?\s+(?:\[?(?:trace|debug|info|warn|warning|error|fatal)\]?:?\s+)?/i;

/**
 * What of a text that was pasted tells most: its longest line without a time in it, as lines of one message are
 * printed without; where all have one, the longest line without it.
 */
export function tellingLine(text: string): string {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const untimed = lines.filter((line) => !TIME.test(line));
  const longest = (of: string[]) => of.reduce((best, line) => (line.length > best.length ? line : best), '');
  const line = untimed.length > 0 ? longest(untimed) : longest(lines.map(withoutTime));
  return line.slice(0, LONGEST);
}

/** A line without the time that it begins with; a time alone stays as it is. */
function withoutTime(line: string): string {
  const rest = line.replace(BEGINNING, '');
  return rest === '' ? line : rest;
}
