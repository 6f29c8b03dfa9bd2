import type { Deployment } from '../ipc';

export function newestFirst(deployments: Deployment[]): Deployment[] {
  return [...deployments].sort((a, b) => startOf(b) - startOf(a));
}

function startOf(deployment: Deployment): number {
  return Date.parse(deployment.createdAt ?? deployment.startedAt ?? '') || 0;
}
