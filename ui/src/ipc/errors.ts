import type { CommandError } from './types';

/** What was thrown, as the typed error it is; anything else is a fault of the page and keeps its text. */
export function asCommandError(thrown: unknown): CommandError {
  if (isCommandError(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'unexpected', params: {}, message, requestId: null, details: [] };
}

function isCommandError(thrown: unknown): thrown is CommandError {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'details' in thrown;
}
