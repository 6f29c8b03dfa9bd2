import { history, index } from './navigation';

/** Where one was on a page: how far it was scrolled, and which item of which row had the focus. */
type Kept = { path: string; scroll: number; focus: { row: string; nth: number; item: number } | null };

const kept = new Map<number, Kept>();
history.subscribe(({ action }) => {
  if (action.type !== 'PUSH') return;
  for (const at of kept.keys()) if (at >= index()) kept.delete(at);
});

/** Keeps the place on the page of the address, and returns to it where one comes back. */
export function keepPlace(body: HTMLElement): () => void {
  const path = history.location.pathname;
  const before = kept.get(index());
  const place: Kept = before?.path === path ? before : { path, scroll: 0, focus: null };
  kept.set(index(), place);
  const frame = comeBack(body, place);
  const scrolled = () => {
    place.scroll = body.scrollTop;
  };
  const focused = (event: FocusEvent) => {
    place.focus = focusOf(body, event.target as Element);
  };
  body.addEventListener('scroll', scrolled, { passive: true });
  body.addEventListener('focusin', focused);
  return () => {
    cancelAnimationFrame(frame);
    body.removeEventListener('scroll', scrolled);
    body.removeEventListener('focusin', focused);
  };
}

function comeBack(body: HTMLElement, { scroll, focus }: Kept): number {
  if (scroll > 0) body.scrollTop = scroll;
  // The rows of a long list are there a moment later.
  return requestAnimationFrame(() => {
    if (!focus || document.activeElement !== document.body) return;
    const row = rowsOf(body, focus.row)[focus.nth];
    row?.querySelectorAll<HTMLElement>('[data-item]')[focus.item]?.focus({ preventScroll: true });
  });
}

function focusOf(body: HTMLElement, target: Element): Kept['focus'] {
  const row = target.closest('[data-row]');
  if (!row) return null;
  const name = row.getAttribute('data-row') ?? '';
  const item = [...row.querySelectorAll('[data-item]')].indexOf(target);
  return item < 0 ? null : { row: name, nth: rowsOf(body, name).indexOf(row), item };
}

function rowsOf(body: HTMLElement, name: string): Element[] {
  return [...body.querySelectorAll(`[data-row="${CSS.escape(name)}"]`)];
}
