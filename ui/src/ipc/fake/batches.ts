import type { Commands } from '../ipc';
import type { Application, FieldChange, Merged, Value } from '../types';
import { failure, stage } from './parts';

type Batches = Pick<Commands, 'batchReview' | 'mergeChanges' | 'manifestPlain'>;

const READ_ONLY = ['environments', 'status', 'url', 'createdAt', 'updatedAt'];

/** The same for several applications, and two changes of a document; the rules themselves stand in Rust. */
export function batches(applications: Application[]): Batches {
  const there = (key: string, environment: string) =>
    applications
      .find((each) => each.key === key)
      ?.environments.find((each) => each.environment === environment);
  return {
    batchReview: (_, environment, keys, act) =>
      Promise.resolve({
        environment: stage(environment),
        items: keys.map((application) => {
          const entry = there(application, environment);
          const running = entry?.image ?? null;
          const image =
            act.kind === 'restart'
              ? running
              : act.tag === ''
                ? null
                : `${running?.split(':')[0] ?? application}:${act.tag}`;
          const busy = entry?.status === 'deploying';
          return {
            application,
            running,
            image,
            findings: busy
              ? [{ kind: 'another', state: 'bad', tag: '', names: [], environment: stage(environment) }]
              : [],
            refusal:
              image === null
                ? failure(act.kind === 'restart' ? 'nothing_there' : 'no_image')
                : entry && !entry.permissions.includes('applications:deploy')
                  ? failure('forbidden', { params: { permission: 'applications:deploy' } })
                  : null,
          };
        }),
      }),
    mergeChanges: (base, mine, theirs, choices) =>
      Promise.resolve(merged(base as Fields, mine as Fields, theirs as Fields, choices)),
    manifestPlain: (manifest) =>
      Promise.resolve(
        Object.fromEntries(Object.entries(manifest).filter(([name]) => !READ_ONLY.includes(name))),
      ),
  };
}

type Fields = Record<string, Value | undefined>;

/** Field by field of the document itself, which is enough for a page. */
function merged(base: Fields, mine: Fields, theirs: Fields, choices: Record<string, unknown>): Merged {
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  const value: Record<string, Value> = {};
  const changes: FieldChange[] = [];
  for (const path of new Set([...Object.keys(base), ...Object.keys(mine), ...Object.keys(theirs)])) {
    const [was, ours, others] = [base[path], mine[path], theirs[path]];
    const by = same(ours, others)
      ? 'both'
      : same(ours, was)
        ? 'theirs'
        : same(others, was)
          ? 'mine'
          : 'collision';
    const chosen = by === 'collision' ? ((choices[path] as FieldChange['chosen']) ?? null) : null;
    const taken = by === 'mine' || by === 'both' || chosen === 'mine' ? ours : others;
    if (taken !== undefined) value[path] = taken;
    if (same(ours, others) && same(ours, was)) continue;
    changes.push({ path, before: was ?? null, mine: ours ?? null, theirs: others ?? null, by, chosen });
  }
  return { value, changes };
}
