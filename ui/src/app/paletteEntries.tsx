import { ArrowRight, ArrowUp, Braces, House, KeyRound, Layers, LayoutGrid, ScrollText } from 'lucide-react';
import { Shape } from '../components/Shape';
import { Swatch } from '../components/Swatch';
import { i18n } from '../i18n/i18n';
import type { ConnectionView, Fleet, FleetRow, Place } from '../ipc';
import { stageIn } from './environments';
import { go } from './navigation';
import { actions } from './paletteActions';
import { hereEntries, pageEntries, rollBackWords } from './paletteHere';
import { fitEntry, MOST, type PaletteEntry } from './paletteSearch';
import { applicationOf, connectionOf, paths, TABS } from './paths';
import { shell } from './shell';
import { isUnwell } from './state';

/** Everything the palette can go to and do. */
export function allEntries(
  connection: ConnectionView | null,
  fleet: Fleet,
  { path, row }: { path: string; row: FleetRow | null },
): PaletteEntry[] {
  const signedIn = connection?.session.state === 'signedIn' || connection?.session.state === 'restoring';
  const open = applicationOf(path);
  const own = connectionOf(path);
  const entries = [
    ...(connection && signedIn
      ? [
          ...(open && own === connection.id ? hereEntries(connection, open, row) : []),
          ...pages(connection, fleet),
          ...places(connection, fleet.rows),
        ]
      : []),
    ...connections(),
    ...pageEntries(path, own !== null),
    ...actions(connection),
  ];
  // What is of the open application is of its environment too.
  const seen = new Set<string>();
  return entries.filter(({ id }) => !seen.has(id) && seen.add(id));
}

function pages({ id }: ConnectionView, fleet: Fleet): PaletteEntry[] {
  const detail = i18n.t('palette.page');
  const page = (
    label: string,
    path: string,
    icon: PaletteEntry['icon'],
    aliases = '',
    shortcut?: string,
  ) => ({
    id: path,
    label,
    detail,
    icon,
    aliases,
    ...(shortcut === undefined ? {} : { shortcut }),
    act: () => {
      go(path);
    },
  });
  return [
    page(i18n.t('home.title'), paths.home(id), House, i18n.t('palette.alias.home'), 'g h'),
    page(
      i18n.t('applications.title'),
      paths.applications(id),
      LayoutGrid,
      i18n.t('palette.alias.applications'),
      'g a',
    ),
    page(
      i18n.t('deployments.title'),
      paths.deployments(id),
      ArrowUp,
      i18n.t('palette.alias.deployments'),
      'g d',
    ),
    page(i18n.t('promote.title'), paths.promote(id), ArrowRight, i18n.t('palette.alias.promote'), 'g p'),
    page(i18n.t('manyLogs.title'), paths.manyLogs(id), ScrollText, i18n.t('palette.alias.logs'), 'g l'),
    page(
      i18n.t('environments.title'),
      paths.environments(id),
      Layers,
      i18n.t('palette.alias.environments'),
      'g e',
    ),
    ...fleet.environments.map(({ key, name }) => ({
      ...page(i18n.t('palette.environment', { name }), paths.environment(id, key), Layers),
      onlySearched: true,
    })),
    page(i18n.t('access.title'), paths.access(id), KeyRound, i18n.t('palette.alias.access')),
    page(i18n.t('access.askAction'), paths.access(id, { ask: null }), KeyRound),
    page(i18n.t('explorer.title'), paths.api(id), Braces, i18n.t('palette.alias.explorer'), 'g i'),
  ];
}

/** What the server found beyond the list: every place, and what fits of what can be done there. */
export function foundEntries(connection: ConnectionView, rows: FleetRow[], query: string): PaletteEntry[] {
  return places(connection, rows)
    .filter(
      (entry) =>
        entry.isApplication === true || entry.onlySearched !== true || fitEntry(query, entry) !== null,
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
      const entry = (label: string, path: string, aliases = '') => ({
        id: path,
        label,
        aliases,
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
            ...TABS.flatMap((tab) =>
              tab === 'now'
                ? []
                : [
                    entry(
                      i18n.t(`palette.${tab}`, { key }),
                      paths.application(id, key, environment, tab),
                      i18n.t(`palette.alias.${tab}`),
                    ),
                  ],
            ),
            {
              ...entry(
                i18n.t('palette.deploy', { key }),
                paths.application(id, key, environment, 'now', { form: true }),
                i18n.t('palette.alias.deploy'),
              ),
              icon: ArrowUp,
            },
            ...rollBackTo(connection, key, environment, place),
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

/** Back to what ran before, where it is unwell and that is known. */
function rollBackTo({ id }: ConnectionView, key: string, environment: string, place: Place): PaletteEntry[] {
  const { before, image } = place;
  if (before === null) return [];
  const path = paths.application(id, key, environment, 'now', { form: true, image: before });
  return [
    {
      ...rollBackWords(key, image, before),
      id: path,
      detail: '',
      environment,
      act: () => {
        go(path);
      },
    },
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
