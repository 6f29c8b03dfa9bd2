import type { Settings } from '../types';
import { before } from './data';

/** What somebody has chosen so far. */
export function chosen(): Settings {
  return {
    theme: 'system',
    language: 'system',
    times: { zone: null, hours: 'system', exact: false },
    sidebarCollapsed: false,
    starred: ['orders-api', 'pricing', 'storefront', 'invoices'].map((application) => ({
      connection: 'orders',
      application,
    })),
    quiet: false,
    quietHealth: false,
    quietRequests: false,
    quietHours: null,
    closeToTray: false,
    typeToDeploy: false,
    looked: [{ connection: 'orders', at: before(14 * 3_600_000) }],
    views: [],
    columns: [],
    logColumns: [],
    logWrap: false,
    logKeeping: { record: true, days: 7, productionHours: 24, gibibytes: 2 },
    recents: [],
  };
}
