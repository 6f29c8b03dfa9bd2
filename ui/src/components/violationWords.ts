import { i18n } from '../i18n/i18n';
import type { Violation } from '../ipc';

/** Shapes that people have words for; any other is told as the pattern that it is. */
const SHAPES = new Map([
  ['key', 'shapes.key'],
  ['variable', 'shapes.variable'],
]);

/** The words for a broken rule. */
export function violationWords({ code, params }: Violation): string {
  const shape = SHAPES.get(params['shape'] ?? '');
  return String(i18n.t((shape ?? `violations.${code}`) as never, params as never));
}
