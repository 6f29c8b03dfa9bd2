import type { Commands } from '../ipc';
import type {
  Answer,
  AnswerPart,
  Application,
  Deployment,
  EnvironmentEntry,
  Health,
  Reading,
  State,
} from '../types';
import { newestHere, stateOf } from './fleet';

/** The answers of invented applications: what Rust would make of the same. */
export function answers(
  applications: Application[],
  deployments: Deployment[],
  healthOf: Commands['health'],
  reading: <T>(value: T) => Promise<Reading<T>>,
): Pick<Commands, 'answer'> {
  return {
    answer: async (id, key, environment) => {
      const application = applications.find((each) => each.key === key);
      const entry = application?.environments.find((each) => each.environment === environment);
      if (!entry) return reading(null);
      const made = newestHere(key, entry, deployments);
      const health = await healthOf(id, key, environment);
      return reading(answerOf(entry, stateOf(entry), made, health.value));
    },
  };
}

export function answerOf(
  entry: EnvironmentEntry,
  state: State,
  made: Deployment | undefined,
  health?: Health,
): Answer {
  const since = entry.healthSince;
  const plain = (kind: Answer['kind'], ...parts: AnswerPart[]): Answer => ({ kind, state, since, parts });
  if (state === 'well') return plain('well', { fact: { code: 'well' }, evidence: null });
  if (state === 'off') return plain('stopped', { fact: { code: 'stopped' }, evidence: null });
  if (state === 'unknown') return plain('unknown', { fact: { code: 'unknown' }, evidence: null });
  if (state === 'progress')
    return plain('deploying', {
      fact: { code: 'deploying', from: null, to: entry.image, progress: null },
      evidence: null,
    });
  const check = health?.checks.find((each) => each.status !== 'healthy');
  const words = entry.healthMessage;
  const what: AnswerPart[] = check
    ? [
        {
          fact: { code: 'check', name: check.name, message: check.message },
          evidence: { kind: 'check', name: check.name },
        },
      ]
    : words === null
      ? []
      : [{ fact: { code: 'says', words }, evidence: null }];
  const done = made?.completedAt ?? null;
  const soon = Date.parse(since ?? '') - Date.parse(done ?? '');
  const after: AnswerPart[] =
    made && done !== null && since !== null && soon >= 0 && soon < 3_600_000
      ? [
          {
            fact: {
              code: 'afterDeployment',
              from: made.previousImage,
              to: made.image,
              at: done,
              began: since,
            },
            evidence: { kind: 'deployment', id: made.id },
          },
        ]
      : [];
  const how: AnswerPart =
    entry.status === 'error'
      ? { fact: { code: 'stoppedWithError' }, evidence: null }
      : {
          fact: { code: 'health', state, since },
          evidence: since === null ? null : { kind: 'span', from: since },
        };
  return plain(check ? 'failingCheck' : 'unwell', how, ...what, ...after);
}
