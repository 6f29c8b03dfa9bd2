import type { Preflight } from '../ipc';

/** What is known before a deployment to an environment, where that is nothing else. */
export function preflightIn(environment: string, change: Partial<Preflight> = {}): Preflight {
  return {
    environment: { key: environment, name: environment, production: environment === 'prod' },
    image: null,
    tag: '',
    effect: 'deploy',
    findings: [],
    refusal: null,
    repeats: null,
    configuration: null,
    last: null,
    comparable: false,
    dryRun: true,
    longestNote: 1000,
    ...change,
  };
}
