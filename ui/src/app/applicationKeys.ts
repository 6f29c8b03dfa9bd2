import { inOrder } from './environments';
import { anyLayerOpen } from './layers';
import { go } from './navigation';
import { paths, TABS, type Tab } from './paths';
import { shell } from './shell';

/**
 * Keys of an application's page: the digits for its tabs, [ and ] for the environments it is in, and a letter for
 * each action of its header, which is `[data-key]`.
 */
export function followApplicationKeys(
  connection: string,
  application: string,
  entries: { environment: string }[],
  environment: string,
  tab: Tab,
): () => void {
  const heard = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || anyLayerOpen()) return;
    const target = event.target;
    if (target instanceof Element && target.closest('input, textarea, select, [contenteditable="true"]'))
      return;
    const place = placeOf(event.key);
    if (place === null) {
      const action = document.querySelector<HTMLElement>(`header [data-key="${CSS.escape(event.key)}"]`);
      if (!action) return;
      event.preventDefault();
      action.focus();
      action.click();
      return;
    }
    event.preventDefault();
    go(place);
  };
  const placeOf = (key: string): string | null => {
    const wanted = TABS[Number(key) - 1];
    if (wanted) return paths.application(connection, application, environment, wanted);
    const by = key === '[' ? -1 : key === ']' ? 1 : 0;
    if (by === 0) return null;
    const view = shell.get().connections.find((each) => each.id === connection) ?? null;
    const environments = inOrder(
      view,
      entries.map((entry) => entry.environment),
    );
    const next = environments[environments.indexOf(environment) + by];
    return next === undefined ? null : paths.application(connection, application, next, tab);
  };
  document.addEventListener('keydown', heard);
  return () => {
    document.removeEventListener('keydown', heard);
  };
}
