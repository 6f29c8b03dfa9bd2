import { createStore } from '../hooks/store';

/** How long it is said, in milliseconds. */
const SAID = 3000;

/** What was just done and is not seen on the page: a link on the clipboard, for one. */
export const said = createStore<string | null>(null);

let ends: ReturnType<typeof setTimeout> | undefined;

/** Says it for a moment. */
export function say(words: string): void {
  clearTimeout(ends);
  said.set(() => words);
  ends = setTimeout(() => {
    said.set(() => null);
  }, SAID);
}
