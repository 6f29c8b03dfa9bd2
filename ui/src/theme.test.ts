import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANSI } from './app/ansi';

const css = readFileSync('src/theme.css', 'utf8');

/** The values of a theme; the dark one stands on the light one. */
function theme(...selectors: string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const selector of selectors) {
    const at = css.indexOf(`\n${selector} {`);
    const block = css.slice(at, css.indexOf('\n}', at));
    for (const [, name, value] of block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g))
      values.set(name ?? '', value ?? '');
  }
  return values;
}

const DARK = ":root[data-theme='dark']";
const CONTRAST = ":root[data-contrast='more']";
const DARK_CONTRAST = ":root[data-theme='dark'][data-contrast='more']";
/** Each with the least contrast of its text and of its shapes. */
const themes = {
  light: [theme(':root'), 4.5, 3],
  dark: [theme(':root', DARK), 4.5, 3],
  'high contrast, light': [theme(':root', CONTRAST), 7, 4.5],
  // The sheet has the rules in this order, and the last one has the most to say.
  'high contrast, dark': [theme(':root', DARK, CONTRAST, DARK_CONTRAST), 7, 4.5],
} as const;

/** WCAG 2, "contrast ratio". */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

const grounds = ['background', 'sidebar', 'raised', 'hover', 'selected'];
const texts: [text: string, on: string[]][] = [
  ['text', [...grounds, 'mark', 'changed', 'added', 'removed', 'production-tint']],
  ['dim', [...grounds, 'changed']],
  ['faint', ['background', 'sidebar', 'raised']],
  ['accent', ['background', 'sidebar', 'raised']],
  ['production', [...grounds, 'production-tint']],
  ['bad', ['background', 'raised', 'hover', 'selected']],
  ['warning', ['background', 'sidebar']],
  ...ANSI.map((name): [string, string[]] => [`ansi-${name}`, ['background', 'hover', 'selected']]),
  ['on-accent', ['accent']],
  ['on-production', ['production']],
];
const shapes = ['well', 'warning', 'bad', 'progress', 'off'];

describe.each(Object.entries(themes))('the %s theme', (_, [values, leastOfText, leastOfShapes]) => {
  const on = (text: string, ground: string) => contrast(values.get(text) ?? '', values.get(ground) ?? '');

  it('can be read', () => {
    const weak = texts.flatMap(([text, places]) =>
      places.filter((ground) => !(on(text, ground) >= leastOfText)).map((ground) => `${text} on ${ground}`),
    );
    expect(weak).toEqual([]);
  });

  it('shows its shapes', () => {
    const weak = shapes.flatMap((shape) =>
      grounds
        .filter((ground) => !(on(shape, ground) >= leastOfShapes))
        .map((ground) => `${shape} on ${ground}`),
    );
    expect(weak).toEqual([]);
  });
});

describe('high contrast', () => {
  const both = { light: [':root', CONTRAST], dark: [DARK, DARK_CONTRAST] };

  it.each(Object.entries(both))('says itself what its colours are, %s too', (_, [usual = '', more = '']) => {
    const own = theme(more);
    const missing = [...theme(usual).keys()].filter((name) => !name.startsWith('hue-') && !own.has(name));
    expect(missing).toEqual([]);
  });

  it.each(Object.entries(both))('draws lines that are seen, %s too', (_, [, more = '']) => {
    const own = theme(more);
    const line = (name: string) => contrast(own.get(name) ?? '', own.get('background') ?? '');
    expect(line('line')).toBeGreaterThan(4.5);
    expect(line('line-strong')).toBeGreaterThan(7);
  });
});

describe('the styles', () => {
  const sheets = files('src').filter((file) => file.endsWith('.module.css'));
  const code = files('src')
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
    .map((file) => readFileSync(file, 'utf8'));

  it('make no text fainter than its colour', () => {
    expect(sheets.filter((file) => /\bopacity:/.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('name no colour and no sheet of their own', () => {
    expect(
      sheets.filter((file) => /#[0-9a-f]{3,8}\b(?!\))|rgba?\(/i.test(readFileSync(file, 'utf8'))),
    ).toEqual([]);
  });

  it('are all used', () => {
    const unused = sheets.flatMap((file) => {
      const name = file.split('/').at(-1) ?? '';
      const users = code.filter((text) => text.includes(`/${name}'`));
      const classes = new Set(
        [...readFileSync(file, 'utf8').matchAll(/\.([a-zA-Z][\w-]*)(?=[\s:,.[>{+)])/g)].map(
          (match) => match[1] ?? '',
        ),
      );
      return [...classes]
        .filter(
          (each) => !users.some((text) => new RegExp(`\\.${each}\\b`).test(text) || isChosen(text, each)),
        )
        .map((each) => `${name} .${each}`);
    });
    expect(unused).toEqual([]);
  });
});

/** A class that a value chooses: `styles[kind]`, whose values are literals of a type there or a state's. */
function isChosen(text: string, name: string): boolean {
  if (!/(?:styles|table)\[/.test(text)) return false;
  return new RegExp(`'${name}'`).test(text) || /^(well|warning|bad|progress|off|unknown)$/.test(name);
}
