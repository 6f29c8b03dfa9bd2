import type { Commands } from '../ipc';

type Windows = 'painted' | 'settingsSave' | 'addressSave' | 'draftSave' | 'windowOpen' | 'zoom' | 'quit';

/** The one window, which keeps nothing: another one is opened nowhere. */
export function windows(): Pick<Commands, Windows> {
  const nothing = () => Promise.resolve(null);
  let revision = 0;
  return {
    painted: nothing,
    settingsSave: (settings) => Promise.resolve({ settings, revision: (revision += 1) }),
    addressSave: nothing,
    draftSave: nothing,
    windowOpen: nothing,
    zoom: nothing,
    quit: nothing,
  };
}
