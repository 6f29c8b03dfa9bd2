// Invented data for looking at the pages and for their tests; never part of the product.
import type { Application, ConfigurationItem, Deployment, Environment, EnvironmentEntry, Me } from '../types';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const before = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();

type Place = [tag: string | null, age: number, extra?: Partial<EnvironmentEntry>] | null;

function application(key: string, type: string, dev: Place, test: Place, prod: Place): Application {
  const entries = ([dev, test, prod] as const).flatMap((place, at) => {
    if (!place) return [];
    const [tag, age, extra] = place;
    const environment = ['dev', 'test', 'prod'][at] ?? 'dev';
    const entry: EnvironmentEntry = {
      environment,
      status: 'running',
      health: 'healthy',
      healthSince: before(age),
      healthMessage: null,
      image: tag === null ? null : `registry.example/${key}:${tag}`,
      url: `http://127.0.0.1:4${String(at)}01/`,
      lastDeployedAt: type === 'external' ? null : before(age),
      deploymentId: `dep-${key}-${environment}`,
      permissions: ['applications:read', 'applications:deploy', 'logs:read'],
      ...extra,
    };
    return [entry];
  });
  return {
    key,
    displayName: key,
    description: null,
    type,
    version: null,
    image: entries.at(-1)?.image ?? null,
    port: 3000,
    status: 'running',
    url: null,
    environments: entries,
    createdAt: before(90 * DAY),
    updatedAt: before(DAY),
    configuration: [],
  };
}

export const applications: Application[] = [
  application(
    'orders-api',
    'api',
    ['1.4.1', 2 * HOUR],
    ['1.4.0', DAY],
    [
      '1.4.0',
      14 * MINUTE,
      { health: 'unhealthy', healthSince: before(6 * MINUTE), healthMessage: 'check db refused' },
    ],
  ),
  application(
    'pricing',
    'api',
    ['2.2.0', 3 * DAY],
    [
      '2.2.0',
      3 * DAY,
      { health: 'degraded', healthSince: before(22 * MINUTE), healthMessage: 'p95 at 2.4 s' },
    ],
    ['2.1.7', 20 * DAY],
  ),
  application(
    'invoices',
    'service',
    ['0.9.4', 40 * MINUTE],
    ['0.9.4', 0, { status: 'deploying', health: 'unknown' }],
    ['0.9.2', 9 * DAY, { permissions: ['applications:read', 'logs:read'] }],
  ),
  application('storefront', 'webapp', ['5.12.0', 5 * HOUR], ['5.12.0', 4 * HOUR], ['5.12.0', 3 * HOUR]),
  application('checkout', 'webapp', ['3.3.1', DAY], ['3.3.1', DAY], ['3.3.0', 8 * DAY]),
  application('catalog', 'api', ['1.19.2', 2 * DAY], ['1.19.2', 2 * DAY], ['1.19.2', 2 * DAY]),
  application('search-index', 'service', ['0.31.0', 8 * DAY], ['0.31.0', 8 * DAY], ['0.30.4', 31 * DAY]),
  application('notifications', 'functionapp', ['1.0.9', 30 * DAY], ['1.0.9', 30 * DAY], ['1.0.9', 29 * DAY]),
  application(
    'customer-360',
    'webapp',
    ['2.0.0-alpha.rc.3', HOUR],
    ['1.9.0', DAY, { status: 'stopped', health: 'unknown' }],
    ['1.8.4', 44 * DAY],
  ),
  application('recommender', 'service', ['0.7.7', 4 * DAY], ['0.7.7', 4 * DAY], ['0.7.7', 4 * DAY]),
  application('identity-sync', 'service', ['1.2.3', 15 * DAY], ['1.2.3', 15 * DAY], ['1.2.3', 14 * DAY]),
  application('shipping-rates', 'api', ['4.0.1', 6 * DAY], ['4.0.1', 6 * DAY], ['4.0.1', 5 * DAY]),
  application('tax-rules', 'functionapp', ['1.1.0', 61 * DAY], ['1.1.0', 61 * DAY], ['1.1.0', 60 * DAY]),
  application(
    'returns-desk',
    'webapp',
    ['0.4.2', 11 * DAY],
    ['0.4.2', 11 * DAY],
    ['0.4.1', 50 * DAY, { health: 'unknown' }],
  ),
  application('support-copilot', 'webapp', ['1.6.0', 7 * HOUR], ['1.6.0', 6 * HOUR], ['1.5.9', 12 * DAY]),
  application('contract-reader', 'api', ['0.2.18', DAY], ['0.2.18', DAY], null),
  application('supplier-portal', 'external', [null, DAY], [null, DAY], [null, DAY]),
  application('datalake-loader', 'service', ['3.0.5', 17 * DAY], ['3.0.5', 17 * DAY], ['3.0.5', 16 * DAY]),
];

