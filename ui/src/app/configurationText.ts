import { isSecret } from './configuration';
import type { EditedItem, Value } from '../ipc';

/** The items as a text. Secrets stand in it without their values. */
export function textOf(items: EditedItem[]): string {
  const list = items.map((item) => ({
    name: item.name,
    ...(isSecret(item) ? {} : { value: item.value }),
    location: item.location,
    required: item.required,
    ...(item.portalInput === null ? {} : { portalInput: item.portalInput }),
  }));
  return JSON.stringify(list, null, 2);
}

/** The items of a text that is right by the rules. A secret keeps what is known of it. */
export function itemsFrom(raw: Value, known: EditedItem[]): EditedItem[] {
  const list = Array.isArray(raw) ? raw : [];
  return list.flatMap((each): EditedItem[] => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return [];
    const text = (value: Value | undefined) => (typeof value === 'string' ? value : null);
    const name = text(each['name']) ?? '';
    const location = text(each['location']) ?? 'variable';
    const before = known.find((item) => item.name === name && isSecret(item));
    const secret = location === 'keyvault';
    return [
      {
        name,
        location,
        value: secret ? null : text(each['value']),
        required: each['required'] === true,
        isSet: secret ? (before?.isSet ?? false) : null,
        held: secret ? (before?.held ?? null) : null,
        portalInput: each['portalInput'] ?? null,
      },
    ];
  });
}

/** The places in a list of secrets that were given a value in it, where everybody can read it. */
export function readableSecrets(raw: Value): number[] {
  const list = Array.isArray(raw) ? raw : [];
  return list.flatMap((each, at) =>
    typeof each === 'object' &&
    each !== null &&
    !Array.isArray(each) &&
    each['location'] === 'keyvault' &&
    typeof each['value'] === 'string'
      ? [at]
      : [],
  );
}
