import {
  ArrowUp,
  Braces,
  CirclePlus,
  Contrast,
  House,
  KeyRound,
  Layers,
  LayoutGrid,
  LogOut,
  Moon,
  Plus,
  RefreshCw,
  ScrollText,
  Settings,
  Sun,
  SunMoon,
  PanelLeft,
  Keyboard,
  Stethoscope,
  UserPlus,
} from 'lucide-react';
import type { ComponentType, ReactNode } from 'react';
import { Shape } from '../components/Shape';
import { Swatch } from '../components/Swatch';
import { i18n } from '../i18n/i18n';
import type { ConnectionView, Fleet, FleetRow, Theme } from '../ipc';
import { stageIn } from './environments';
import { refreshWhatIsOnScreen } from './events';
import { fit } from './fuzzy';
import { openConnection, openShortcuts } from './layers';
import { go } from './navigation';
import { paths, SETTINGS } from './paths';
import { changeSettings, shell } from './shell';
import { isUnwell } from './state';
import { addAnother, signOutAfterAsking } from './connectionActions';

export type PaletteEntry = {
  id: string;
  label: string;
  /** What kind of thing it is, or where it is. */
  detail: string;
  /** Where it happens, where that is an environment; production is coloured. */
  environment?: string;
  icon?: ComponentType<Record<string, unknown>>;
  mark?: ReactNode;
  shortcut?: string;
  /** Found by its letters alone: an empty palette does not list it. */
  onlySearched?: boolean;
  /** Whether it is an application itself, not something of it. */
  isApplication?: boolean;
  act: () => void;
};

const MOST = 60;

/** Everything the palette can go to and do. */
export function allEntries(connection: ConnectionView | null, fleet: Fleet): PaletteEntry[] {
  const signedIn = connection?.session.state === 'signedIn' || connection?.session.state === 'restoring';
  return [
    ...(connection && signedIn ? [...pages(connection, fleet), ...places(connection, fleet.rows)] : []),
    ...connections(),
    ...actions(connection),
  ];
}

/** The entries that fit, the best first; for an empty query what one may want to see without asking. */
export function matching(entries: PaletteEntry[], query: string): PaletteEntry[] {
  if (query.trim() === '') return entries.filter(({ onlySearched }) => onlySearched !== true).slice(0, MOST);
  return entries
    .flatMap((entry) => {
      const score = fit(query, entry.label, entry.detail);
      return score === null ? [] : [{ entry, score }];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ entry }) => entry);
}

function pages({ id }: ConnectionView, fleet: Fleet): PaletteEntry[] {
  const detail = i18n.t('palette.page');
  const page = (label: string, path: string, icon: PaletteEntry['icon'], shortcut?: string) => ({
    id: path,
    label,
    detail,
    icon,
    ...(shortcut === undefined ? {} : { shortcut }),
    act: () => {
      go(path);
    },
  });
  return [
    page(i18n.t('home.title'), paths.home(id), House, 'g h'),
    page(i18n.t('applications.title'), paths.applications(id), LayoutGrid, 'g a'),
    page(i18n.t('deployments.title'), paths.deployments(id), ArrowUp, 'g d'),
    page(i18n.t('manyLogs.title'), paths.manyLogs(id), ScrollText, 'g l'),
    page(i18n.t('environments.title'), paths.environments(id), Layers, 'g e'),
    ...fleet.environments.map(({ key, name }) => ({
      ...page(i18n.t('palette.environment', { name }), paths.environment(id, key), Layers),
      onlySearched: true,
    })),
    page(i18n.t('access.title'), paths.access(id), KeyRound),
    page(i18n.t('access.askAction'), paths.access(id, { ask: null }), KeyRound),
    page(i18n.t('explorer.title'), paths.api(id), Braces, 'g i'),
  ];
}

/** What the server found beyond the list: every place, and what fits of what can be done there. */
export function foundEntries(connection: ConnectionView, rows: FleetRow[], query: string): PaletteEntry[] {
  return places(connection, rows)
    .filter(
      ({ onlySearched, label, detail, isApplication }) =>
        isApplication === true || onlySearched !== true || fit(query, label, detail) !== null,
    )
    .slice(0, MOST);
}

