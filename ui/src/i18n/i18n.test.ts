import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FILTERS } from '../app/filter';
import en from './en.json';

const PLURAL = /_(zero|one|two|few|many|other)$/;

/** Keys that a code from Rust or the server chooses. */
const CODED = [/^errors\.[a-z_]+\.(title|text)$/, /^notices\.[a-z_]+\.(title|text)$/];

const CODES = `offline timeout tls not_miso too_large unauthorized signed_out forbidden not_found conflict
  rate_limited validation note_too_long server_error outcome_unknown budget_wait keyring_unavailable keyring_locked keyring_corrupt
  browser_not_opened sign_in_cancelled sign_in_timeout sign_in_refused id_token_invalid issuer_mismatch
  discovery_failed address_invalid connection_unknown cache_failed log_store_failed port_taken data_folder_unwritable
  data_folder_in_use data_folder_newer database_unreadable local_failed fallback`.split(/\s+/);

function keysOf(value: unknown, prefix = ''): string[] {
  if (typeof value === 'string') return [prefix.slice(0, -1)];
  return Object.entries(value as object).flatMap(([key, inner]) => keysOf(inner, `${prefix}${key}.`));
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\./.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

const keys = new Set(keysOf(en).map((key) => key.replace(PLURAL, '')));
const text = sources('src').join('\n');
const literals = new Set(
  [...text.matchAll(/['"`]([a-z][A-Za-z]*(?:\.[A-Za-z_]+)*)['"`]/g)].map((match) => match[1] ?? ''),
);
/** What stands for a key that is put together: each prefix with all that can follow it. */
const CHOICES: Record<string, readonly string[]> = {
  'application.': ['now', 'logs', 'deployments'],
  'applications.': FILTERS,
  'deploy.': [
    'restart',
    'runsBelow',
    'ranBelow',
    'neverRan',
    'notKnownBelow',
    'first',
    'another',
    'noOther',
    'notKnownOther',
    'notKnownPermission',
  ],
  'deployments.status.': ['pending', 'running', 'completed', 'failed', 'cancelled'],
  'environments.': ['healthy', 'degraded', 'down', 'unknown'],
  'logs.': ['catchingUp', 'live', 'waiting'],
  'settings.': ['system', 'light', 'dark'],
  'signIn.step.': [
    'checkingKeyring',
    'discovering',
    'waitingForBrowser',
    'noBrowser',
    'exchanging',
    'saving',
  ],
  'state.': ['well', 'warning', 'bad', 'progress', 'off', 'unknown'],
};
const chosen = new Set(Object.entries(CHOICES).flatMap(([prefix, ends]) => ends.map((end) => prefix + end)));
const prefixes = [...text.matchAll(/`([a-z][A-Za-z]*(?:\.[A-Za-z]+)*\.)\$\{[^}]+\}`/g)].map(
  (match) => match[1] ?? '',
);

describe('the words', () => {
  it('are all used', () => {
    const unused = [...keys].filter(
      (key) => !literals.has(key) && !chosen.has(key) && !CODED.some((pattern) => pattern.test(key)),
    );
    expect(unused).toEqual([]);
  });

  it('are there for every key that is used', () => {
    const used = [...text.matchAll(/\bt\(\s*'([^']+)'/g), ...text.matchAll(/i18nKey="([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(used.length).toBeGreaterThan(100);
    expect([...used, ...chosen].filter((key) => !keys.has(key))).toEqual([]);
    expect([...new Set(prefixes)].sort()).toEqual(Object.keys(CHOICES).sort());
  });

  it('have a title and what to do for every error', () => {
    const missing = CODES.filter(
      (code) => !keys.has(`errors.${code}.title`) || !keys.has(`errors.${code}.text`),
    );
    expect(missing).toEqual([]);
  });

  it('keep calm', () => {
    expect(JSON.stringify(en)).not.toMatch(/!/);
  });
});
