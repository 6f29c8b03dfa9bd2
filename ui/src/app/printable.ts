const COLOURS = /\u001b\[[\d;:]*m/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** The same characters as `acts` has in Rust (`miso-api`), beside the controls. */
const DIRECTIONS = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A log line's text as it may be shown: without colours, which `ansi.ts` understands where they are shown. All
 * that is left of a terminal, and every other control character, is a sign that does nothing, and nothing can turn
 * the direction of what stands around it.
 */
export function printable(text: string): string {
  return text
    .replace(COLOURS, '')
    .replace(/\r\n/g, '\n')
    .replace(CONTROLS, signOf)
    .replace(DIRECTIONS, signOf);
}

/** As terminals show it, `^[` for Escape; by its number where there is no such sign. Every font has these. */
function signOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x80) return `^${String.fromCharCode(code ^ 0x40)}`;
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text.replace(/\r?\n/g, ' ⏎ ').replace(/\t/g, '  '));
}