type Done = Partial<Deployment> & { at: number; took?: number };

export function deployment(
  application: string,
  environment: string,
  from: string | null,
  to: string,
  done: Done,
): Deployment {
  const { at, took = 48_000, ...rest } = done;
  const status = rest.status ?? 'completed';
  const ended = status === 'completed' || status === 'failed' || status === 'cancelled';
  const image = (tag: string) => `registry.example/${application}:${tag}`;
  return {
    id: `dep-${application}-${environment}-${to}-${String(Math.round(at / 1000))}`,
    applicationKey: application,
    environment,
    image: image(to),
    previousImage: from === null ? null : image(from),
    status,
    progress: ended ? 100 : 62,
    message: null,
    error: null,
    note: null,
    requestedBy: 'developer',
    createdAt: before(at),
    startedAt: before(at - 1000),
    completedAt: ended ? before(at - took) : null,
    rollbackOf: null,
    promotedFrom: null,
    idempotencyKey: null,
    steps: stepsOf(status, at, took),
    configuration: [],
    ...rest,
  };
}

function stepsOf(status: string, at: number, took: number): Deployment['steps'] {
  const names = ['Pull the image', 'Start', 'Wait until healthy', 'Switch over'];
  const reached = status === 'completed' ? 4 : status === 'failed' ? 2 : 2;
  return names.map((name, step) => ({
    name,
    status:
      step < reached ? 'completed' : step > reached ? 'pending' : status === 'failed' ? 'failed' : 'running',
    startedAt: step <= reached ? before(at - (took / 4) * step) : null,
    completedAt: step < reached ? before(at - (took / 4) * (step + 1)) : null,
    message: status === 'failed' && step === reached ? 'the process ended with exit code 1' : null,
  }));
}

export const deployments: Deployment[] = [
  deployment('invoices', 'test', '0.9.2', '0.9.4', { at: 40_000, status: 'running' }),
  deployment('orders-api', 'prod', '1.3.9', '1.4.0', { at: 14 * MINUTE, note: 'orders by day' }),
  deployment('orders-api', 'dev', '1.4.0', '1.4.1', { at: 2 * HOUR }),
  deployment('storefront', 'prod', '5.11.4', '5.12.0', {
    at: 3 * HOUR,
    requestedBy: 'release pipeline',
    took: 131_000,
  }),
  deployment('storefront', 'test', '5.11.4', '5.12.0', { at: 4 * HOUR }),
  deployment('storefront', 'dev', '5.11.4', '5.12.0', { at: 5 * HOUR }),
  deployment('support-copilot', 'test', '1.5.9', '1.6.0', { at: 6 * HOUR }),
  deployment('support-copilot', 'dev', '1.5.9', '1.6.0', { at: 7 * HOUR }),
  deployment('catalog', 'dev', '1.19.1', '1.19.3', {
    at: 9 * HOUR,
    status: 'failed',
    error: 'The application ended with exit code 1 before it was healthy: cannot read property "sku"',
  }),
  deployment('orders-api', 'test', '1.3.9', '1.4.0', { at: DAY }),
  deployment('checkout', 'test', '3.3.0', '3.3.1', { at: DAY }),
  deployment('checkout', 'dev', '3.3.0', '3.3.1', { at: DAY + HOUR }),
  deployment('pricing', 'test', '2.1.7', '2.2.0', { at: 3 * DAY }),
  deployment('pricing', 'dev', '2.1.7', '2.2.0', { at: 3 * DAY + HOUR }),
  deployment('search-index', 'test', '0.30.4', '0.31.0', { at: 8 * DAY }),
  deployment('invoices', 'test', '0.9.2', '0.9.3', { at: 9 * DAY, status: 'cancelled' }),
  deployment('invoices', 'test', '0.9.1', '0.9.2', { at: 10 * DAY }),
  deployment('checkout', 'test', '3.2.9', '3.3.0', { at: 12 * DAY }),
  deployment('orders-api', 'prod', '1.3.8', '1.3.9', { at: 13 * DAY }),
  deployment('support-copilot', 'test', '1.5.8', '1.5.9', { at: 14 * DAY }),
  deployment('pricing', 'test', '2.1.6', '2.1.7', { at: 22 * DAY }),
  deployment('search-index', 'test', '0.30.3', '0.30.4', { at: 32 * DAY }),
];

