import { commands } from './ipc';
import type { ZoomStep } from './types';

/** Opens a page of the app in a window of its own. What stands in the way is told by a notice. */
export function openInNewWindow(path: string): void {
  // An address that no window can open has not been one of the app's.
  commands.windowOpen(path).catch(() => undefined);
}

/** Shows the pages of all windows larger, smaller or as they are made. */
export function zoomWindows(step: ZoomStep): void {
  // That it could not be kept is no reason to say anything: it is seen that it is so now.
  commands.zoom(step).catch(() => undefined);
}