/** Every place there is, the unwell ones first, and behind them what can be done there. */
function places(connection: ConnectionView, rows: FleetRow[]): PaletteEntry[] {
  const { id } = connection;
  const there = rows.flatMap(({ key, cells }) =>
    cells.flatMap(({ environment, place }) => {
      if (!place) return [];
      const at = {
        detail: stageIn(connection, environment).name,
        environment,
        mark: <Shape state={place.state} labelled />,
      };
      const entry = (label: string, path: string) => ({
        id: path,
        label,
        ...at,
        act: () => {
          go(path);
        },
      });
      return [
        {
          unwell: isUnwell(place.state),
          open: { ...entry(key, paths.application(id, key, environment)), isApplication: true },
          searched: [
            entry(i18n.t('palette.logs', { key }), paths.application(id, key, environment, 'logs')),
            entry(
              i18n.t('palette.configuration', { key }),
              paths.application(id, key, environment, 'configuration'),
            ),
            entry(i18n.t('palette.manifest', { key }), paths.application(id, key, environment, 'manifest')),
            {
              ...entry(
                i18n.t('palette.deploy', { key }),
                paths.application(id, key, environment, 'now', { form: true }),
              ),
              icon: ArrowUp,
            },
          ],
        },
      ];
    }),
  );
  const [unwell, well] = [there.filter((each) => each.unwell), there.filter((each) => !each.unwell)];
  const nowhere = rows.filter(({ cells }) => cells.every(({ place }) => place === null));
  return [
    ...unwell.map(({ open }) => open),
    ...well.map(({ open }) => open),
    ...nowhere.map(({ key, target }) => ({
      id: paths.application(id, key, target),
      label: key,
      detail: i18n.t('palette.nowhere'),
      mark: <Shape state="off" labelled />,
      isApplication: true,
      onlySearched: true,
      act: () => {
        go(paths.application(id, key, target));
      },
    })),
    ...there.flatMap(({ searched }) => searched.map((each) => ({ ...each, onlySearched: true }))),
  ];
}

function connections(): PaletteEntry[] {
  return shell.get().connections.map((connection) => ({
    id: `connection ${connection.id}`,
    label: connection.name,
    detail: i18n.t('palette.connection'),
    mark: <Swatch hue={connection.hue} />,
    act: () => {
      go(paths.home(connection.id));
    },
  }));
}

function actions(connection: ConnectionView | null): PaletteEntry[] {
  const detail = i18n.t('palette.action');
  const action = (label: string, icon: PaletteEntry['icon'], act: () => void, shortcut?: string) => ({
    id: `action ${label}`,
    label,
    detail,
    icon,
    act,
    ...(shortcut === undefined ? {} : { shortcut }),
  });
  const theme = (value: Theme) => () => {
    changeSettings((before) => ({ ...before, theme: value }));
  };
  return [
    ...(connection?.session.state === 'signedIn'
      ? [
          action(
            i18n.t('create.title'),
            CirclePlus,
            () => {
              go(paths.newApplication(connection.id));
            },
            'n',
          ),
        ]
      : []),
    action(i18n.t('palette.refresh'), RefreshCw, refreshWhatIsOnScreen, 'F5'),
    action(i18n.t('palette.light'), Sun, theme('light')),
    action(i18n.t('palette.dark'), Moon, theme('dark')),
    action(i18n.t('palette.highContrast'), Contrast, theme('highContrast')),
    action(i18n.t('palette.system'), SunMoon, theme('system')),
    action(i18n.t('palette.sidebar'), PanelLeft, () => {
      changeSettings((before) => ({ ...before, sidebarCollapsed: !before.sidebarCollapsed }));
    }),
    action(i18n.t('shortcuts.title'), Keyboard, openShortcuts, '?'),
    action(i18n.t('settings.title'), Settings, () => {
      go(paths.settings());
    }),
    ...SETTINGS.map((part) => ({
      ...action(i18n.t('palette.settings', { part: i18n.t(`settings.part.${part}`) }), Settings, () => {
        go(paths.settings(part));
      }),
      onlySearched: true,
    })),
    action(i18n.t('connections.add'), Plus, () => {
      go(paths.welcome());
    }),
    ...(connection
      ? [
          action(i18n.t('connections.anotherOn', { name: connection.name }), UserPlus, () => {
            void addAnother(connection);
          }),
          action(i18n.t('connection.checkNamed', { name: connection.name }), Stethoscope, () => {
            openConnection(connection.id, 'check');
          }),
        ]
      : []),
    ...(connection?.session.state === 'signedIn'
      ? [
          action(
            i18n.t('signOut.menu', { name: connection.account?.username ?? connection.name }),
            LogOut,
            () => {
              void signOutAfterAsking(connection);
            },
          ),
        ]
      : []),
  ];
}
