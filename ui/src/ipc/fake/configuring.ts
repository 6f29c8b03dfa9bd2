import type { Commands } from '../ipc';
import type { CommandError, Configuration, EditedItem, ItemDifference, MergedItems, Reading } from '../types';
import { failure } from './parts';

type Configuring = Pick<
  Commands,
  | 'configurationReview'
  | 'configurationCheck'
  | 'configurationMerge'
  | 'configurationSettle'
  | 'configurationTakeUp'
  | 'configurationCopy'
  | 'configurationSaveFile'
  | 'configurationImport'
  | 'configurationImportClipboard'
  | 'configurationHold'
  | 'configurationLetGo'
  | 'configurationCompare'
>;

type Far = {
  of: (application: string, environment: string | null) => Configuration;
  environments: (application: string) => string[];
  reading: <T>(value: T) => Promise<Reading<T>>;
};

/** What Rust does with a configuration while it is changed, as far as a page can tell. */
export function configuring({ of, environments, reading }: Far): Configuring {
  let held = 0;
  const hold = () => {
    held += 1;
    return `held-${String(held)}`;
  };
  const take = (items: EditedItem[], text: string) => {
    const after = [...items];
    for (const line of text.split('\n')) {
      const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      if (name === undefined) continue;
      const at = after.findIndex((item) => item.name === name);
      const known = after[at];
      const secret = known ? known.location === 'keyvault' : name.endsWith('PASSWORD');
      const item: EditedItem = {
        ...(known ?? { name, required: false, isSet: secret ? false : null, portalInput: null }),
        location: secret ? 'keyvault' : 'variable',
        value: secret ? null : (value ?? ''),
        held: secret ? hold() : null,
      };
      if (known) after[at] = item;
      else after.push(item);
    }
    if (after.length === items.length && isSame(after, items))
      return refuse(failure('configuration_file_invalid', { params: { reason: 'empty', line: '0' } }));
    return Promise.resolve({ items: after, differences: differences(items, after), remarks: [] });
  };
  return {
    configurationReview: (before, after) =>
      Promise.resolve({
        differences: differences(before, after),
        violations: after.flatMap((item, at) => [
          ...(/^[A-Z_][A-Z0-9_]*$/.test(item.name)
            ? []
            : [violation(at, 'name', 'pattern', { pattern: '^[A-Z_][A-Z0-9_]*$', shape: 'variable' })]),
          ...(item.location === 'variable' && item.value === null
            ? [violation(at, 'value', 'required')]
            : []),
        ]),
      }),
    configurationCheck: () => Promise.resolve([]),
    configurationMerge: (was, yours, theirs) => Promise.resolve(merged(was, yours, theirs)),
    configurationSettle: ({ items, conflicts }, sides) =>
      Promise.resolve(
        conflicts.reduce(
          (all, { name, yours }) => (sides[name] === 'yours' ? put(all, name, yours) : all),
          items,
        ),
      ),
    configurationTakeUp: (kept, now) => {
      const was = kept.reduce((all, { name, before }) => put(all, name, before), now);
      const yours = kept.reduce((all, { name, after }) => put(all, name, after), now);
      return Promise.resolve({ ...merged(was, yours, now), taken: [] });
    },
    configurationCopy: () => Promise.resolve(null),
    configurationSaveFile: () => Promise.resolve(true),
    configurationImport: (_, items, text) => take(items, text),
    configurationImportClipboard: (_, items) => take(items, 'FROM_CLIPBOARD=1'),
    configurationHold: () => Promise.resolve(hold()),
    configurationLetGo: () => Promise.resolve(null),
    configurationCompare: (_, application) => {
      const keys = environments(application);
      const lists = keys.map((key) =>
        of(application, key).items.map((item) => ({ ...item, held: null, portalInput: null })),
      );
      const names = [...new Set(lists.flat().map(({ name }) => name))];
      return reading({
        environments: keys.map((key) => ({
          stage: { key, name: key === 'prod' ? 'PROD' : key, production: key === 'prod' },
          failure: null,
        })),
        rows: names.map((name) => {
          const cells = lists.map((list, at) => {
            const item = list.find((each) => each.name === name) ?? null;
            const before = lists[at - 1]?.find((each) => each.name === name) ?? null;
            return { item, differs: at > 0 && !isSame(item, before) };
          });
          const secret = cells.every(({ item }) => item?.location === 'keyvault' && item.isSet === true);
          const differ = cells.some(({ differs }) => differs);
          return { name, cells, likeness: differ ? 'differs' : secret ? 'notComparable' : 'same' };
        }),
      });
    },
  };
}

function differences(before: EditedItem[], after: EditedItem[]): ItemDifference[] {
  const found = after.flatMap((item): ItemDifference[] => {
    const was = before.find((each) => each.name === item.name);
    if (!was) return [{ name: item.name, kind: 'added', before: null, after: item, parts: [] }];
    const parts = [
      ...(item.location === 'variable' && was.value !== item.value ? ['value' as const] : []),
      ...(item.location === 'keyvault' && was.held !== item.held ? ['secret' as const] : []),
      ...(was.location === item.location ? [] : ['location' as const]),
      ...(was.required === item.required ? [] : ['required' as const]),
    ];
    return parts.length === 0 ? [] : [{ name: item.name, kind: 'changed', before: was, after: item, parts }];
  });
  const gone = before
    .filter(({ name }) => !after.some((each) => each.name === name))
    .map((was) => ({ name: was.name, kind: 'removed' as const, before: was, after: null, parts: [] }));
  return [...found, ...gone];
}

function merged(was: EditedItem[], yours: EditedItem[], theirs: EditedItem[]): MergedItems {
  const names = [...new Set([...theirs, ...yours, ...was].map(({ name }) => name))];
  const result: MergedItems = { items: [], conflicts: [], taken: [] };
  for (const name of names) {
    const [before, mine, other] = [was, yours, theirs].map(
      (list) => list.find((each) => each.name === name) ?? null,
    );
    if (before === undefined || mine === undefined || other === undefined) continue;
    const agreed = isSame(before, mine) ? other : isSame(before, other) ? mine : undefined;
    if (isSame(before, mine) && !isSame(before, other)) result.taken.push(name);
    if (agreed === undefined && !isSame(mine, other))
      result.conflicts.push({ name, was: before, yours: mine, theirs: other });
    const item = agreed === undefined ? other : agreed;
    if (item) result.items.push(item);
  }
  return result;
}

function put(items: EditedItem[], name: string, item: EditedItem | null): EditedItem[] {
  if (!item) return items.filter((each) => each.name !== name);
  if (!items.some((each) => each.name === name)) return [...items, item];
  return items.map((each) => (each.name === name ? item : each));
}

function violation(at: number, field: string, code: 'pattern' | 'required', params = {}) {
  return { code, field: `items[${String(at)}].${field}`, params };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function refuse(error: CommandError): Promise<never> {
  return Promise.reject(error as unknown as Error);
}
