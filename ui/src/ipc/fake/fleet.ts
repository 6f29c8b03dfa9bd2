// What Rust makes of the lists, as far as the pages' tests need it: the rules stand in miso-client.
import { tagOf } from '../../app/image';
import type {
  Application,
  Cell,
  DeployChoices,
  Deployment,
  EnvironmentEntry,
  Finding,
  Fleet,
  FleetPage,
  FleetQuery,
  FleetRow,
  OfferedImage,
  Preflight,
  State,
  UnwellPlace,
  WantedImage,
} from '../types';
import { answerOf } from './answers';
import { failure, stage, stages } from './parts';

const ORDER = ['dev', 'test', 'prod'];
const STATES: State[] = ['bad', 'warning', 'progress', 'unknown', 'off', 'well'];
const DEPLOY = 'applications:deploy';
/** As many are on a page. */
const PAGE = 200;

export function fleetOf(
  all: Application[],
  deployments: Deployment[],
  /** As many are listed; the others are beyond. */
  most = Infinity,
): Fleet {
  const applications = all.slice(0, most);
  const unseen = all.length - applications.length;
  const rank = (row: FleetRow) => (row.unwell ? STATES.indexOf(row.state) : STATES.length);
  const rows = applications
    .map((application) => rowOf(application, deployments))
    .sort((a, b) => rank(a) - rank(b) || a.key.localeCompare(b.key));
  const having = (state: State) =>
    rows.filter((row) => row.cells.some(({ place }) => place?.state === state));
  const counts = {
    total: all.length,
    unseen,
    placed: rows.filter((row) => row.cells.some(({ place }) => place !== null)).length,
    unwell: rows.filter((row) => row.unwell).length,
    deploying: having('progress').length,
    unknown: having('unknown').length,
  };
  const places = rows.flatMap(({ key, cells }) =>
    cells
      .filter(({ place }) => place?.state === 'progress')
      .map(({ environment }) => `${key} ${environment}`),
  );
  const running = deployments.filter(isUnderWay);
  const deployed = running.map((each) => `${each.applicationKey} ${each.environment}`);
  return {
    environments: stages.filter(({ key }) =>
      applications.some((each) => each.environments.some((entry) => entry.environment === key)),
    ),
    rows,
    unwell: applications
      .flatMap((each) => unwellPlaces(each, deployments))
      .sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state)),
    counts: {
      ...counts,
      underWay: new Set([...places, ...deployed]).size,
      allWell: counts.placed > 0 && counts.unwell + counts.deploying + counts.unknown + unseen === 0,
    },
    running: running.map((each) => ({
      id: each.id,
      application: each.applicationKey,
      environment: stage(each.environment),
      progress: each.progress,
    })),
    nextPage: unseen > 0 ? Math.floor(most / PAGE) + 1 : null,
  };
}

/** A page of what a server finds that searches, filters, sorts and pages. */
export function foundOf(
  applications: Application[],
  deployments: Deployment[],
  { search, status, environment, sort }: FleetQuery,
  page: number,
): FleetPage {
  const word = ({ key, type }: Application) => (sort?.by === 'type' ? type : key);
  const found = applications
    .filter((each) => `${each.key} ${each.displayName}`.toLowerCase().includes(search.toLowerCase()))
    .filter((each) => status === null || each.status === status)
    .filter((each) => environment === null || entryOf(each, environment) !== undefined);
  if (sort) found.sort((a, b) => word(a).localeCompare(word(b)) * (sort.descending ? -1 : 1));
  return {
    environments: stages,
    rows: found.slice((page - 1) * PAGE, page * PAGE).map((each) => rowOf(each, deployments)),
    total: found.length,
    next: found.length > page * PAGE ? page + 1 : null,
  };
}

