import type { Commands } from '../ipc';
import type { ConnectionView, Diagnostics, Fault } from '../types';
import { before } from './data';

type Diagnosing = Pick<Commands, 'diagnostics' | 'diagnosticsCopy' | 'diagnosticsExport'>;

const faults: Fault[] = [
  { at: before(90_000), code: 'not_found', call: 'GET /api/applications/ledger', requestId: 'req-404' },
  {
    at: before(3_700_000),
    code: 'server_error',
    call: 'GET /api/applications/orders-api/environments/prod/metrics',
    requestId: '7d0c6c2e-5a35-4e57-8f64-2b4f3f9f1c11',
  },
  { at: before(90_000_000), code: 'keyring_locked', call: null, requestId: null },
];

/** What the app says of itself. */
export function diagnosing(connections: ConnectionView[]): Diagnosing {
  const diagnostics = (): Diagnostics => ({
    versions: {
      app: '0.1.0',
      system: 'Linux (Debian GNU/Linux 12), x86_64',
      webview: '2.48.3',
      rust: 'rustc 1.94.0 (4a4ef493e 2026-03-02)',
    },
    connections: connections.map(({ id, name, session }) => {
      const used = session.state === 'signedIn';
      return {
        connection: id,
        name,
        budget: {
          minute: { spent: used ? 14 : 0, limit: 100 },
          hour: { spent: used ? 312 : 0, limit: 1000 },
          windowMinutes: 60,
          limitsTold: used,
          remaining: used ? 604 : null,
          resets: used ? before(-1_500_000) : null,
          barredUntil: null,
          byClass: { interactive: used ? 41 : 0, watched: used ? 248 : 0, background: used ? 23 : 0 },
          othersAnHour: used ? 84 : null,
          stretch: used ? 1.3 : 1,
        },
        faults: used ? faults : [],
      };
    }),
  });
  return {
    diagnostics: () => Promise.resolve(diagnostics()),
    diagnosticsCopy: () => Promise.resolve(null),
    diagnosticsExport: () => Promise.resolve(true),
  };
}
