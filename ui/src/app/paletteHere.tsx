import {
  AppWindow,
  ArrowUp,
  Braces,
  CopyPlus,
  ExternalLink,
  Link2,
  MessageSquareText,
  RotateCw,
  Star,
  Trash2,
  Undo2,
} from 'lucide-react';
import { copyText } from '../components/copy';
import { Shape } from '../components/Shape';
import { i18n } from '../i18n/i18n';
import { commands, openInNewWindow, type ConnectionView, type FleetRow } from '../ipc';
import { carefully } from './carefully';
import { stageIn } from './environments';
import { imageWords } from './image';
import { openDeletion } from './layers';
import { LAST } from './logFilter';
import { go } from './navigation';
import { paths, TABS } from './paths';
import type { PaletteEntry } from './paletteSearch';
import { copyLink, copyPlace } from './share';
import { isStarred, shell, toggleStar } from './shell';

type At = { application: string; environment: string };

/** All that can be done with the application that is open, in its environment, and why not where it cannot. */
export function hereEntries(connection: ConnectionView, at: At, row: FleetRow | null): PaletteEntry[] {
  const { id } = connection;
  const { application: key, environment } = at;
  const cell = row?.cells.find((each) => each.environment === environment);
  const place = cell?.place ?? null;
  const before = place?.before ?? null;
  const image = place?.image ?? null;
  const url = place?.url ?? null;
  const forbidden = cell?.mayDeploy === false ? i18n.t('deploy.forbidden') : undefined;
  const noAddress = url === null ? i18n.t('application.noAddress') : undefined;
  const page = paths.application(id, key, environment);
  const form = (wanted?: string) =>
    paths.application(id, key, environment, 'now', {
      form: true,
      ...(wanted === undefined ? {} : { image: wanted }),
    });
  const rest = {
    detail: stageIn(connection, environment).name,
    environment,
    onlySearched: true,
    isHere: true,
  };
  const does = (name: string, entry: Omit<PaletteEntry, 'id' | keyof typeof rest>): PaletteEntry => ({
    ...rest,
    ...entry,
    id: `${name} ${page}`,
  });
  const leads = (
    path: string,
    entry: Omit<PaletteEntry, 'id' | 'act' | keyof typeof rest>,
  ): PaletteEntry => ({
    ...rest,
    mark: <Shape state={place?.state ?? 'off'} labelled />,
    ...entry,
    id: path,
    act: () => {
      go(path);
    },
  });
  return [
    {
      ...does('rollBack', rollBackWords(key, image, before)),
      // As it is called where another page is open.
      ...(before === null ? {} : { id: form(before) }),
      reason: forbidden ?? (before === null ? i18n.t('palette.nothingBefore') : undefined),
      act: () => {
        go(form(before ?? undefined));
      },
    },
    leads(form(), {
      label: i18n.t('palette.deploy', { key }),
      aliases: i18n.t('palette.alias.deploy'),
      icon: ArrowUp,
      shortcut: 'd',
      reason: forbidden,
    }),
    does('restart', {
      label: i18n.t('palette.restart', { key }),
      aliases: i18n.t('palette.alias.restart'),
      icon: RotateCw,
      shortcut: 'R',
      reason: forbidden ?? (image === null ? i18n.t('application.notRunning') : undefined),
      act: () => {
        go(form(image ?? undefined));
      },
    }),
    ...TABS.flatMap((tab, nth) =>
      tab === 'now'
        ? []
        : leads(paths.application(id, key, environment, tab), {
            label: i18n.t(`palette.${tab}`, { key }),
            aliases: i18n.t(`palette.alias.${tab}`),
            shortcut: String(nth + 1),
          }),
    ),
    leads(paths.logs(id, key, environment, {}, { since: LAST }), {
      label: i18n.t('palette.logNews', { key }),
      aliases: i18n.t('palette.alias.logs'),
    }),
    ...(['json', 'all'] as const).map((view) =>
      leads(paths.configuration(id, key, environment, view), {
        label: i18n.t(view === 'json' ? 'palette.configurationJson' : 'palette.configurationAll', { key }),
        aliases: i18n.t('palette.alias.configuration'),
        icon: Braces,
      }),
    ),
    does('open', {
      label: i18n.t('palette.openAddress', { key }),
      aliases: i18n.t('palette.alias.openAddress'),
      icon: ExternalLink,
      reason: noAddress,
      act: () => {
        void carefully(() => commands.applicationOpen(id, key, environment));
      },
    }),
    does('copyUrl', {
      label: i18n.t('menu.copyUrl'),
      icon: Link2,
      reason: noAddress,
      act: () => {
        copyText(url ?? '');
      },
    }),
    does('copyForChat', {
      label: i18n.t('share.copyForChat'),
      aliases: i18n.t('palette.alias.copyForChat'),
      icon: MessageSquareText,
      shortcut: 'Y',
      act: () => {
        copyPlace(id, key, environment);
      },
    }),
    does('star', {
      label: i18n.t(isStarred(shell.get().settings, id, key) ? 'menu.unstar' : 'menu.star'),
      aliases: i18n.t('palette.alias.star'),
      icon: Star,
      act: () => {
        toggleStar(id, key);
      },
    }),
    does('copy', {
      label: i18n.t('menu.copyApplication'),
      icon: CopyPlus,
      act: () => {
        go(paths.newApplication(id, key));
      },
    }),
    does('delete', {
      label: i18n.t('palette.delete', { key }),
      aliases: i18n.t('palette.alias.delete'),
      icon: Trash2,
      act: () => {
        openDeletion({ connection: id, application: key });
      },
    }),
  ];
}

/** What can be done with any page: its link, and a window of its own. */
export function pageEntries(path: string, hasLink: boolean): PaletteEntry[] {
  const detail = i18n.t('palette.action');
  return [
    {
      id: 'action copyLink',
      label: i18n.t('share.copyLink'),
      detail,
      aliases: i18n.t('palette.alias.copyLink'),
      icon: Link2,
      shortcut: 'y',
      reason: hasLink ? undefined : i18n.t('share.noLink'),
      act: () => {
        copyLink(path);
      },
    },
    {
      id: 'action newWindow',
      label: i18n.t('menu.newWindow'),
      detail,
      icon: AppWindow,
      act: () => {
        openInNewWindow(path);
      },
    },
  ];
}

/** How going back is called, by what it would go back to. */
export function rollBackWords(key: string, image: string | null, before: string | null) {
  return {
    label:
      before === null
        ? i18n.t('palette.rollBackPlain', { key })
        : i18n.t('palette.rollBack', { key, tag: imageWords(image, before).to }),
    aliases: i18n.t('palette.alias.rollBack'),
    icon: Undo2,
    shortcut: 'r',
    act: () => undefined,
  };
}
