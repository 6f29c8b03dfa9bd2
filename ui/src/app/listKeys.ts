import { go, history } from './navigation';
import { connectionOf, paths } from './paths';

/**
 * Walks the list on the page with the keys of the tools people know. A list is `[data-list]`, its rows are
 * `[data-row]`, what can be focused in a row is `[data-item]`; focus is the selection.
 */
export function listKey(event: KeyboardEvent): boolean {
  switch (event.key) {
    case 'j':
    case 'ArrowDown':
      return step(1, event.key === 'j');
    case 'k':
    case 'ArrowUp':
      return step(-1, event.key === 'k');
    case 'ArrowRight':
    case 'l':
      return sideways(1);
    case 'ArrowLeft':
    case 'h':
      return sideways(-1);
    case 'd':
      return deployRow();
    case 'r':
      return rollBackRow();
    case 'x':
      return selectRow();
    default:
      return false;
  }
}

function step(by: 1 | -1, enter: boolean): boolean {
  const focused = focusedItem();
  // Arrows scroll, unless the focus is in a list already.
  if (!focused && !enter) return false;
  const list = focused?.closest('[data-list]') ?? document.querySelector('[data-list]');
  const rows = [...(list?.querySelectorAll('[data-row]') ?? [])];
  const row = focused?.closest('[data-row]');
  if (!focused || !row) return focusItem(by > 0 ? rows[0] : rows.at(-1), 0);
  const column = itemsOf(row).indexOf(focused);
  return focusItem(rows[rows.indexOf(row) + by], column) || true;
}

function sideways(by: 1 | -1): boolean {
  const focused = focusedItem();
  const row = focused?.closest('[data-row]');
  if (!focused || !row) return false;
  const items = itemsOf(row);
  items[items.indexOf(focused) + by]?.focus();
  return true;
}

function deployRow(): boolean {
  const place = applicationInFocus();
  const connection = connectionOf(history.location.pathname);
  if (!place || connection === null) return false;
  go(paths.application(connection, place.application, place.environment, 'now', { form: true }));
  return true;
}

/** Opens the form with the image that ran before, where the row or its cell is unwell and one is known. */
function rollBackRow(): boolean {
  const place = applicationInFocus();
  const connection = connectionOf(history.location.pathname);
  const image = focusedItem()?.closest('[data-before]')?.getAttribute('data-before');
  if (!place || connection === null || image === null || image === undefined) return false;
  go(paths.application(connection, place.application, place.environment, 'now', { form: true, image }));
  return true;
}

/** Selects the row, or no longer, where its list offers that. */
function selectRow(): boolean {
  const box = focusedItem()?.closest('[data-row]')?.querySelector<HTMLElement>('[data-select]');
  box?.click();
  return box !== null && box !== undefined;
}

/** The application and the environment of the row with the focus. */
export function applicationInFocus(): { application: string; environment: string } | null {
  const row = focusedItem()?.closest('[data-application]');
  const application = row?.getAttribute('data-application');
  if (!row || application === null || application === undefined) return null;
  const environment =
    focusedItem()?.closest('[data-environment]')?.getAttribute('data-environment') ??
    row.getAttribute('data-target') ??
    '';
  return { application, environment };
}

function focusItem(row: Element | undefined, column: number): boolean {
  if (!row) return false;
  const items = itemsOf(row);
  const item = items[Math.min(Math.max(column, 0), items.length - 1)];
  if (!item) return false;
  item.focus();
  item.scrollIntoView({ block: 'nearest' });
  return true;
}

function focusedItem(): HTMLElement | null {
  const focused = document.activeElement;
  return focused instanceof HTMLElement && focused.matches('[data-row] [data-item], [data-row][data-item]')
    ? focused
    : null;
}

function itemsOf(row: Element): HTMLElement[] {
  const own = row.matches('[data-item]') ? [row as HTMLElement] : [];
  return [...own, ...row.querySelectorAll<HTMLElement>('[data-item]')];
}
