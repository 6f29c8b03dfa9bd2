import type { Hue, LogName } from '../ipc';

/** As many logs are shown at once; Rust refuses more. */
export const MOST_LOGS = 12;

/** The colours of logs, in an order in which neighbours differ: those of connections, which are no state's. */
const HUES: Hue[] = ['indigo', 'coral', 'olive', 'plum', 'sky', 'brown', 'violet', 'slate'];

/** The colour of the log of a number; beyond eight they come again, and the name tells. */
export function hueOf(log: number): Hue {
  return HUES[log % HUES.length] ?? 'indigo';
}

/** `checkout@dev`; no environment's key has an @. */
export function logWord({ application, environment }: LogName): string {
  return environment === '' ? application : `${application}@${environment}`;
}

/** As logs stand in an address, after its `?`. */
export function logNameWords(logs: LogName[]): string {
  const words = new URLSearchParams();
  for (const log of logs) words.append('log', logWord(log));
  const text = words.toString();
  return text === '' ? '' : `?${text}`;
}

/** Reads them back, each once; what is no log counts as not said. */
export function logsFrom(address: string): LogName[] {
  const words = new URLSearchParams(address.split('?')[1] ?? '').getAll('log');
  return logsOf(words);
}

/** The same of words that were kept. */
export function logsOf(words: string[]): LogName[] {
  const logs = [...new Set(words)].flatMap((word) => {
    const at = word.lastIndexOf('@');
    if (at <= 0 || at === word.length - 1) return [];
    return [{ application: word.slice(0, at), environment: word.slice(at + 1) }];
  });
  return logs.slice(0, MOST_LOGS);
}

export function isSameLog(one: LogName, other: LogName): boolean {
  return one.application === other.application && one.environment === other.environment;
}
