const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A log line's text as it may be shown: terminal sequences are gone, other control characters are signs, and
 * nothing can turn the direction of what stands around it.
 */
export function printable(text: string): string {
  return text
    .replace(ESCAPES, '')
    .replace(CONTROLS, (control) => {
      const code = control.charCodeAt(0);
      return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
    })
    .replace(DIRECTIONS, '\ufffd');
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text.replace(/\r?\n/g, ' ⏎ ').replace(/\t/g, '  '));
}
