/** A value as JSON has it. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Manifest = { [name: string]: Json };

/** Where something stands: fields by their names, items of a list by their number. */
export type Way = readonly (string | number)[];

/** The text of a new application. */
export const NEW: Manifest = { key: '', displayName: '', type: 'webapp', image: '', port: 3000 };

/** An object out of a text, or why it is none. */
export function manifestFrom(text: string): { manifest: Manifest } | { reason: string } {
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value)) return { manifest: value };
    return { reason: Array.isArray(value) ? '[…]' : String(value) };
  } catch (thrown) {
    return { reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

export function textOf(manifest: Json): string {
  return JSON.stringify(manifest, null, 2);
}

/** What stands there, or undefined. */
export function at(value: Json | undefined, way: Way): Json | undefined {
  let here = value;
  for (const step of way) {
    if (Array.isArray(here)) here = typeof step === 'number' ? here[step] : undefined;
    else here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}

/**
 * The same with another value there; undefined takes the field away, and the objects around it that hold nothing
 * more. What stands beside it stays as it is.
 */
export function withValue(manifest: Manifest, way: Way, value: Json | undefined): Manifest {
  const [step, ...rest] = way;
  if (step === undefined) return isObject(value) ? value : manifest;
  return placed(manifest, [step, ...rest], value) as Manifest;
}

function placed(around: Json | undefined, [step, ...rest]: Way, value: Json | undefined): Json | undefined {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = Array.isArray(around) ? [...around] : [];
    const inside = placed(list[step], rest, value);
    if (inside === undefined) list.splice(step, 1);
    else list[step] = inside;
    return list;
  }
  const before = isObject(around) ? around : {};
  const inside = placed(before[step], rest, value);
  if (inside !== undefined) return { ...before, [step]: inside };
  const others = without(before, step);
  return rest.length === 0 && value === undefined && Object.keys(others).length === 0 ? undefined : others;
}

/** The path of a violation to what stands there. */
export function pathOf(way: Way): string {
  return way
    .map((step, place) => (typeof step === 'number' ? `[${String(step)}]` : place === 0 ? step : `.${step}`))
    .join('');
}

/** What stands at these fields is typed into a form; the names of the others. */
export function otherFields(manifest: Manifest, known: readonly string[]): string[] {
  return Object.keys(manifest).filter((name) => !known.includes(name));
}

/** The same without the values of its secrets, which are kept nowhere. */
export function withoutSecrets<J extends Json>(value: J): J {
  return mapped(value, (item) => without(item, 'value')) as J;
}

/** What may stand where a value is typed: the word, and what comes after it. */
const VALUE = /value["']?\s*:?\s*("(?:[^"\\\n]|\\.)*"|[^,}\]\n]*)/gi;

/**
 * Whether a text that cannot be read as JSON holds no value but those that stand openly in what was read last: in such a
 * text nobody can tell a secret's value from another's.
 */
export function holdsNoNewValue(text: string, read: Manifest): boolean {
  const known = new Set(openValues(read));
  // What is written in another way than it reads hides from whoever looks for it.
  if (/\\u/i.test(text)) return false;
  return [...text.matchAll(VALUE)].every(([, typed = '']) => {
    try {
      const value = JSON.parse(typed.trim() === '' ? 'null' : typed) as Json;
      return typeof value !== 'string' || value === '' || known.has(value);
    } catch {
      return false;
    }
  });
}

function openValues(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(openValues);
  if (!isObject(value)) return [];
  const own = value['value'];
  return [
    ...(typeof own === 'string' && !isSecret(value) ? [own] : []),
    ...Object.values(value).flatMap(openValues),
  ];
}

/** The same with a word in the place of each secret's value, to show. */
export function masked<J extends Json>(value: J, word: string): J {
  return mapped(value, (item) => ({ ...item, value: word })) as J;
}

function mapped(value: Json, change: (secret: Manifest) => Manifest): Json {
  if (Array.isArray(value)) return value.map((each) => mapped(each, change));
  if (!isObject(value)) return value;
  if (isSecret(value) && typeof value['value'] === 'string') return change(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapped(each, change)]));
}

/** The names of the secrets of a configuration that have no value here. */
export function secretsWithoutValue(manifest: Manifest): string[] {
  const items = manifest['configuration'];
  if (!Array.isArray(items)) return [];
  return items
    .filter((item): item is Manifest => isObject(item) && isSecret(item) && typeof item['value'] !== 'string')
    .map((item) => String(item['name']));
}

/** The paths at which a secret's value stands, as a change of it is named. */
export function isSecretPath(path: string, ...versions: (Json | undefined)[]): boolean {
  const match = /^(.*)\[([^\]]+)\]\.value$/.exec(path);
  if (!match) return false;
  const [, , word = ''] = match;
  const name = word.startsWith('"') ? (JSON.parse(word) as string) : word;
  return versions.some((version) => holdsSecret(version, name));
}

function holdsSecret(value: Json | undefined, name: string): boolean {
  if (Array.isArray(value)) return value.some((each) => holdsSecret(each, name));
  if (!isObject(value)) return false;
  if (isSecret(value) && value['name'] === name) return true;
  return Object.values(value).some((each) => holdsSecret(each, name));
}

function without(object: Manifest, name: string): Manifest {
  return Object.fromEntries(Object.entries(object).filter(([other]) => other !== name));
}

function isSecret(item: Manifest): boolean {
  return item['location'] === 'keyvault';
}

export function isObject(value: Json | undefined): value is Manifest {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