const resource = (name: string, kind: string, status: string, message: string | null = null) => ({
  name,
  kind,
  status,
  usage: { cpuPercent: 12, memoryBytes: 412 * 2 ** 20, memoryLimitBytes: 2 ** 30 },
  message,
});

export const environments: Environment[] = [
  {
    key: 'dev',
    displayName: 'Development',
    production: null,
    status: 'healthy',
    applications: applications.map((each) => each.key),
    resources: [resource('postgres', 'database', 'healthy')],
    updatedAt: before(MINUTE),
  },
  {
    key: 'test',
    displayName: 'Test',
    production: null,
    status: 'degraded',
    applications: applications.map((each) => each.key),
    resources: [
      resource('postgres', 'database', 'healthy'),
      resource('redis', 'cache', 'degraded', 'memory at 91 %'),
    ],
    updatedAt: before(MINUTE),
  },
  {
    key: 'prod',
    displayName: 'Production',
    production: null,
    status: 'degraded',
    applications: applications.filter((each) => each.key !== 'contract-reader').map((each) => each.key),
    resources: [resource('postgres', 'database', 'down', 'refuses connections')],
    updatedAt: before(MINUTE),
  },
];

export const me: Me = {
  id: 'u-2',
  username: 'developer',
  email: 'developer@misohost.example',
  displayName: 'A developer',
  roles: ['developer'],
  permissions: [
    'applications:read',
    'applications:create',
    'applications:update',
    'applications:delete',
    'applications:deploy',
    'configuration:read',
    'configuration:update',
    'deployments:read',
    'logs:read',
  ],
  environments: ['dev', 'test', 'prod'],
};

/** The configuration of an application of some years. */
export const configuration: ConfigurationItem[] = [
  item('LOG_LEVEL', 'info', {
    required: true,
    portalInput: { field: 'select', label: 'How much it says', options: ['debug', 'info', 'warn'] },
  }),
  item('BASE_URL', 'https://orders.example/api', { required: true }),
  item('DB_PASSWORD', null, { required: true, isSet: true }),
  item('SMTP_PASSWORD', null, { isSet: false }),
  item('GREETING', 'Good morning,\nwhat may it be?', { portalInput: { field: 'textarea' } }),
  item('FEATURES', 'checkout-v2,recommendations,'.repeat(12)),
  item(`A_${'LONG_'.repeat(19)}NAME`, '\u202eright to left <script>alert(1)</script>'),
];

function item(name: string, value: string | null, more: Partial<ConfigurationItem> = {}): ConfigurationItem {
  const location = value === null ? 'keyvault' : 'variable';
  return { name, value, location, required: false, isSet: null, portalInput: null, ...more };
}
