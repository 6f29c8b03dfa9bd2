import { openInNewWindow } from '../ipc';

/**
 * A click with Ctrl (⌘) and one with the middle button open what a link leads to in a window of its own, wherever the
 * link stands.
 */
export function followNewWindows(): void {
  // Before the link's own page hears of it.
  document.addEventListener('click', clicked, { capture: true });
  document.addEventListener('auxclick', clicked, { capture: true });
}

function clicked(event: MouseEvent): void {
  const asks = event.button === 1 || (event.button === 0 && (event.ctrlKey || event.metaKey));
  const path = asks ? pathAt(event.target) : null;
  if (path === null) return;
  event.preventDefault();
  event.stopPropagation();
  openInNewWindow(path);
}

/** The page that what was clicked leads to; null where that is no link to one. */
function pathAt(target: EventTarget | null): string | null {
  const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null;
  if (!link || link.host !== location.host || link.pathname !== location.pathname) return null;
  const path = link.hash.slice(1);
  return path.startsWith('/') ? path : null;
}
