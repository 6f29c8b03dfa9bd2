import { commands } from './ipc';
import { read, resourceKey, type Readable, type ValueOf } from './resources';
import type {
  AccessGrid,
  Activity,
  Answer,
  AskedAccess,
  ConnectionId,
  Course,
  Fleet,
  FleetQuery,
  FleetRow,
  PlaceHealth,
  Reading,
  Resource,
  SideBySide,
  TimeRange,
  Timeline,
  WantedImage,
} from './types';

/** What Rust tells of resources, and those it is made of: it changes when one of them does. */
export type Made<T> = {
  key: readonly unknown[];
  ask: () => Promise<Reading<T>>;
  of: Resource[];
};

/** The key of what is recorded of a connection's logs. */
export function recordingsKey(connection: ConnectionId): readonly unknown[] {
  return [connection, 'recordings'];
}

/** A resource as it is. */
export function plain<R extends Readable>(connection: ConnectionId, resource: R): Made<ValueOf<R>> {
  return {
    key: resourceKey(connection, resource),
    ask: () => read(connection, resource),
    of: [resource],
  };
}

/** Every application in every environment, from the one list call and the recent activity. */
export function fleet(connection: ConnectionId): Made<Fleet> {
  return {
    key: [connection, 'fleet'],
    ask: () => commands.fleet(connection),
    of: [{ kind: 'applications' }, { kind: 'deployments', application: null }],
  };
}

/** What changed since a moment; without one, the last that happened. */
export function activity(connection: ConnectionId, since: string | null): Made<Activity> {
  return {
    key: [connection, 'activity', since],
    ask: () => commands.activity(connection, since),
    of: [{ kind: 'applications' }, { kind: 'deployments', application: null }],
  };
}

/** The key of what of the past is known. */
export function observedKey(connection: ConnectionId): readonly unknown[] {
  return [connection, 'observed'];
}

/** One application in each of its environments. */
export function places(connection: ConnectionId, application: string): Made<FleetRow> {
  return {
    key: [connection, 'places', application],
    ask: () => commands.places(connection, application),
    of: [{ kind: 'application', application }],
  };
}

/** How a deployment goes, by its own readings and by how long earlier ones took. */
export function course(connection: ConnectionId, application: string, id: string): Made<Course> {
  return {
    key: [connection, 'course', id],
    ask: () => commands.deploymentCourse(connection, id),
    of: [
      { kind: 'deployment', id },
      { kind: 'deployments', application },
    ],
  };
}

/** The health, what was measured and what changed, over one axis. */
export function timeline(
  connection: ConnectionId,
  application: string,
  environment: string,
  range: TimeRange,
): Made<Timeline> {
  const place = { application, environment };
  return {
    key: [connection, 'timeline', application, environment, range],
    ask: () => commands.timeline(connection, application, environment, range),
    of: [
      { kind: 'health', ...place },
      // Of the last hours the health tells by itself.
      ...(range === 'day' || range === 'week' ? [{ kind: 'healthHistory' as const, ...place }] : []),
      { kind: 'metrics', ...place, range },
      { kind: 'events', ...place, range },
      { kind: 'deployments', application },
    ],
  };
}

/** How far back a timeline opens. */
export function timelineRange(
  connection: ConnectionId,
  application: string,
  environment: string,
): Made<TimeRange> {
  return {
    key: [connection, 'timelineRange', application, environment],
    ask: () => commands.timelineRange(connection, application, environment),
    of: [
      { kind: 'health', application, environment },
      { kind: 'deployments', application },
    ],
  };
}

/** The key of a part of a timeline in finer steps, which nothing brings up to date. */
export function finerKey(
  connection: ConnectionId,
  application: string,
  environment: string,
  range: TimeRange | null,
  from: string,
  to: string,
): readonly unknown[] {
  return [connection, 'finer', application, environment, range, from, to];
}

/** How an application is in an environment and why, as far as that is known; null where it never was. */
export function answer(
  connection: ConnectionId,
  application: string,
  environment: string,
): Made<Answer | null> {
  return {
    key: [connection, 'answer', application, environment],
    ask: () => commands.answer(connection, application, environment),
    // What was measured and what happened it knows as far as the timeline asks for it.
    of: [
      { kind: 'application', application },
      { kind: 'health', application, environment },
      { kind: 'deployments', application },
    ],
  };
}

/** The health of an application in all its environments over the last day. */
export function healthOverview(
  connection: ConnectionId,
  application: string,
  environments: string[],
): Made<PlaceHealth[]> {
  return {
    key: [connection, 'healthOverview', application],
    ask: () => commands.healthOverview(connection, application),
    of: [
      { kind: 'application', application },
      ...environments.map((environment) => ({ kind: 'healthHistory' as const, application, environment })),
    ],
  };
}

/** The configuration of an application in all environments side by side. */
export function sideBySide(
  connection: ConnectionId,
  application: string,
  environments: string[],
): Made<SideBySide> {
  return {
    key: [connection, 'sideBySide', application],
    ask: () => commands.configurationCompare(connection, application),
    of: environments.map((environment) => ({ kind: 'configuration', application, environment })),
  };
}

