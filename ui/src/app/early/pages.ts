/** What brings the pages; the router asks for the same. */
export const bring = {
  access: () => import('../../pages/Access'),
  api: () => import('../../pages/Explorer'),
  application: () => import('../../pages/Application'),
  applicationAccess: () => import('../../pages/ApplicationAccess'),
  applicationConfiguration: () => import('../../pages/ApplicationConfiguration'),
  applicationDeployments: () => import('../../pages/ApplicationDeployments'),
  applicationLogs: () => import('../../pages/ApplicationLogs'),
  applicationManifest: () => import('../../pages/ApplicationManifest'),
  applicationNow: () => import('../../pages/ApplicationNow'),
  applications: () => import('../../pages/Applications'),
  compare: () => import('../../pages/Compare'),
  deployments: () => import('../../pages/Deployments'),
  environment: () => import('../../pages/Environment'),
  environments: () => import('../../pages/Environments'),
  logs: () => import('../../pages/Logs'),
  newApplication: () => import('../../pages/NewApplication'),
  promote: () => import('../../pages/Promote'),
  settings: () => import('../../pages/Settings'),
  welcome: () => import('../../pages/Welcome'),
};

export type PageName = keyof typeof bring;

/** The parts of an application's page by their word in the address; the page itself is the first. */
const PARTS: Partial<Record<string, PageName>> = {
  '': 'applicationNow',
  logs: 'applicationLogs',
  deployments: 'applicationDeployments',
  configuration: 'applicationConfiguration',
  access: 'applicationAccess',
  manifest: 'applicationManifest',
};

/** The pages of a connection by theirs. Home is there from the start. */
const PLACES: Partial<Record<string, PageName>> = {
  access: 'access',
  api: 'api',
  applications: 'applications',
  compare: 'compare',
  deployments: 'deployments',
  environments: 'environments',
  logs: 'logs',
  'new-application': 'newApplication',
  promote: 'promote',
};

/** What an address will show, so that it is on its way before the router is. Of what is none it knows nothing. */
export function pagesOf(address: string): PageName[] {
  const [, first, , place = '', key, within, part = ''] = (address.split(/[?#]/)[0] ?? '').split('/');
  if (first === 'settings' || first === 'welcome') return [first];
  if (first !== 'c') return [];
  const only = (name: PageName | undefined) => (name === undefined ? [] : [name]);
  if (place === 'applications' && within !== undefined) return ['application', ...only(PARTS[part])];
  if (place === 'environments' && key !== undefined) return ['environment'];
  return only(PLACES[place]);
}
