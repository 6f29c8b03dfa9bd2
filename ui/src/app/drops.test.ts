import { createEvent, fireEvent } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuseDrops } from './drops';

let stop: () => void;
beforeEach(() => {
  stop = refuseDrops();
});
afterEach(() => {
  stop();
  document.body.replaceChildren();
});

/** Whether the window would do with it what it does by itself: open it in place of the page. */
function isOpened(kind: 'dragOver' | 'drop', target: Element, types: string[]): boolean {
  const event = createEvent[kind](target, { dataTransfer: { types, dropEffect: 'copy' } });
  fireEvent(target, event);
  return !event.defaultPrevented;
}

describe('what is dropped on the window', () => {
  it('opens nothing, wherever it falls', () => {
    const field = document.body.appendChild(document.createElement('input'));
    for (const kind of ['dragOver', 'drop'] as const) {
      expect(isOpened(kind, document.body, ['Files'])).toBe(false);
      expect(isOpened(kind, document.body, ['text/uri-list', 'text/plain'])).toBe(false);
      expect(isOpened(kind, field, ['Files'])).toBe(false);
    }
  });

  it('may be text where text is typed', () => {
    const field = document.body.appendChild(document.createElement('input'));
    expect(isOpened('drop', field, ['text/plain'])).toBe(true);
  });
});
