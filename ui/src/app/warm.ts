/** Loads what the first page did not need, so that the first click waits for nothing. */
export function warm(): void {
  const pages = [
    () => import('../pages/Application'),
    () => import('../pages/ApplicationNow'),
    () => import('../pages/ApplicationLogs'),
    () => import('../pages/ApplicationDeployments'),
    () => import('../components/DeployPanel'),
    () => import('../pages/Applications'),
    () => import('../pages/Deployments'),
    () => import('../pages/Environments'),
    () => import('../pages/Settings'),
    () => import('../pages/Welcome'),
  ];
  // One that cannot be loaded now is asked for again, and says so, when its page is opened.
  for (const load of pages) load().catch(() => undefined);
}
