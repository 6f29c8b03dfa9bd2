import { commands } from './ipc';
import type {
  AccessEntry,
  AccessRequest,
  Application,
  Configuration,
  ConnectionId,
  Deployment,
  Environment,
  Health,
  Me,
  Page,
  Reading,
  Resource,
  Versioned,
} from './types';

type Values = {
  applications: Page<Application>;
  application: Application;
  environments: Environment[];
  environment: Environment;
  me: Me;
  deployments: Page<Deployment>;
  deployment: Deployment;
  health: Health;
  access: AccessEntry[];
  accessRequests: Page<AccessRequest>;
  configuration: Versioned<Configuration>;
};

/** What pages read as it is. Of the rest they see only what is made of it. */
export type Readable = Extract<Resource, { kind: keyof Values }>;

export type ValueOf<R extends Readable> = Values[R['kind']];

/** The key of a resource's query; every key begins with the connection. */
export function resourceKey(connection: ConnectionId, resource: Resource): readonly unknown[] {
  switch (resource.kind) {
    case 'applications':
    case 'environments':
    case 'me':
    case 'accessRequests':
      return [connection, resource.kind];
    case 'environment':
      return [connection, resource.kind, resource.environment];
    case 'application':
    case 'deployments':
    case 'access':
      return [connection, resource.kind, resource.application];
    case 'deployment':
      return [connection, resource.kind, resource.id];
    case 'health':
    case 'healthHistory':
    case 'configuration':
    case 'permissions':
      return [connection, resource.kind, resource.application, resource.environment];
    case 'metrics':
    case 'events':
      return [connection, resource.kind, resource.application, resource.environment, resource.range];
  }
}

/** Asks for the last reading of a resource. */
export function read<R extends Readable>(
  connection: ConnectionId,
  resource: R,
): Promise<Reading<ValueOf<R>>> {
  return readAny(connection, resource) as Promise<Reading<ValueOf<R>>>;
}

function readAny(connection: ConnectionId, resource: Readable): Promise<Reading<Values[keyof Values]>> {
  switch (resource.kind) {
    case 'applications':
      return commands.applications(connection);
    case 'application':
      return commands.application(connection, resource.application);
    case 'environments':
      return commands.environments(connection);
    case 'environment':
      return commands.environment(connection, resource.environment);
    case 'me':
      return commands.me(connection);
    case 'deployments':
      return commands.deployments(connection, resource.application);
    case 'deployment':
      return commands.deployment(connection, resource.id);
    case 'health':
      return commands.health(connection, resource.application, resource.environment);
    case 'access':
      return commands.access(connection, resource.application);
    case 'accessRequests':
      return commands.accessRequests(connection);
    case 'configuration':
      return commands.configuration(connection, resource.application, resource.environment);
  }
}
