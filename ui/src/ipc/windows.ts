/** Opens a page of the app in a window of its own. While there is one window alone, it opens in this one. */
export function openInNewWindow(path: string): void {
  window.location.hash = `#${path}`;
}
