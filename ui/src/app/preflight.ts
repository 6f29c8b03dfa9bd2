import type { Application, Deployment } from '../ipc';
import { inOrder } from './environments';
import { newestFirst } from './fleet';
import { splitImage, tagOf } from './image';
import { isRunning, type State } from './state';

/** Something to know before a deployment is sent; the words are the page's. */
export type Finding =
  | { kind: 'neverRan' | 'ranBelow' | 'runsBelow'; state: State; tag: string; environment: string }
  | { kind: 'another' | 'noOther' | 'first'; state: State }
  | { kind: 'restart'; state: State; tag: string };

export type Suggestion = { image: string; tag: string; runsIn: string | null; before: boolean };

const MOST_SUGGESTIONS = 6;

/** What is known about deploying this image there. It asks nobody; the server's word comes when it is sent. */
export function preflight(
  application: Application,
  environment: string,
  image: string,
  deployments: Deployment[],
): Finding[] {
  const entry = application.environments.find((each) => each.environment === environment);
  const tag = tagOf(image) ?? image;
  const findings: Finding[] = [];
  if (entry?.image === image) findings.push({ kind: 'restart', state: 'well', tag });
  else {
    const below = leftOf(application, environment);
    if (below) findings.push(ranThere(application, below, image, tag, deployments));
  }
  if (!entry) findings.push({ kind: 'first', state: 'well' });
  const busy = deployments.some((each) => each.environment === environment && isRunning(each.status));
  findings.push(
    busy || entry?.status === 'deploying'
      ? { kind: 'another', state: 'bad' }
      : { kind: 'noOther', state: 'well' },
  );
  return findings;
}

/** Images that could be meant: what runs elsewhere, then what ran here before. */
export function suggestions(
  application: Application,
  environment: string,
  deployments: Deployment[],
): Suggestion[] {
  const running = application.environments.find((each) => each.environment === environment)?.image ?? null;
  const found = new Map<string, Suggestion>();
  const add = (image: string | null, more: Partial<Suggestion>) => {
    const tag = tagOf(image);
    if (image === null || tag === null || image === running) return;
    const known = found.get(image) ?? { image, tag, runsIn: null, before: false };
    found.set(image, { ...known, ...more });
  };
  const order = inOrder(application.environments.map((each) => each.environment));
  for (const other of order) {
    if (other === environment) continue;
    add(application.environments.find((each) => each.environment === other)?.image ?? null, {
      runsIn: other,
    });
  }
  const here = newestFirst(deployments).filter((each) => each.environment === environment);
  const current = here.find((each) => each.image === running && each.status === 'completed');
  add(current?.previousImage ?? null, { before: true });
  for (const each of here) if (each.status === 'completed') add(each.image, {});
  return [...found.values()].slice(0, MOST_SUGGESTIONS);
}

/** What the form begins with: the next image of the stage below where it differs, else what runs here. */
export function firstImage(application: Application, environment: string): string {
  const entry = application.environments.find((each) => each.environment === environment);
  const below = leftOf(application, environment);
  const next = application.environments.find((each) => each.environment === below)?.image;
  return next ?? entry?.image ?? application.image ?? '';
}

/** The repository that a tag is put to. */
export function baseImage(application: Application, environment: string): string {
  const here = application.environments.find((each) => each.environment === environment)?.image;
  return splitImage(here ?? firstImage(application, environment)).repository;
}

function ranThere(
  application: Application,
  below: string,
  image: string,
  tag: string,
  deployments: Deployment[],
): Finding {
  const runs = application.environments.some((each) => each.environment === below && each.image === image);
  if (runs) return { kind: 'runsBelow', state: 'well', tag, environment: below };
  const ran = deployments.some(
    (each) => each.environment === below && each.image === image && each.status === 'completed',
  );
  return ran
    ? { kind: 'ranBelow', state: 'well', tag, environment: below }
    : { kind: 'neverRan', state: 'warning', tag, environment: below };
}

function leftOf(application: Application, environment: string): string | null {
  const order = inOrder([...application.environments.map((each) => each.environment), environment]);
  return order[order.indexOf(environment) - 1] ?? null;
}
