import type { LogLine } from '../ipc';
import { instanceOf } from './logLines';
import { printable } from './printable';

/** Lines as a text to paste: nothing in it that a terminal would obey. */
export function asText(lines: LogLine[]): string {
  return lines
    .map((line) =>
      [line.timestamp, line.level, printable(instanceOf(line)), printable(line.message)]
        .filter((part) => part !== '')
        .join(' '),
    )
    .join('\n');
}

/** Lines as JSON Lines, without what they do not have. */
export function asJson(lines: LogLine[]): string {
  const known = (line: LogLine) => Object.entries(line).filter(([, value]) => value !== null);
  return lines.map((line) => JSON.stringify(Object.fromEntries(known(line)))).join('\n');
}
