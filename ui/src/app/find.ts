import { createStore, useStore } from '../hooks/store';

/** Whether the text of the page is being searched, and how often that was asked for. */
const finding = createStore<{ open: boolean; asked: number }>({ open: false, asked: 0 });

/** As many are marked; who finds more types on. */
const MOST = 2000;
/** The names under which the sheet colours what was found, and where one is of it. */
const FOUND = 'found';
const HERE = 'found-here';

export function useFinding(): { open: boolean; asked: number } {
  return useStore(finding, (value) => value);
}

/** Lets the page be searched: by its own search, where its list is longer than what is drawn of it. */
export function openFind(): void {
  if (focusSearch()) return;
  finding.set(({ asked }) => ({ open: true, asked: asked + 1 }));
}

export function closeFind(): void {
  finding.set((before) => ({ ...before, open: false }));
}

/** Puts the cursor into the page's own search; whether it has one. */
export function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('[data-filter]');
  field?.focus();
  field?.select();
  return field !== null;
}

/** Where a text stands on the page, as it is read: over the borders of what is marked in a line, not over lines. */
export function findIn(root: Element, text: string): Range[] {
  const words = text.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const pattern = new RegExp(
    words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+'),
    'giu',
  );
  const found: Range[] = [];
  for (const run of runsIn(root)) {
    const whole = run.map(({ data }) => data).join('');
    for (const { index, 0: match } of whole.matchAll(pattern)) {
      found.push(rangeOf(run, index, index + match.length));
      if (found.length === MOST) return found;
    }
  }
  return found;
}

/** The texts that are seen, those of a line together. */
function runsIn(root: Element): Text[][] {
  const runs: Text[][] = [];
  const blocks = new Map<Element, Element | null>();
  let last: Element | null = null;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node as Text;
    const block = text.parentElement && blockOf(text.parentElement, blocks);
    if (block === null) continue;
    if (block === last) runs.at(-1)?.push(text);
    else runs.push([text]);
    last = block;
  }
  return runs;
}

/** The nearest element that stands on lines of its own; null where it is not seen. */
function blockOf(element: Element, known: Map<Element, Element | null>): Element | null {
  const before = known.get(element);
  if (before !== undefined) return before;
  const { display } = getComputedStyle(element);
  const inline = display === 'inline' || display === 'contents';
  const parent = inline ? element.parentElement : null;
  const seen = parent ? !element.matches(UNSEEN) : isSeen(element);
  const block = !seen ? null : parent ? blockOf(parent, known) : element;
  known.set(element, block);
  return block;
}

/** What is there for others than the eyes, or says nothing. */
const UNSEEN = '[hidden], .visually-hidden, script, style, textarea, option';

function isSeen(element: Element): boolean {
  if (element.closest(UNSEEN)) return false;
  // Where the engine cannot say it, nothing else is hidden.
  return (element.checkVisibility as Element['checkVisibility'] | undefined)
    ? element.checkVisibility({ visibilityProperty: true })
    : getComputedStyle(element).display !== 'none';
}

function rangeOf(run: Text[], from: number, to: number): Range {
  const range = document.createRange();
  let start = 0;
  for (const text of run) {
    const end = start + text.data.length;
    if (from >= start && from < end) range.setStart(text, from - start);
    if (to > start && to <= end) range.setEnd(text, to - start);
    start = end;
  }
  return range;
}

/** Marks what was found and where one is of it, without touching the page. Where that is not known, one is selected. */
export function markFound(found: Range[], at: number): void {
  const here = found[at];
  if (!canMark()) {
    const selection = window.getSelection();
    if (!here || !selection) return;
    selection.removeAllRanges();
    selection.addRange(here);
    return;
  }
  CSS.highlights.set(FOUND, new Highlight(...found));
  if (here) CSS.highlights.set(HERE, new Highlight(here));
  else CSS.highlights.delete(HERE);
}

export function unmark(): void {
  if (!canMark()) return;
  CSS.highlights.delete(FOUND);
  CSS.highlights.delete(HERE);
}

function canMark(): boolean {
  return typeof CSS !== 'undefined' && 'highlights' in CSS && typeof Highlight !== 'undefined';
}
