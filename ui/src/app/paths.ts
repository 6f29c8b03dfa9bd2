import type { LinkTarget, LogName } from '../ipc';
import { historyWords, type History } from './history';
import { listWords, type List } from './list';
import { logWords, type LogFilter, type LogLook } from './logFilter';
import { logNameWords } from './logNames';
import { promotionWords, type PromotionAddress } from './promotions';

/** The tabs of an application's page, in their order; "now" is the page itself. */
export const TABS = ['now', 'logs', 'deployments', 'configuration', 'access', 'manifest'] as const;
export type Tab = (typeof TABS)[number];

/** The parts of the settings, in their order; the first one is the page itself. */
export const SETTINGS = [
  'appearance',
  'language',
  'notifications',
  'connections',
  'network',
  'production',
  'logs',
  'shortcuts',
  'diagnostics',
] as const;
export type SettingsPart = (typeof SETTINGS)[number];

/** What the deploy panel shows: the form, with an image in it or not, or one deployment's progress. */
export type Panel = { form: true; image?: string } | { deployment: string };

/** How a configuration is shown: of one environment as a table or a text, or of all side by side. */
export type ConfigurationView = 'table' | 'json' | 'all';
/** Whose access is changed in the panel; null for a new subject. */
export type GrantPanel = { grant: string | null };

/** What the page of access shows beside it: the form that asks for it, filled in or not, or one request. */
export type AccessPanel = { ask: string | null; in?: string | undefined } | { request: string };

/** The addresses of all pages. What is on screen is in the address, the environment too. */
export const paths = {
  /** The ways in; with an address in the field where a link brought one. */
  welcome: (address?: string) => (address === undefined ? '/welcome' : `/welcome?address=${part(address)}`),
  settings: (part: SettingsPart = 'appearance') =>
    part === 'appearance' ? '/settings' : `/settings/${part}`,
  /** The overview; with a time, as it was known then. */
  home: (connection: string, at?: string) =>
    `/c/${part(connection)}${at === undefined ? '' : `?at=${part(at)}`}`,
  applications: (connection: string, list: Partial<List> = {}) =>
    `/c/${part(connection)}/applications${listWords(list)}`,
  /** The form of a new application, empty or as a copy of another one. No application has this word for a key: it stands outside of theirs. */
  newApplication: (connection: string, from?: string) =>
    `/c/${part(connection)}/new-application${from === undefined ? '' : `?from=${part(from)}`}`,
  application: (
    connection: string,
    key: string,
    environment: string,
    tab: Tab = 'now',
    panel?: Panel | GrantPanel,
  ) => {
    const page = `/c/${part(connection)}/applications/${part(key)}/${part(environment)}`;
    return `${page}${tab === 'now' ? '' : `/${tab}`}${panel ? `?${panelWords(panel)}` : ''}`;
  },
  /** A log, narrowed and looked at in a way, from a time on. */
  logs: (
    connection: string,
    key: string,
    environment: string,
    filter: Partial<LogFilter>,
    look: Partial<LogLook> = {},
  ) => paths.application(connection, key, environment, 'logs') + logWords(filter, look),
  deployments: (connection: string, history: Partial<History> = {}) =>
    `/c/${part(connection)}/deployments${historyWords(history)}`,
  promote: (connection: string, address: Partial<PromotionAddress> = {}) =>
    `/c/${part(connection)}/promote${promotionWords(address)}`,
  comparisons: (connection: string) => `/c/${part(connection)}/compare`,
  compare: (connection: string, one: string, other: string) =>
    `${paths.comparisons(connection)}/${part(one)}/${part(other)}`,
  configuration: (connection: string, key: string, environment: string, view: ConfigurationView) =>
    `${paths.application(connection, key, environment, 'configuration')}${view === 'table' ? '' : `?view=${view}`}`,
  /** The logs of several applications as one. */
  manyLogs: (connection: string, logs: LogName[] = []) => `/c/${part(connection)}/logs${logNameWords(logs)}`,
  environments: (connection: string) => `/c/${part(connection)}/environments`,
  environment: (connection: string, environment: string) =>
    `/c/${part(connection)}/environments/${part(environment)}`,
  /** The instance's own API, with one of its operations in front, and what is searched for in the list. */
  api: (connection: string, at: { operation?: string; search?: string } = {}) => {
    const words = new URLSearchParams(Object.entries(at).filter(([, word]) => word !== '')).toString();
    return `/c/${part(connection)}/api${words === '' ? '' : `?${words}`}`;
  },
  access: (connection: string, panel?: AccessPanel) =>
    `/c/${part(connection)}/access${panel ? `?${accessWords(panel)}` : ''}`,
};

/** The page that a link leads to. */
export function pathOf(link: LinkTarget): string {
  switch (link.kind) {
    case 'connect':
      return paths.welcome(link.instance);
    case 'page':
      return `/c/${part(link.connection)}${link.page}`;
  }
}

/** What of an address is the page's, below its connection. */
export function pageOf(path: string): string {
  return path.replace(/^\/c\/[^/?#]+/, '');
}

export { connectionOf } from './early/connectionOf';

/** The application and the environment of an address, or null. */
export function applicationOf(address: string): { application: string; environment: string } | null {
  const match = /^\/c\/[^/?#]+\/applications\/([^/?#]+)\/([^/?#]+)/.exec(address);
  if (!match?.[1] || !match[2]) return null;
  try {
    return { application: decodeURIComponent(match[1]), environment: decodeURIComponent(match[2]) };
  } catch {
    return null;
  }
}

/** Reads the view of a configuration back from the address. */
export function configurationViewFrom(word: string | undefined): ConfigurationView {
  return word === 'json' || word === 'all' ? word : 'table';
}

/** Whether two addresses are one, in however many ways the words of a link can be written. */
export function sameAddress(one: string, other: string): boolean {
  const read = (address: string) => {
    const [page = '', words = ''] = address.split('?');
    return `${page}?${new URLSearchParams(words).toString()}`;
  };
  return read(one) === read(other);
}

/** The tab of an application's address; "now" has no word of its own. */
export function tabOf(address: string): Tab {
  const word = /\/applications\/[^/]+\/[^/]+\/([^/]+)$/.exec(address)?.[1];
  return TABS.find((tab) => tab === word) ?? 'now';
}

/** The part of the settings that an address names; null where there is no such part. */
export function settingsPartFrom(word: string | undefined): SettingsPart | null {
  return word === undefined ? 'appearance' : (SETTINGS.find((part) => part === word) ?? null);
}

/** Reads the panel back from the address. */
export function panelFrom(word: string | undefined, image?: string): Panel | null {
  if (word === undefined || word === '') return null;
  if (word !== 'new') return { deployment: word };
  return image === undefined || image === '' ? { form: true } : { form: true, image };
}

function panelWords(panel: Panel | GrantPanel): string {
  if ('grant' in panel) return `grant=${part(panel.grant ?? '')}`;
  if (!('form' in panel)) return `deploy=${part(panel.deployment)}`;
  return `deploy=new${panel.image === undefined ? '' : `&image=${part(panel.image)}`}`;
}

function accessWords(panel: AccessPanel): string {
  if ('request' in panel) return `request=${part(panel.request)}`;
  return `ask=${part(panel.ask ?? '')}${panel.in === undefined ? '' : `&in=${part(panel.in)}`}`;
}

function part(text: string): string {
  return encodeURIComponent(text);
}
