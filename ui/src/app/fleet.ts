import type { Application, Deployment, EnvironmentEntry } from '../ipc';
import { inOrder } from './environments';
import { compareTags, tagOf } from './image';
import { isUnwell, severity, stateOf, worstState, type State } from './state';

/** How an environment stands to its left neighbour; a count of null: behind, but not known how far. */
export type Standing = { kind: 'same' } | { kind: 'ahead' } | { kind: 'behind'; count: number | null };

export type Cell = {
  environment: string;
  entry: EnvironmentEntry | null;
  state: State;
  tag: string | null;
  standing: Standing;
};

export type FleetRow = { application: Application; state: State; cells: Cell[] };

export type Fleet = { environments: string[]; rows: FleetRow[] };

/** Applications × environments, the unwell first, then by name. */
export function fleetOf(applications: Application[], deployments: Deployment[]): Fleet {
  const environments = inOrder(
    applications.flatMap((application) => application.environments.map((entry) => entry.environment)),
  );
  const known = byPlace(deployments);
  const rows = applications.map((application) => rowOf(application, environments, known));
  return { environments, rows: rows.sort(unwellFirst) };
}

/** Every place that is unwell, the worst first; of one application the furthest environment first. */
export function unwellCells(fleet: Fleet): { row: FleetRow; cell: Cell & { entry: EnvironmentEntry } }[] {
  return fleet.rows
    .flatMap((row) =>
      row.cells.flatMap((cell) =>
        cell.entry && isUnwell(cell.state) ? [{ row, cell: { ...cell, entry: cell.entry } }] : [],
      ),
    )
    .sort(
      (a, b) =>
        severity(a.cell.state) - severity(b.cell.state) ||
        fleet.environments.indexOf(b.cell.environment) - fleet.environments.indexOf(a.cell.environment) ||
        a.row.application.key.localeCompare(b.row.application.key, 'en'),
    );
}

/**
 * How far `here` is behind its left neighbour: the number of distinct images that completed there after the
 * one running here (DESIGN.md, "The request budget").
 */
export function standing(here: string | null, left: string | null, completedLeft: Deployment[]): Standing {
  if (here === null || left === null || here === left) return { kind: 'same' };
  const after = new Set<string>();
  for (const deployment of newestFirst(completedLeft)) {
    if (deployment.image === null) continue;
    if (deployment.image === here) return { kind: 'behind', count: Math.max(1, after.size) };
    after.add(deployment.image);
  }
  const [hereTag, leftTag] = [tagOf(here), tagOf(left)];
  const order = hereTag !== null && leftTag !== null ? compareTags(hereTag, leftTag) : null;
  return order !== null && order > 0 ? { kind: 'ahead' } : { kind: 'behind', count: null };
}

/** Deployments by application and environment. */
export function byPlace(deployments: Deployment[]): Map<string, Deployment[]> {
  const places = new Map<string, Deployment[]>();
  for (const deployment of deployments) {
    const place = placeOf(deployment.applicationKey, deployment.environment);
    const there = places.get(place);
    if (there) there.push(deployment);
    else places.set(place, [deployment]);
  }
  return places;
}

export function placeOf(application: string, environment: string): string {
  return `${application}\n${environment}`;
}

export function newestFirst(deployments: Deployment[]): Deployment[] {
  return [...deployments].sort((a, b) => startOf(b) - startOf(a));
}

function startOf(deployment: Deployment): number {
  return Date.parse(deployment.createdAt ?? deployment.startedAt ?? '') || 0;
}

function rowOf(application: Application, environments: string[], known: Map<string, Deployment[]>): FleetRow {
  let left: EnvironmentEntry | null = null;
  const cells = environments.map((environment): Cell => {
    const entry = application.environments.find((each) => each.environment === environment) ?? null;
    if (!entry) return { environment, entry, state: 'unknown', tag: null, standing: { kind: 'same' } };
    const completed = left
      ? (known.get(placeOf(application.key, left.environment)) ?? []).filter(
          (deployment) => deployment.status === 'completed',
        )
      : [];
    const cell: Cell = {
      environment,
      entry,
      state: stateOf(entry),
      tag: entry.status === 'stopped' ? null : tagOf(entry.image),
      standing:
        entry.status === 'stopped' ? { kind: 'same' } : standing(entry.image, left?.image ?? null, completed),
    };
    if (entry.status !== 'stopped') left = entry;
    return cell;
  });
  return { application, state: worstState(application), cells };
}

function unwellFirst(a: FleetRow, b: FleetRow): number {
  const rank = (row: FleetRow) => (isUnwell(row.state) ? severity(row.state) : 9);
  return rank(a) - rank(b) || a.application.key.localeCompare(b.application.key, 'en');
}
