import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { commands } from '../ipc';
import { Broken } from '../pages/Broken';
import { Home } from '../pages/Home';
import { NotThere } from '../pages/NotThere';
import { Connected } from './Connected';
import { bring } from './early/pages';
import { Frame } from './Frame';
import { history } from './navigation';
import { paths } from './paths';
import { Root } from './Root';
import { shell } from './shell';

/** All pages by address, over the one history. */
export function createPages() {
  const root = createRootRoute({ component: Root, notFoundComponent: Nowhere });

  const start = createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      const first = shell.get().current;
      throw redirect({ href: first === null ? paths.welcome() : paths.home(first), replace: true });
    },
  });

  const welcome = createRoute({
    getParentRoute: () => root,
    path: '/welcome',
    component: lazyRouteComponent(bring.welcome, 'Welcome'),
  });

  const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: Frame });

  const settings = createRoute({
    getParentRoute: () => frame,
    path: '/settings/{-$part}',
    component: lazyRouteComponent(bring.settings, 'Settings'),
  });

  const connection = createRoute({
    getParentRoute: () => frame,
    path: '/c/$connection',
    component: Connected,
  });

  const home = createRoute({
    getParentRoute: () => connection,
    path: '/',
    validateSearch: (search: Record<string, unknown>) => textsIn(search, ['at']),
    component: Home,
  });

  const applications = createRoute({
    getParentRoute: () => connection,
    path: '/applications',
    component: lazyRouteComponent(bring.applications, 'Applications'),
  });

  const newApplication = createRoute({
    getParentRoute: () => connection,
    path: '/new-application',
    validateSearch: (search: Record<string, unknown>): { from?: string } =>
      typeof search.from === 'string' && search.from !== '' ? { from: search.from } : {},
    component: lazyRouteComponent(bring.newApplication, 'NewApplication'),
  });

  const application = createRoute({
    getParentRoute: () => connection,
    path: '/applications/$key/$environment',
    validateSearch: (search: Record<string, unknown>) => textsIn(search, ['deploy', 'image', 'grant']),
    component: lazyRouteComponent(bring.application, 'Application'),
  });

  const now = createRoute({
    getParentRoute: () => application,
    path: '/',
    component: lazyRouteComponent(bring.applicationNow, 'ApplicationNow'),
  });

  const logs = createRoute({
    getParentRoute: () => application,
    path: '/logs',
    component: lazyRouteComponent(bring.applicationLogs, 'ApplicationLogs'),
  });

  const applicationDeployments = createRoute({
    getParentRoute: () => application,
    path: '/deployments',
    component: lazyRouteComponent(bring.applicationDeployments, 'ApplicationDeployments'),
  });

  const applicationConfiguration = createRoute({
    getParentRoute: () => application,
    path: '/configuration',
    validateSearch: (search: Record<string, unknown>): { view?: string } =>
      typeof search.view === 'string' ? { view: search.view } : {},
    component: lazyRouteComponent(bring.applicationConfiguration, 'ApplicationConfiguration'),
  });

  const manifest = createRoute({
    getParentRoute: () => application,
    path: '/manifest',
    component: lazyRouteComponent(bring.applicationManifest, 'ApplicationManifest'),
  });

  const applicationAccess = createRoute({
    getParentRoute: () => application,
    path: '/access',
    component: lazyRouteComponent(bring.applicationAccess, 'ApplicationAccess'),
  });

  const access = createRoute({
    getParentRoute: () => connection,
    path: '/access',
    validateSearch: (search: Record<string, unknown>) => textsIn(search, ['ask', 'in', 'request']),
    component: lazyRouteComponent(bring.access, 'Access'),
  });

  const api = createRoute({
    getParentRoute: () => connection,
    path: '/api',
    validateSearch: (search: Record<string, unknown>) => textsIn(search, ['operation', 'search']),
    component: lazyRouteComponent(bring.api, 'Explorer'),
  });

  const deployments = createRoute({
    getParentRoute: () => connection,
    path: '/deployments',
    component: lazyRouteComponent(bring.deployments, 'Deployments'),
  });

  const promote = createRoute({
    getParentRoute: () => connection,
    path: '/promote',
    component: lazyRouteComponent(bring.promote, 'Promote'),
  });

  const compare = createRoute({
    getParentRoute: () => connection,
    path: '/compare/$one/$other',
    component: lazyRouteComponent(bring.compare, 'Compare'),
  });

  const manyLogs = createRoute({
    getParentRoute: () => connection,
    path: '/logs',
    component: lazyRouteComponent(bring.logs, 'Logs'),
  });

  const environments = createRoute({
    getParentRoute: () => connection,
    path: '/environments',
    component: lazyRouteComponent(bring.environments, 'Environments'),
  });

  const environment = createRoute({
    getParentRoute: () => connection,
    path: '/environments/$environment',
    component: lazyRouteComponent(bring.environment, 'Environment'),
  });

  const routeTree = root.addChildren([
    start,
    welcome,
    frame.addChildren([
      settings,
      connection.addChildren([
        home,
        applications,
        newApplication,
        application.addChildren([
          now,
          logs,
          applicationDeployments,
          applicationConfiguration,
          applicationAccess,
          manifest,
        ]),
        deployments,
        promote,
        compare,
        manyLogs,
        environments,
        environment,
        access,
        api,
      ]),
    ]),
  ]);

  return createRouter({
    routeTree,
    history,
    parseSearch,
    stringifySearch,
    defaultPendingMs: 150,
    defaultPendingMinMs: 0,
    defaultNotFoundComponent: NotThere,
    defaultErrorComponent: Broken,
  });
}

/** An address of no page at all; the ways to the others stand beside it. */
function Nowhere() {
  return (
    <Frame>
      <NotThere />
    </Frame>
  );
}

/** Keeps the address: where the app is quit, it opens again. */
export function followAddress(): void {
  let later: ReturnType<typeof setTimeout> | undefined;
  history.subscribe(({ location, action }) => {
    if (location.pathname === '/') return;
    clearTimeout(later);
    const save = () => {
      // Losing the place is no reason to say anything: the next step saves it again.
      commands.addressSave(location.href).catch(() => undefined);
    };
    // What is typed into a filter is saved once it rests.
    if (action.type === 'REPLACE') later = setTimeout(save, 300);
    else save();
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}

/** Those of an address's words that are texts. */
function textsIn<N extends string>(search: Record<string, unknown>, names: N[]): Partial<Record<N, string>> {
  return Object.fromEntries(
    names.flatMap((name) => (typeof search[name] === 'string' ? [[name, search[name]]] : [])),
  ) as Partial<Record<N, string>>;
}

/** Texts stay texts: the router would read a number out of an id. */
const parseSearch = (search: string) => {
  const words = new URLSearchParams(search);
  // A word that is said several times is a list.
  return Object.fromEntries(
    [...words.keys()].map((name) => {
      const all = words.getAll(name);
      return [name, all.length === 1 ? all[0] : all];
    }),
  );
};
const stringifySearch = (search: Record<string, unknown>) => {
  const words = Object.entries(search).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => [name, String(each)]),
  );
  const text = new URLSearchParams(words).toString();
  return text === '' ? '' : `?${text}`;
};
