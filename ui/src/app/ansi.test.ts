import { describe, expect, it } from 'vitest';
import { ANSI, piecesOf } from './ansi';

const ESC = '\u001b';
const said = (message: string) =>
  piecesOf(message).map(({ text, style }) => [
    text,
    style && [
      style.colour === null ? null : ANSI[style.colour],
      style.ground === null ? null : ANSI[style.ground],
      style.bold ? 'bold' : style.dim ? 'dim' : '',
    ],
  ]);

describe('the colours of a message', () => {
  it('are those of sixteen, with bold and dim, until they end', () => {
    expect(said(`a${ESC}[31mb${ESC}[1;92mc${ESC}[0md${ESC}[2me${ESC}[22mf`)).toEqual([
      ['a', null],
      ['b', ['red', null, '']],
      ['c', ['bright-green', null, 'bold']],
      ['d', null],
      ['e', [null, null, 'dim']],
      ['f', null],
    ]);
    expect(said(`${ESC}[44mx${ESC}[49my${ESC}[35mz${ESC}[mw`)).toEqual([
      ['x', [null, 'blue', '']],
      ['y', null],
      ['z', ['magenta', null, '']],
      ['w', null],
    ]);
  });

  it('of more than sixteen are the nearest of these', () => {
    const colour = (codes: string) => said(`${ESC}[${codes}mx`)[0]?.[1]?.[0];
    expect(colour('38;5;9')).toBe('bright-red');
    expect(colour('38;5;196')).toBe('bright-red');
    expect(colour('38;5;22')).toBe('green');
    expect(colour('38;5;244')).toBe('bright-black');
    expect(colour('38;2;30;30;160')).toBe('blue');
    expect(colour('38:2::250:220:20')).toBe('bright-yellow');
    expect(colour('38;5;999')).toBeUndefined();
    // What follows a colour's codes is understood again.
    expect(said(`${ESC}[38;5;196;1mx`)).toEqual([['x', ['bright-red', null, 'bold']]]);
  });

  it('leave everything else of a terminal where it is', () => {
    expect(said(`a${ESC}[2Jb${ESC}]0;title\u0007c${ESC}[3`)).toEqual([
      [`a${ESC}[2Jb${ESC}]0;title\u0007c${ESC}[3`, null],
    ]);
  });

  it('stand where they stood, whatever was searched for', () => {
    const message = `x${ESC}[31mab${ESC}[0mcd`;
    // "b" in red, the end of the colour, "c": one hit over all of it.
    const from = message.indexOf('b');
    const pieces = piecesOf(message, [[from, message.indexOf('d')]]);
    expect(pieces.map(({ text, hit }) => [text, hit])).toEqual([
      ['x', false],
      ['a', false],
      ['b', true],
      ['c', true],
      ['d', false],
    ]);
    for (const piece of pieces) expect(message.slice(piece.from)).toMatch(new RegExp(`^${piece.text}`));
  });

  it('lose nothing of a message, in however many pieces', () => {
    const message = Array.from({ length: 2000 }, (_, at) => `${ESC}[3${String(at % 8)}m${String(at)} `).join(
      '',
    );
    const pieces = piecesOf(message);
    expect(pieces.length).toBeLessThan(500);
    expect(pieces.map(({ text }) => text).join('')).toContain('1999 ');
  });
});
