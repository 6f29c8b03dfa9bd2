const STAGES = ['local', 'dev', 'development', 'test', 'qa', 'uat', 'staging', 'stage', 'pre', 'preprod'];
const PRODUCTION = ['prod', 'pro', 'production'];

/** Whether what is written there is written to production. */
export function isProduction(environment: string): boolean {
  return PRODUCTION.includes(environment);
}

/** How an environment is called on screen. */
export function environmentName(environment: string): string {
  return isProduction(environment) ? 'PROD' : environment;
}

/** The way of a release: known stages in their order, unknown ones by name after them, production last. */
export function inOrder(environments: Iterable<string>): string[] {
  return [...new Set(environments)].sort((a, b) => stage(a) - stage(b) || a.localeCompare(b, 'en'));
}

function stage(environment: string): number {
  if (isProduction(environment)) return STAGES.length + 1;
  const known = STAGES.indexOf(environment);
  return known < 0 ? STAGES.length : known;
}
