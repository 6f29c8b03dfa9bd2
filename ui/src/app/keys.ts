import { followMenus } from './contextMenu';
import { commands, zoomWindows } from '../ipc';
import { refreshWhatIsOnScreen } from './events';
import { focusSearch, openFind } from './find';
import { anyLayerOpen, openPalette, openShortcuts } from './layers';
import { applicationInFocus, listKey } from './listKeys';
import { back, forward, go, history } from './navigation';
import { applicationOf, connectionOf, paths } from './paths';
import { changeSettings, shell } from './shell';
import { copyFactsHere, copyLinkHere } from './share';
import { isTyping } from './typing';

const SEQUENCE = 1500;
let startedAt = -Infinity;

/** Where g and a letter lead. */
const PLACES = {
  h: (connection: string) => paths.home(connection),
  a: (connection: string) => paths.applications(connection),
  d: (connection: string) => paths.deployments(connection),
  p: (connection: string) => paths.promote(connection),
  e: paths.environments,
  c: (connection: string) => paths.access(connection),
  i: (connection: string) => paths.api(connection),
};

/** How large pages are shown, by the key beside Ctrl; where + stands above =, either does. */
const ZOOMS = { '+': 'in', '=': 'in', '-': 'out', _: 'out', '0': 'reset' } as const;

/** Keys and mouse buttons that work on every page. */
export function followKeys(): void {
  document.addEventListener('keydown', keyDown);
  // Buttons 3 and 4 are a mouse's back and forward; the window's own going back is refused, else it doubles.
  document.addEventListener('mousedown', refuseHistoryButtons);
  document.addEventListener('mouseup', (event) => {
    if (event.button !== 3 && event.button !== 4) return;
    event.preventDefault();
    if (event.button === 3) back();
    else forward();
  });
  followMenus();
}

function keyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  if (withModifier(event) || anyLayerOpen()) return;
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (letter(event) || listKey(event)) event.preventDefault();
}

/** Works while typing too. */
function withModifier(event: KeyboardEvent): boolean {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const does = (act: () => void) => {
    event.preventDefault();
    act();
    return true;
  };
  if (key === 'f5' || (command && !event.shiftKey && key === 'r')) return does(refreshWhatIsOnScreen);
  if (command && !event.shiftKey && key === 'k')
    return does(() => {
      openPalette();
    });
  if (command && !event.shiftKey && key === 'b') return does(foldSidebar);
  // A layer is looked through at a glance, and the window's own search does not know the page.
  if (command && !event.shiftKey && key === 'f') return does(anyLayerOpen() ? nothing : openFind);
  if (command && !event.shiftKey && !event.altKey && key === 'q') return does(quit);
  const zooms = command && !event.altKey ? ZOOMS[key as keyof typeof ZOOMS] : undefined;
  if (zooms)
    return does(() => {
      zoomWindows(zooms);
    });
  if (isTyping(event.target)) return false;
  if (key === 'contextmenu' || (event.shiftKey && key === 'f10')) return does(askForMenu);
  if (event.altKey && !command && event.key === 'ArrowLeft') return does(back);
  if (event.altKey && !command && event.key === 'ArrowRight') return does(forward);
  if (event.metaKey && event.key === '[') return does(back);
  if (event.metaKey && event.key === ']') return does(forward);
  return false;
}

function letter(event: KeyboardEvent): boolean {
  const second = event.timeStamp - startedAt < SEQUENCE;
  startedAt = -Infinity;
  if (second && goTo(event.key)) return true;
  switch (event.key) {
    case 'g':
      startedAt = event.timeStamp;
      return true;
    case '?':
      openShortcuts();
      return true;
    case '/':
      focusFilter();
      return true;
    case 'n':
      return makeNew();
    case 'y':
      return copyLinkHere();
    case 'Y':
      return copyFactsHere();
    default:
      return false;
  }
}

function goTo(key: string): boolean {
  const connection = connectionOf(history.location.pathname) ?? shell.get().current;
  if (connection === null) return false;
  const place = PLACES[key as keyof typeof PLACES] as ((connection: string) => string) | undefined;
  if (place) go(place(connection));
  else if (key === 'l') goToLogs(connection);
  else return false;
  return true;
}

/** The log of what is in front or in focus; where that is nothing, those of several. */
function goToLogs(connection: string): void {
  const place = applicationInFocus() ?? applicationOf(history.location.pathname);
  if (place) go(paths.application(connection, place.application, place.environment, 'logs'));
  else go(paths.manyLogs(connection));
}

/** The page's own search field; where it has none, the palette. */
function focusFilter(): void {
  if (!focusSearch()) openPalette();
}

/** Makes a new one of what the page lists, where it offers that. */
function makeNew(): boolean {
  const button = document.querySelector<HTMLElement>('[data-new]');
  button?.click();
  return button !== null;
}

/** The menu of what has the focus; it says itself what stands in it. */
function askForMenu(): void {
  document.activeElement?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
}

function nothing(): void {}

/** Where the system has a key of its own for this, it comes first. */
function quit(): void {
  commands.quit().catch(() => undefined);
}

function foldSidebar(): void {
  changeSettings((before) => ({ ...before, sidebarCollapsed: !before.sidebarCollapsed }));
}

function refuseHistoryButtons(event: MouseEvent): void {
  if (event.button === 3 || event.button === 4) event.preventDefault();
}
