import type { CommandError } from '../ipc';

/** What lies on the way to an instance; anything else is said by itself. */
const ON_THE_WAY = [
  'offline',
  'timeout',
  'tls',
  'proxy_failed',
  'proxy_unreachable',
  'not_miso',
  'discovery_failed',
  'too_large',
];

/** Whether the doctor can look into it. */
export function canBeExamined(error: CommandError): boolean {
  return ON_THE_WAY.includes(error.code);
}