export function rowOf(application: Application, deployments: Deployment[]): FleetRow {
  let left: EnvironmentEntry | null = null;
  const cells = ORDER.map((environment): Cell => {
    const entry = entryOf(application, environment);
    if (!entry) return { environment, mayDeploy: true, promotesFrom: promotable(left), place: null };
    const state = stateOf(entry);
    const unwell = isUnwell(state);
    const stopped = state === 'off';
    const cell: Cell = {
      environment,
      mayDeploy: entry.permissions.includes(DEPLOY),
      promotesFrom:
        !stopped && standing(entry, left, deployments).kind === 'behind' ? promotable(left) : null,
      place: {
        state,
        rank: STATES.indexOf(state),
        unwell,
        tag: stopped ? null : tagOf(entry.image),
        image: entry.image,
        url: stopped ? null : entry.url,
        since: unwell ? (entry.healthSince ?? entry.lastDeployedAt) : entry.lastDeployedAt,
        standing: stopped ? { kind: 'same' } : standing(entry, left, deployments),
        before: unwell ? imageBefore(application.key, entry, deployments) : null,
      },
    };
    if (!stopped) left = entry;
    return cell;
  });
  const placed = cells.filter(({ place }) => place !== null);
  const state = STATES.find((each) => placed.some(({ place }) => place?.state === each)) ?? 'off';
  const worst = placed.filter(({ place }) => place?.state === state && place.unwell);
  return {
    key: application.key,
    displayName: application.displayName,
    type: application.type,
    image: application.image,
    lastDeployedAt:
      application.environments
        .flatMap((entry) => entry.lastDeployedAt ?? [])
        .sort()
        .at(-1) ?? null,
    state,
    unwell: isUnwell(state),
    target: (worst.at(-1) ?? placed.at(-1))?.environment ?? 'dev',
    cells,
  };
}

export function preflightOf(
  application: Application | undefined,
  environment: string,
  wanted: WantedImage | string | null,
  deployments: Deployment[],
): Preflight {
  const image = wanted === null || typeof wanted === 'string' ? wanted : imageOf(wanted);
  const entry = application && entryOf(application, environment);
  const below = ORDER[ORDER.indexOf(environment) - 1];
  const found: Finding[] = [];
  const find = (kind: Finding['kind'], state: State, where = environment) =>
    found.push({ kind, state, tag: tagOf(image) ?? '', environment: stage(where), names: [] });
  const here = deployments.filter((each) => each.applicationKey === application?.key);
  if (entry?.image === image) {
    const state = stateOf(entry);
    find('restart', isUnwell(state) ? state : 'well');
  } else if (below !== undefined && application) {
    if (entryOf(application, below)?.image === image) find('runsBelow', 'well', below);
    else if (here.some((each) => each.environment === below && each.image === image))
      find('ranBelow', 'well', below);
    else find('notKnownBelow', 'unknown', below);
  }
  const runs = entry?.image?.split(':')[0];
  if (runs !== undefined && image !== null && image.split(':')[0] !== runs)
    found.push({
      kind: 'otherRepository',
      state: 'warning',
      tag: runs.split('/').at(-1) ?? '',
      environment: stage(environment),
      names: [],
    });
  if (!entry) find('first', 'well');
  if (here.some((each) => each.environment === environment && isUnderWay(each))) find('another', 'bad');
  else find('noOther', 'well');
  return {
    environment: stage(environment),
    image,
    tag: ownTag(image),
    effect:
      image === null || !entry
        ? 'deploy'
        : image === entry.image
          ? 'restart'
          : isUnwell(stateOf(entry)) && image === imageBefore(application.key, entry, deployments)
            ? 'rollBack'
            : 'deploy',
    findings: image === null ? [] : found,
    refusal: entry && !entry.permissions.includes(DEPLOY) ? failure('forbidden') : null,
    longestNote: 1000,
    repeats:
      entry?.image === image
        ? null
        : (here.find(
            (each) => each.environment === environment && each.image === image && each.status === 'completed',
          )?.id ?? null),
    comparable:
      entry !== undefined &&
      entry.image !== null &&
      image !== null &&
      image !== entry.image &&
      image.split(':')[0] === runs,
    configuration: null,
    last: null,
    dryRun: true,
  };
}

