import { ArrowLeft, ArrowRight, Copy, RefreshCw, Search } from 'lucide-react';
import { copyText } from '../components/copy';
import { i18n } from '../i18n/i18n';
import { refreshWhatIsOnScreen } from './events';
import { openFind } from './find';
import { anyLayerOpen, menuPlace, openMenu, type MenuEntry } from './layers';
import { back, canGo, forward, history } from './navigation';
import { applicationOf, connectionOf } from './paths';
import { alt, modifier } from './platform';
import { copyPlace, newWindowEntry, shareEntries } from './share';
import { isTyping } from './typing';

/** What has no menu of its own gets ours; lists and lines have theirs, and open them before. */
export function followMenus(): void {
  document.addEventListener('contextmenu', (event) => {
    if (event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    // A field has the engine's: nothing else can paste.
    if (isTyping(target)) return;
    if (anyLayerOpen()) {
      // A layer has no menu but that of its text.
      if (selectedText() === '') event.preventDefault();
      return;
    }
    event.preventDefault();
    const { anchor, returnTo } = menuPlace(event);
    const link = linkAt(target);
    const selected = selectionEntries();
    const rest = link === null ? pageEntries() : linkEntries(link);
    const label = link?.textContent.trim() ?? '';
    openMenu(
      anchor,
      label === '' ? i18n.t('share.page') : label,
      selected.length > 0 ? [...selected, 'divider', ...rest] : rest,
      returnTo,
    );
  });
}

/** Copies what is selected, where something is. */
export function selectionEntries(): MenuEntry[] {
  const text = selectedText();
  if (text === '') return [];
  return [
    {
      label: i18n.t('copy'),
      icon: Copy,
      shortcut: `${modifier} C`,
      act: () => {
        copyText(text);
      },
    },
  ];
}

function selectedText(): string {
  return window.getSelection()?.toString() ?? '';
}

/** The link to a page of the app that something stands in. */
function linkAt(target: Element | null): HTMLAnchorElement | null {
  const link = target?.closest<HTMLAnchorElement>('a[href]');
  return link?.hash.startsWith('#/') === true ? link : null;
}

function linkEntries(link: HTMLAnchorElement): MenuEntry[] {
  const path = link.hash.slice(1);
  return [
    {
      label: i18n.t('menu.open'),
      icon: ArrowRight,
      shortcut: '⏎',
      act: () => {
        link.click();
      },
    },
    newWindowEntry(path),
    // The letter is the page's, or the row's.
    ...shareEntries(path, null).map((entry) =>
      entry === 'divider' ? entry : { ...entry, shortcut: undefined },
    ),
  ];
}

function pageEntries(): MenuEntry[] {
  const can = canGo();
  const path = history.location.href;
  const connection = connectionOf(path);
  const place = applicationOf(path);
  const steps: MenuEntry[] = [
    ...(can.back ? [{ label: i18n.t('frame.back'), icon: ArrowLeft, shortcut: `${alt} ←`, act: back }] : []),
    ...(can.forward
      ? [{ label: i18n.t('frame.forward'), icon: ArrowRight, shortcut: `${alt} →`, act: forward }]
      : []),
  ];
  return [
    ...steps,
    {
      label: i18n.t('shortcuts.refresh'),
      icon: RefreshCw,
      shortcut: 'F5',
      act: refreshWhatIsOnScreen,
    },
    { label: i18n.t('find.title'), icon: Search, shortcut: `${modifier} F`, act: openFind },
    'divider',
    ...shareEntries(
      path,
      connection !== null && place
        ? () => {
            copyPlace(connection, place.application, place.environment);
          }
        : null,
    ),
    newWindowEntry(path),
  ];
}
