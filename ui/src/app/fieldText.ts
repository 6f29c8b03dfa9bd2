import type { LogLine } from '../ipc';

/** A field's value as it is shown and searched for: its text, or its JSON where it is no text. */
export function fieldText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** What a column or a test of this name has of a line. */
export function fieldOf(line: LogLine, name: string): string | null {
  const value = line.fields[name];
  return value === undefined ? null : fieldText(value);
}