export function choicesOf(
  application: Application | undefined,
  environment: string,
  deployments: Deployment[],
  wanted: string | null,
  copied: string | null,
): DeployChoices {
  const entry = application && entryOf(application, environment);
  const running = entry?.image ?? null;
  const below = application && entryOf(application, ORDER[ORDER.indexOf(environment) - 1] ?? '');
  const next = below?.image ?? running ?? application?.image ?? '';
  const repository = repositoryOf(running ?? next);
  const before = entry && isUnwell(stateOf(entry)) ? imageBefore(application.key, entry, deployments) : null;
  const offer = (image: string): OfferedImage => ({
    image,
    tag: ownTag(image),
    name: tagOf(image) ?? '',
    byTag: ownTag(image) !== '' && repositoryOf(image) === repository,
    runsIn: null,
    before: false,
    copied: false,
  });
  const others = new Map<string, OfferedImage>();
  const add = (image: string | null, more: Partial<OfferedImage>) => {
    if (image === null || image === running) return;
    others.set(image, { ...(others.get(image) ?? offer(image)), ...more });
  };
  add(copied, { copied: true });
  for (const each of ORDER)
    if (each !== environment && application) add(entryOf(application, each)?.image ?? null, { runsIn: each });
  const here = deployments.filter(
    (each) =>
      each.applicationKey === application?.key &&
      each.environment === environment &&
      each.status === 'completed',
  );
  add(here.find((each) => each.image === running)?.previousImage ?? null, { before: true });
  for (const each of here) add(each.image, {});
  return {
    repository,
    first: offer(wanted ?? before ?? next),
    goesBack: wanted === null && before !== null,
    others: [...others.values()].slice(0, 6),
  };
}

export function imageOf(wanted: WantedImage): string | null {
  if (wanted.kind === 'image') return wanted.image.trim() === '' ? null : wanted.image.trim();
  const tag = wanted.tag.trim();
  return tag === '' ? null : `${wanted.repository}${tag.startsWith('sha256:') ? '@' : ':'}${tag}`;
}

function repositoryOf(image: string): string {
  return image.replace(/(@[^@]*|:[^:/]*)$/, '');
}

function ownTag(image: string | null): string {
  return /[@:]([^@:/]*|sha256:[^/]*)$/.exec(image ?? '')?.[1] ?? '';
}

function entryOf(application: Application, environment: string): EnvironmentEntry | undefined {
  return application.environments.find((entry) => entry.environment === environment);
}

export function stateOf(entry: EnvironmentEntry): State {
  const words: Record<string, State> = { deploying: 'progress', stopped: 'off', error: 'bad' };
  const health: Record<string, State> = { healthy: 'well', degraded: 'warning', unhealthy: 'bad' };
  return words[entry.status] ?? health[entry.health] ?? 'unknown';
}

export function isUnwell(state: State): boolean {
  return state === 'bad' || state === 'warning';
}

function isUnderWay(deployment: Deployment): boolean {
  return deployment.status === 'pending' || deployment.status === 'running';
}

function standing(
  here: EnvironmentEntry,
  left: EnvironmentEntry | null,
  deployments: Deployment[],
): NonNullable<Cell['place']>['standing'] {
  if (left === null || here.image === null || here.image === left.image) return { kind: 'same' };
  const key = here.image.split('/').at(-1)?.split(':')[0];
  const after = new Set([left.image]);
  for (const each of deployments) {
    if (each.applicationKey !== key || each.environment !== left.environment || each.status !== 'completed')
      continue;
    if (each.image === here.image) return { kind: 'behind', count: after.size };
    after.add(each.image);
  }
  return { kind: 'behind', count: null };
}

export function newestHere(
  key: string,
  entry: EnvironmentEntry,
  deployments: Deployment[],
): Deployment | undefined {
  return deployments.find(
    (each) =>
      each.applicationKey === key &&
      each.environment === entry.environment &&
      each.image === entry.image &&
      each.status === 'completed',
  );
}

function imageBefore(key: string, entry: EnvironmentEntry, deployments: Deployment[]): string | null {
  return newestHere(key, entry, deployments)?.previousImage ?? null;
}

function unwellPlaces(application: Application, deployments: Deployment[]): UnwellPlace[] {
  return application.environments.flatMap((entry) => {
    const state = stateOf(entry);
    if (!isUnwell(state)) return [];
    const answer = answerOf(entry, state, newestHere(application.key, entry, deployments));
    const changed =
      entry.status === 'error' || answer.parts.some(({ fact }) => fact.code === 'afterDeployment');
    const before = changed ? imageBefore(application.key, entry, deployments) : null;
    return [{ application: application.key, environment: stage(entry.environment), state, answer, before }];
  });
}

function promotable(left: EnvironmentEntry | null): string | null {
  return left?.image ? left.environment : null;
}
