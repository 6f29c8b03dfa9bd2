import type { ConfigurationItem, EditedItem } from '../ipc';

/** An item in the table: as it is now, and as it was read; null for one that is new. */
export type Row = { id: number; item: EditedItem; was: EditedItem | null; removed: boolean };

/** The table while it is edited, with what can be undone. */
export type Sheet = {
  rows: Row[];
  past: Row[][];
  /** What was changed last: typing on there is one step. */
  step: string | null;
  next: number;
};

export const NOTHING: Sheet = { rows: [], past: [], step: null, next: 1 };
const MOST_STEPS = 200;

/** An item as it was read; whatever a server says of a secret's value is not taken. */
export function editedOf(item: ConfigurationItem): EditedItem {
  return {
    name: item.name,
    value: isSecret(item) ? null : item.value,
    location: item.location,
    required: item.required,
    isSet: item.isSet,
    held: null,
    portalInput: item.portalInput ?? null,
  };
}

export function isSecret(item: Pick<EditedItem, 'location'>): boolean {
  return item.location === 'keyvault';
}

/** The table of what was read. */
export function sheetOf(items: EditedItem[]): Sheet {
  return { ...NOTHING, rows: items.map((item, at) => row(at, item, item)), next: items.length };
}

/** The items that would be saved. A row in which nothing was typed is none. */
export function itemsOf(sheet: Sheet): EditedItem[] {
  return sheet.rows.filter((each) => !each.removed && !isBlank(each)).map((each) => each.item);
}

export function isBlank({ item, was }: Row): boolean {
  return was === null && item.name === '' && (item.value ?? '') === '' && item.held === null;
}

/** One more row at the end, with nothing in it. */
export function add(sheet: Sheet): Sheet {
  const item: EditedItem = {
    name: '',
    value: '',
    location: 'variable',
    required: false,
    isSet: null,
    held: null,
    portalInput: null,
  };
  return {
    ...did(sheet, `add ${String(sheet.next)}`),
    rows: [...sheet.rows, row(sheet.next, item, null)],
    next: sheet.next + 1,
  };
}

/** Changes an item; typing on in one field is one step. */
export function edit(sheet: Sheet, id: number, change: Partial<EditedItem>): Sheet {
  const step = `${String(id)} ${Object.keys(change).join(' ')}`;
  return {
    ...did(sheet, step),
    rows: sheet.rows.map((each) => (each.id === id ? { ...each, item: { ...each.item, ...change } } : each)),
  };
}

/** Takes an item away; one that was never saved is gone at once. */
export function remove(sheet: Sheet, id: number): Sheet {
  const rows = sheet.rows
    .filter((each) => each.id !== id || each.was !== null)
    .map((each) => (each.id === id ? { ...each, removed: true } : each));
  return { ...did(sheet, `remove ${String(id)}`), rows };
}

/** As it was read. */
export function restore(sheet: Sheet, id: number): Sheet {
  const rows = sheet.rows.map((each) =>
    each.id === id && each.was ? { ...each, item: each.was, removed: false } : each,
  );
  return { ...did(sheet, `restore ${String(id)}`), rows };
}

/** The last step back. */
export function undo(sheet: Sheet): Sheet {
  const rows = sheet.past.at(-1);
  return rows ? { ...sheet, rows, past: sheet.past.slice(0, -1), step: null } : sheet;
}

/** Makes the table exactly these items, which a file, a merge or a text brought. */
export function bring(sheet: Sheet, items: EditedItem[]): Sheet {
  const left = [...items];
  const take = (name: string) => {
    const at = left.findIndex((item) => item.name === name);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const kept = sheet.rows.flatMap((each) => {
    const item = take(each.item.name);
    if (item) return [{ ...each, item, removed: false }];
    return each.was ? [{ ...each, item: each.was, removed: true }] : [];
  });
  const added = left.map((item, at) => row(sheet.next + at, item, null));
  return {
    ...did(sheet, `bring ${String(sheet.next)}`),
    rows: [...kept, ...added],
    next: sheet.next + left.length + 1,
  };
}

/** The same changes upon what was read anew: `items` are the ones that are wanted. */
export function rebased(base: EditedItem[], items: EditedItem[]): Sheet {
  return { ...bring(sheetOf(base), items), past: [] };
}

/** The words under which secrets are held that are not saved yet, in what can be undone too. */
export function heldIn(sheet: Sheet): string[] {
  const rows = [...sheet.past.flat(), ...sheet.rows];
  return [...new Set(rows.flatMap(({ item }) => item.held ?? []))];
}

/** How the manifest says that a form asks for it; of whatever shape it came. */
export type PortalInput = {
  label: string | null;
  placeholder: string | null;
  lines: boolean;
  options: string[];
};

export function portalInputOf(item: Pick<EditedItem, 'portalInput'>): PortalInput {
  const input: unknown = item.portalInput;
  const fields = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {};
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  const options = Array.isArray(fields['options']) ? fields['options'] : [];
  return {
    label: text(fields['label']),
    placeholder: text(fields['placeholder']),
    lines: fields['field'] === 'textarea',
    options: options.filter((option): option is string => typeof option === 'string'),
  };
}

function row(id: number, item: EditedItem, was: EditedItem | null): Row {
  return { id, item, was, removed: false };
}

function did(sheet: Sheet, step: string): Sheet {
  if (sheet.step === step) return sheet;
  return { ...sheet, past: [...sheet.past, sheet.rows].slice(-MOST_STEPS), step };
}
