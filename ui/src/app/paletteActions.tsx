import {
  ArrowLeft,
  ArrowRight,
  CirclePlus,
  Contrast,
  Keyboard,
  Languages,
  Lock,
  LogOut,
  Moon,
  PanelLeft,
  Plus,
  RefreshCw,
  Search,
  Settings,
  Stethoscope,
  Sun,
  SunMoon,
  UserPlus,
} from 'lucide-react';
import { i18n } from '../i18n/i18n';
import type { ConnectionView, Language, Theme } from '../ipc';
import { lockAgain, unlock } from './carefully';
import { addAnother, signOutAfterAsking } from './connectionActions';
import { refreshWhatIsOnScreen } from './events';
import { openFind } from './find';
import { openConnection, openShortcuts } from './layers';
import { back, canGo, forward, go } from './navigation';
import type { PaletteEntry } from './paletteSearch';
import { paths, SETTINGS } from './paths';
import { alt, modifier } from './platform';
import { changeSettings } from './shell';

type Action = Pick<PaletteEntry, 'label' | 'aliases' | 'icon' | 'shortcut' | 'onlySearched' | 'act'>;

/** What can be done on any page. */
export function actions(connection: ConnectionView | null): PaletteEntry[] {
  const detail = i18n.t('palette.action');
  const named = (id: string, action: Action): PaletteEntry => ({ id: `action ${id}`, detail, ...action });
  return [
    ...(connection?.session.state === 'signedIn'
      ? [
          named('create', {
            label: i18n.t('create.title'),
            aliases: i18n.t('palette.alias.create'),
            icon: CirclePlus,
            shortcut: 'n',
            act: () => {
              go(paths.newApplication(connection.id));
            },
          }),
        ]
      : []),
    named('refresh', {
      label: i18n.t('palette.refresh'),
      aliases: i18n.t('palette.alias.refresh'),
      icon: RefreshCw,
      shortcut: 'F5',
      act: refreshWhatIsOnScreen,
    }),
    named('find', {
      label: i18n.t('find.title'),
      aliases: i18n.t('palette.alias.find'),
      icon: Search,
      shortcut: `${modifier} F`,
      // The palette gives the focus back first.
      act: () => {
        setTimeout(openFind);
      },
    }),
    ...steps().map((step) => named(step.id, step.action)),
    ...looks().map((look) => named(look.id, look.action)),
    named('sidebar', {
      label: i18n.t('palette.sidebar'),
      icon: PanelLeft,
      shortcut: `${modifier} B`,
      act: () => {
        changeSettings((before) => ({ ...before, sidebarCollapsed: !before.sidebarCollapsed }));
      },
    }),
    named('shortcuts', {
      label: i18n.t('shortcuts.title'),
      aliases: i18n.t('palette.alias.shortcuts'),
      icon: Keyboard,
      shortcut: '?',
      act: openShortcuts,
    }),
    ...settings().map(({ id, action }) => named(id, action)),
    named('connect', {
      label: i18n.t('connections.add'),
      aliases: i18n.t('palette.alias.connect'),
      icon: Plus,
      act: () => {
        go(paths.welcome());
      },
    }),
    ...(connection ? ofConnection(connection).map(({ id, action }) => named(id, action)) : []),
  ];
}

type Named = { id: string; action: Action };

function steps(): Named[] {
  const can = canGo();
  return [
    ...(can.back
      ? [
          {
            id: 'back',
            action: {
              label: i18n.t('frame.back'),
              icon: ArrowLeft,
              shortcut: `${alt} ←`,
              onlySearched: true,
              act: back,
            },
          },
        ]
      : []),
    ...(can.forward
      ? [
          {
            id: 'forward',
            action: {
              label: i18n.t('frame.forward'),
              icon: ArrowRight,
              shortcut: `${alt} →`,
              onlySearched: true,
              act: forward,
            },
          },
        ]
      : []),
  ];
}

/** Themes and languages. */
function looks(): Named[] {
  const theme = (value: Theme) => () => {
    changeSettings((before) => ({ ...before, theme: value }));
  };
  const language = (value: Language): Named => ({
    id: `language ${value}`,
    action: {
      label: i18n.t('palette.language', { language: i18n.t(`settings.languages.${value}`) }),
      aliases: i18n.t('palette.alias.language'),
      icon: Languages,
      onlySearched: true,
      act: () => {
        changeSettings((before) => ({ ...before, language: value }));
      },
    },
  });
  const look = (value: Theme, icon: Action['icon']): Named => ({
    id: `theme ${value}`,
    action: {
      label: i18n.t(`palette.${value}`),
      aliases: i18n.t(`palette.alias.${value}`),
      icon,
      act: theme(value),
    },
  });
  return [
    look('light', Sun),
    look('dark', Moon),
    look('highContrast', Contrast),
    look('system', SunMoon),
    language('en'),
    language('fi'),
    language('system'),
  ];
}

/** The settings, and each of their parts. */
function settings(): Named[] {
  return [
    {
      id: 'settings',
      action: {
        label: i18n.t('settings.title'),
        aliases: i18n.t('palette.alias.settings'),
        icon: Settings,
        act: () => {
          go(paths.settings());
        },
      },
    },
    ...SETTINGS.map((part) => ({
      id: `settings ${part}`,
      action: {
        label: i18n.t('palette.settings', { part: i18n.t(`settings.part.${part}`) }),
        aliases: i18n.t(`palette.aliasOfSettings.${part}`),
        icon: Settings,
        onlySearched: true,
        act: () => {
          go(paths.settings(part));
        },
      },
    })),
  ];
}

function ofConnection(connection: ConnectionView): Named[] {
  const { id, name, readOnly, unlockedUntil } = connection;
  return [
    {
      id: 'another',
      action: {
        label: i18n.t('connections.anotherOn', { name }),
        icon: UserPlus,
        act: () => {
          void addAnother(connection);
        },
      },
    },
    {
      id: 'check',
      action: {
        label: i18n.t('connection.checkNamed', { name }),
        aliases: i18n.t('palette.alias.check'),
        icon: Stethoscope,
        act: () => {
          openConnection(id, 'check');
        },
      },
    },
    ...(readOnly
      ? [
          {
            id: 'lock',
            action: {
              label: i18n.t(unlockedUntil === null ? 'lock.unlock' : 'lock.lockAgain'),
              icon: Lock,
              act: () => {
                if (unlockedUntil === null) unlock(id);
                else lockAgain(id);
              },
            },
          },
        ]
      : []),
    ...(connection.session.state === 'signedIn'
      ? [
          {
            id: 'signOut',
            action: {
              label: i18n.t('signOut.menu', { name: connection.account?.username ?? name }),
              aliases: i18n.t('palette.alias.signOut'),
              icon: LogOut,
              act: () => {
                void signOutAfterAsking(connection);
              },
            },
          },
        ]
      : []),
  ];
}
