import { i18n } from '../i18n/i18n';
import type { Violation } from '../ipc';

/** The words for a broken rule. */
export function violationWords({ code, params }: Violation): string {
  return String(i18n.t(`violations.${code}` as never, params as never));
}
