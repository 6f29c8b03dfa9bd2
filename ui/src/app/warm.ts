import { bring } from './early/pages';

/** What is needed first after the first page, in the order in which it is. */
const NEXT: (() => Promise<unknown>)[] = [
  () => import('./LayerHost'),
  bring.application,
  bring.applicationNow,
  bring.applicationLogs,
  () => import('../components/DeployPanel'),
  bring.applications,
  bring.applicationDeployments,
];

/** Loads what the first page did not need, so that the first click waits for nothing; one by one, as what is done then goes first. */
export async function warm(): Promise<void> {
  for (const load of NEXT) {
    // One that cannot be loaded now is asked for again, and says so, when its page is opened.
    await load().catch(() => undefined);
  }
}
