import type { Commands } from '../ipc';
import type { Application, CommandError, Value } from '../types';
import { failure } from './parts';

const READ_ONLY = ['environments', 'status', 'url', 'createdAt', 'updatedAt'];

type Manifests = Pick<
  Commands,
  | 'manifest'
  | 'manifestCheck'
  | 'applicationShow'
  | 'applicationCreate'
  | 'applicationUpdate'
  | 'applicationDelete'
>;

/** Applications that are made, changed and deleted; the rules themselves stand in Rust. */
export function manifests(
  applications: Application[],
  refuse: (error: CommandError) => Promise<never>,
  answer: <T>(value: T) => Promise<T>,
): Manifests {
  const find = (key: string) => applications.find((each) => each.key === key);
  return {
    manifestCheck: () => answer([]),
    manifest: (_, key) => {
      const found = find(key);
      if (!found) return refuse(failure('not_found'));
      const told = Object.entries(found).filter(([name]) => !READ_ONLY.includes(name));
      return answer({ value: Object.fromEntries(told) as Value, version: '"1"' });
    },
    applicationShow: () => answer(null),
    applicationCreate: (_, manifest) => {
      const made = { ...(manifest as unknown as Application), environments: [], status: 'stopped' };
      if (find(made.key)) return refuse(failure('conflict', { requestId: 'req-409' }));
      applications.push(made);
      return answer(made);
    },
    applicationUpdate: (_, key, manifest) => {
      const found = find(key);
      if (!found) return refuse(failure('not_found'));
      Object.assign(found, manifest);
      return answer({ value: manifest, version: '"2"' });
    },
    applicationDelete: (_, key) => {
      const at = applications.findIndex((each) => each.key === key);
      if (at < 0) return refuse(failure('not_found'));
      applications.splice(at, 1);
      return answer(null);
    },
  };
}
