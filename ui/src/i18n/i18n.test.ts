import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { codesInRust } from '../test/codesInRust';
import { textsInCode } from '../test/keysInCode';
import en from './en.json';
import fi from './fi.json';

const PLURAL = /_(zero|one|two|few|many|other)$/;
/** Codes that are the page's own. */
const OWN = ['fallback', 'unexpected'];
const OWN_NOTICES = ['draft_not_kept', 'rollout_stopped'];

function keysOf(value: unknown, prefix = ''): string[] {
  if (typeof value === 'string') return [prefix.slice(0, -1)];
  return Object.entries(value as object).flatMap(([key, inner]) => keysOf(inner, `${prefix}${key}.`));
}

const keys = new Set(keysOf(en).map((key) => key.replace(PLURAL, '')));
const { all, asked } = textsInCode();
const rust = codesInRust();

/** The codes that have words in an area. */
function worded(area: 'errors' | 'notices'): string[] {
  const entries: [string, unknown][] = Object.entries(en[area]);
  return entries.flatMap(([code, words]) => (typeof words === 'string' ? [] : [code]));
}

describe('the words', () => {
  it('are all used', () => {
    const coded = /^((errors|notices)\.[a-z_]+\.(title|text)(_v1)?|capabilities\.\w+|doctor\.\w+\.\w+)$/;
    expect([...keys].filter((key) => !all.has(key) && !rust.texts.has(key) && !coded.test(key))).toEqual([]);
    const unknown = [...worded('errors'), ...worded('notices')].filter(
      (code) => ![...OWN, ...OWN_NOTICES].includes(code) && !rust.mentioned.has(code),
    );
    expect(unknown).toEqual([]);
  });

  it('are there for every key that is used', () => {
    expect(asked.size).toBeGreaterThan(200);
    expect([...asked].filter((key) => !keys.has(key))).toEqual([]);
  });

  it('have a title and what to do for every error and notice', () => {
    expect(rust.errors.size).toBeGreaterThan(30);
    expect(rust.notices.size).toBeGreaterThan(3);
    const missing = (area: string, codes: Iterable<string>) =>
      [...codes].filter((code) => !keys.has(`${area}.${code}.title`) || !keys.has(`${area}.${code}.text`));
    expect(missing('errors', [...rust.errors, ...OWN])).toEqual([]);
    expect(missing('notices', [...rust.notices, ...OWN_NOTICES])).toEqual([]);
  });

  it('keep calm', () => {
    expect(JSON.stringify(en)).not.toMatch(/!/);
  });

  it.each(['en', 'fi'])('stand once in %s: of two with one name, the first would be lost', (language) => {
    const parents: string[] = [];
    const seen = new Set<string>();
    const twice = readFileSync(`src/i18n/${language}.json`, 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, indent, key] = /^( +)"([^"]+)": /.exec(line) ?? [];
        if (indent === undefined || key === undefined) return [];
        const depth = indent.length / 2 - 1;
        parents.splice(depth, parents.length, key);
        const path = parents.join('.');
        if (seen.has(path)) return [path];
        seen.add(path);
        return [];
      });
    expect(twice).toEqual([]);
  });
});

describe('the words in Finnish', () => {
  const english = textsOf(en);
  const finnish = textsOf(fi);

  it('are there for every key, and for no other', () => {
    expect([...english.keys()].filter((key) => !finnish.has(key))).toEqual([]);
    expect([...finnish.keys()].filter((key) => !english.has(key))).toEqual([]);
  });

  it('have a place for everything that is put into the English ones, and no other', () => {
    const different = [...english].flatMap(([key, text]) => {
      const [wanted, found] = [placesIn(text), placesIn(finnish.get(key) ?? '')];
      return isDeepStrictEqual(wanted, found) ? [] : [{ key, wanted, found }];
    });
    expect(different).toEqual([]);
  });

  it('are Finnish, but for names, units and what is written alike', () => {
    const alike = [...english].filter(([key, text]) => /[a-z]{3}/i.test(text) && finnish.get(key) === text);
    expect(alike.length).toBeLessThan(english.size / 20);
    expect([...finnish.values()].filter((text) => text.trim() === '')).toEqual([]);
  });

  it('keep calm', () => {
    expect(JSON.stringify(fi)).not.toMatch(/!/);
  });

  it('have the plurals that the language has', () => {
    const plurals = new Intl.PluralRules('fi').resolvedOptions().pluralCategories;
    const used = new Set([...finnish.keys()].flatMap((key) => PLURAL.exec(key)?.[1] ?? []));
    expect([...used].sort()).toEqual([...plurals].sort());
  });
});

function textsOf(words: object): Map<string, string> {
  return new Map(
    keysOf(words).map((key) => {
      const value = key
        .split('.')
        .reduce<unknown>((inner, part) => (inner as Record<string, unknown>)[part], words);
      return [key, String(value)];
    }),
  );
}

/** Everything that is put into a text or around a part of it, in no order. */
function placesIn(text: string): string[] {
  return (text.match(/\{\{[^}]*\}\}|<\/?\w+ ?\/?>|\$t\([^)]*\)/g) ?? []).sort();
}