/** Who has access to an application, with what of it the caller may change. */
export function accessGrid(connection: ConnectionId, application: string): Made<AccessGrid> {
  return {
    key: [connection, 'accessGrid', application],
    ask: () => commands.accessGrid(connection, application),
    of: [{ kind: 'access', application }],
  };
}

/** The requests for access as the caller sees them. */
export function askedAccess(connection: ConnectionId): Made<AskedAccess[]> {
  return {
    key: [connection, 'askedAccess'],
    ask: () => commands.accessAsked(connection),
    of: [{ kind: 'accessRequests' }],
  };
}

/** What the server finds, from a page on; nothing brings it up to date but asking again. */
export function foundKey(
  connection: ConnectionId,
  query: FleetQuery | null,
  from: number,
): readonly unknown[] {
  return [connection, FOUND, query, from];
}

export function isFoundKey(key: readonly unknown[]): boolean {
  return key[1] === FOUND;
}

const FOUND = 'found';

export function rightsHeldKey(connection: ConnectionId, application: string | null): readonly unknown[] {
  return [connection, 'rightsHeld', application];
}

export function accessChoicesKey(connection: ConnectionId, application: string): readonly unknown[] {
  return [connection, 'accessChoices', application];
}

export function preflightKey(
  connection: ConnectionId,
  application: string,
  environment: string,
  wanted: WantedImage | null,
): readonly unknown[] {
  return [connection, 'preflight', application, environment, wanted];
}

export function deployChoicesKey(
  connection: ConnectionId,
  application: string,
  environment: string,
  wanted: string | null,
  copied: string | null,
): readonly unknown[] {
  return [connection, 'deployChoices', application, environment, wanted, copied];
}

export function promotionKey(
  connection: ConnectionId,
  application: string,
  from: string,
  to: string,
): readonly unknown[] {
  return [connection, 'promotion', application, from, to];
}

export function rightsKey(
  connection: ConnectionId,
  application: string | null,
  environment: string | null,
): readonly unknown[] {
  return [connection, 'rights', application, environment];
}

/** What is made of who may do what. */
const ACCESS = ['accessGrid', 'accessChoices', 'askedAccess', 'rightsHeld'];

/** The beginnings of the keys of all that a resource is a part of, itself first. */
export function keysOf(connection: ConnectionId, resource: Resource): (readonly unknown[])[] {
  const own = resourceKey(connection, resource);
  const made = (names: string[], ...rest: string[]) => names.map((name) => [connection, name, ...rest]);
  switch (resource.kind) {
    case 'applications':
      return [
        own,
        ...made(['fleet', 'activity', 'answer', 'preflight', 'deployChoices', 'batch', 'rights', ...ACCESS]),
        observedKey(connection),
      ];
    case 'environments':
      return [own, ...made(['fleet', 'places', 'preflight', 'deployChoices', 'batch', ...ACCESS])];
    case 'me':
      return [own, ...made(['fleet', 'places', 'preflight', 'deployChoices', 'batch', 'rights', ...ACCESS])];
    case 'application':
      return [
        own,
        ...made(
          [
            'places',
            'answer',
            'preflight',
            'deployChoices',
            'promotion',
            'rights',
            'accessGrid',
            'accessChoices',
            'healthOverview',
          ],
          resource.application,
        ),
        ...made(['askedAccess', 'rightsHeld', 'batch']),
      ];
    case 'deployments':
      return resource.application === null
        ? [own, ...made(['fleet', 'activity', 'places', 'answer', 'preflight', 'deployChoices', 'batch'])]
        : [
            own,
            ...made(
              ['places', 'answer', 'preflight', 'deployChoices', 'promotion', 'timeline'],
              resource.application,
            ),
            ...made(['batch']),
          ];
    case 'permissions':
      return [own, ...made(['preflight', 'rights'], resource.application), ...made(['batch'])];
    case 'deployment':
      return [own, ...made(['course'], resource.id), ...made(['preflight', 'deployChoices'])];
    case 'configuration':
      return [own, ...made(['sideBySide', 'preflight', 'promotion'], resource.application)];
    case 'environment':
      return [own];
    case 'health':
    case 'metrics':
    case 'events':
      return [
        own,
        ...made(['timeline', 'answer'], resource.application, resource.environment),
        // Of the first unwell ones it says more than the list.
        ...made(resource.kind === 'metrics' ? [] : ['fleet']),
      ];
    case 'healthHistory':
      return [
        own,
        ...made(['timeline'], resource.application, resource.environment),
        ...made(['healthOverview'], resource.application),
      ];
    case 'access':
      return [own, ...made(['accessGrid', 'accessChoices', 'promotion'], resource.application)];
    case 'accessRequests':
      return [own, ...made(['askedAccess', 'accessChoices'])];
  }
}
