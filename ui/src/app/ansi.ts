// Colours as programs write them for terminals: ECMA-48, "select graphic rendition". Nothing else of a terminal is
// understood; what else a message has of that is shown as it stands.

const BASE = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** The names of the theme's colours for them, by their numbers. */
export const ANSI: readonly string[] = [...BASE, ...BASE.map((name) => `bright-${name}`)];

/** How a part of a message is written. Colours are numbers of the theme's sixteen. */
export type AnsiStyle = { colour: number | null; ground: number | null; bold: boolean; dim: boolean };

/** A part of a message that is written in one way. */
export type Piece = { from: number; text: string; style: AnsiStyle | null; hit: boolean };

type Hits = readonly (readonly [from: number, to: number])[];

const SGR = /\u001b\[([\d;:]*)m/g;
const PLAIN: AnsiStyle = { colour: null, ground: null, bold: false, dim: false };

/** As many parts of one message are told apart. */
const MOST = 400;

/** A message in parts, with the places that were searched for. These are counted in the message as it came. */
export function piecesOf(message: string, hits: Hits = []): Piece[] {
  const pieces: Piece[] = [];
  let style: AnsiStyle | null = null;
  let at = 0;
  for (const sequence of message.matchAll(SGR)) {
    if (pieces.length >= MOST) break;
    addPieces(pieces, message, at, sequence.index, style, hits);
    at = sequence.index + sequence[0].length;
    style = styleAfter(style, sequence[1] ?? '');
  }
  addPieces(pieces, message, at, message.length, style, hits);
  return pieces;
}

function addPieces(
  pieces: Piece[],
  message: string,
  from: number,
  to: number,
  style: AnsiStyle | null,
  hits: Hits,
): void {
  let at = from;
  const add = (end: number, hit: boolean) => {
    if (end > at) pieces.push({ from: at, text: message.slice(at, end), style, hit });
    at = Math.max(at, end);
  };
  for (const [start, end] of hits) {
    if (start >= to || pieces.length >= MOST) break;
    if (end <= at) continue;
    add(Math.min(start, to), false);
    add(Math.min(end, to), true);
  }
  add(to, false);
}

function styleAfter(before: AnsiStyle | null, sequence: string): AnsiStyle | null {
  // Of a colon's form, an empty part is the space of the colour, which nobody gives.
  const codes = sequence
    .replace(/(2):(\d*):(?=\d+:\d+:\d+)/g, '$1:')
    .split(/[;:]/)
    .map(Number);
  let style = before ?? PLAIN;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = exactColour(codes.slice(at + 1));
      if (colour !== null) style = { ...style, [code === 38 ? 'colour' : 'ground']: colour };
      at += used;
    } else style = styleWith(style, code);
  }
  return style.colour === null && style.ground === null && !style.bold && !style.dim ? null : style;
}

function styleWith(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  // Swapped colours are shown as a ground: what is written stays readable on it.
  if (code === 7) return { ...style, ground: style.ground ?? style.colour ?? 7 };
  if (code === 27 || code === 49) return { ...style, ground: null };
  if (code === 39) return { ...style, colour: null };
  if (code >= 30 && code <= 37) return { ...style, colour: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, colour: code - 90 + 8 };
  if (code >= 40 && code <= 47) return { ...style, ground: code - 40 };
  if (code >= 100 && code <= 107) return { ...style, ground: code - 100 + 8 };
  return style;
}

/** A colour of 256 or of all, as the nearest of the theme's, and how many codes it took. */
function exactColour([kind, ...codes]: number[]): [colour: number | null, used: number] {
  if (kind === 5) return [of256(codes[0] ?? 0), 2];
  if (kind === 2) return [nearest(codes[0] ?? 0, codes[1] ?? 0, codes[2] ?? 0), 4];
  return [null, 0];
}

function of256(number: number): number | null {
  if (number > 255) return null;
  if (number < 16) return number;
  if (number >= 232) {
    const grey = 8 + (number - 232) * 10;
    return nearest(grey, grey, grey);
  }
  const part = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const at = number - 16;
  return nearest(part(Math.floor(at / 36)), part(Math.floor(at / 6) % 6), part(at % 6));
}

/** By hue, which people tell colours by; what has little of one is a grey. */
function nearest(red: number, green: number, blue: number): number {
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const range = most - least;
  if (range < 48) return most < 64 ? 0 : most < 144 ? 8 : most < 216 ? 7 : 15;
  const hue =
    most === red
      ? ((green - blue) / range + 6) % 6
      : most === green
        ? (blue - red) / range + 2
        : (red - green) / range + 4;
  const colour = [1, 3, 2, 6, 4, 5][Math.round(hue) % 6] ?? 7;
  return most > 200 ? colour + 8 : colour;
}
