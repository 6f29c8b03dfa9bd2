import type { Application, Deployment } from '../ipc';
import { newestFirst } from './deployments';
import { splitImage, tagOf } from './image';

export type Suggestion = {
  image: string;
  tag: string;
  runsIn: string | null;
  before: boolean;
  /** It is on the clipboard. */
  copied: boolean;
};

/** The environments in the order of a release. */
type Order = (environments: string[]) => string[];

const MOST_SUGGESTIONS = 6;

/** Images that could be meant: what is on the clipboard, what runs elsewhere, then what ran here before. */
export function suggestions(
  application: Application,
  environment: string,
  deployments: Deployment[],
  inOrder: Order,
  copied: string | null,
): Suggestion[] {
  const running = application.environments.find((each) => each.environment === environment)?.image ?? null;
  const found = new Map<string, Suggestion>();
  const add = (image: string | null, more: Partial<Suggestion>) => {
    const tag = tagOf(image);
    if (image === null || tag === null || image === running) return;
    const known = found.get(image) ?? { image, tag, runsIn: null, before: false, copied: false };
    found.set(image, { ...known, ...more });
  };
  add(copied, { copied: true });
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
export function firstImage(application: Application, environment: string, inOrder: Order): string {
  const entry = application.environments.find((each) => each.environment === environment);
  const below = leftOf(application, environment, inOrder);
  const next = application.environments.find((each) => each.environment === below)?.image;
  return next ?? entry?.image ?? application.image ?? '';
}

/** The repository that a tag is put to. */
export function baseImage(application: Application, environment: string, inOrder: Order): string {
  const here = application.environments.find((each) => each.environment === environment)?.image;
  return splitImage(here ?? firstImage(application, environment, inOrder)).repository;
}

function leftOf(application: Application, environment: string, inOrder: Order): string | null {
  const order = inOrder([...application.environments.map((each) => each.environment), environment]);
  return order[order.indexOf(environment) - 1] ?? null;
}
