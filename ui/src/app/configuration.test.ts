import { describe, expect, it } from 'vitest';
import { configuration } from '../ipc/fake/data';
import type { EditedItem } from '../ipc';
import * as sheets from './configuration';
import { itemsFrom, readableSecrets, textOf } from './configurationText';

const items = configuration.map(sheets.editedOf);
const names = (sheet: sheets.Sheet) => sheets.itemsOf(sheet).map((item) => item.name);
const [level] = items as [EditedItem];

describe('a table of configuration', () => {
  it('has what was read, and nothing of a row in which nothing was typed', () => {
    const sheet = sheets.add(sheets.sheetOf(items));
    expect(sheets.itemsOf(sheet)).toEqual(items);
    expect(sheet.rows).toHaveLength(items.length + 1);
    expect(sheets.undo(sheet).rows).toHaveLength(items.length);
  });

  it('shows what was taken away until it is saved, and brings it back', () => {
    const removed = sheets.remove(sheets.sheetOf(items), 0);
    expect(names(removed)).not.toContain('LOG_LEVEL');
    expect(removed.rows[0]?.removed).toBe(true);
    expect(sheets.itemsOf(sheets.restore(removed, 0))).toEqual(items);
    const added = sheets.add(removed);
    const last = added.rows.at(-1)?.id ?? -1;
    expect(sheets.remove(added, last).rows).toHaveLength(items.length);
  });

  it('takes what a file brings and keeps what it was, so that the difference is right', () => {
    const wanted = [
      { ...level, value: 'debug' },
      { ...level, name: 'NEW' },
    ];
    const sheet = sheets.bring(sheets.sheetOf(items), wanted);
    expect(sheets.itemsOf(sheet)).toEqual(wanted);
    expect(sheet.rows[0]?.was).toEqual(level);
    expect(sheet.rows.filter((row) => row.removed)).toHaveLength(items.length - 1);
    expect(new Set(sheet.rows.map((row) => row.id)).size).toBe(sheet.rows.length);
    expect(sheets.itemsOf(sheets.undo(sheet))).toEqual(items);
  });

  it('knows the secrets that wait, in what can be undone too', () => {
    const held = sheets.edit(sheets.sheetOf(items), 2, { held: 'one' });
    const again = sheets.edit({ ...held, step: null }, 2, { held: 'two' });
    expect(sheets.heldIn(again).sort()).toEqual(['one', 'two']);
  });

  it('takes a value that a server gives of a secret for nothing', () => {
    const told = { ...configuration[2], value: 'told' } as (typeof configuration)[0];
    expect(sheets.editedOf(told).value).toBeNull();
  });

  it('reads how a form asks for an item, of whatever shape that is', () => {
    expect(sheets.portalInputOf(level).options).toEqual(['debug', 'info', 'warn']);
    for (const portalInput of [null, 7, 'text', [], { options: 'x', label: {}, placeholder: 3 }])
      expect(sheets.portalInputOf({ portalInput } as EditedItem)).toEqual({
        label: null,
        placeholder: null,
        lines: false,
        options: [],
      });
  });
});

describe('a configuration as a text', () => {
  it('has no secret in it and is read back as it was', () => {
    const held = items.map((item) => (item.name === 'DB_PASSWORD' ? { ...item, held: 'word' } : item));
    const text = textOf(held);
    expect(text).not.toContain('word');
    expect(itemsFrom(JSON.parse(text) as never, held)).toEqual(held);
  });

  it('takes no secret that everybody can read in it', () => {
    const list = [
      { name: 'A', location: 'variable', value: 'x', required: false },
      { name: 'B', location: 'keyvault', value: 'x', required: false },
    ];
    expect(readableSecrets(list)).toEqual([1]);
    expect(itemsFrom(list, []).map((item) => item.value)).toEqual(['x', null]);
    expect(itemsFrom('no list', [])).toEqual([]);
  });
});
