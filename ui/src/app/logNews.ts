import type { Deployment, LogPattern, State } from '../ipc';
import { tagOf } from './image';
import { LAST } from './logFilter';

/** What Rust puts in the place of what differs from one message to the next. */
const MASK = '<*>';

/** A pattern in pieces: as it is written, and masked. */
export function maskedPieces(text: string): { text: string; masked: boolean }[] {
  return text
    .split(MASK)
    .flatMap((piece, at) =>
      at === 0
        ? [{ text: piece, masked: false }]
        : [
            { text: '…', masked: true },
            { text: piece, masked: false },
          ],
    )
    .filter((piece) => piece.text !== '');
}

/** A pattern as it is shown, in one piece. */
export function shownPattern(text: string): string {
  return maskedPieces(text)
    .map((piece) => piece.text)
    .join('');
}

/** How bad lines of a level are, as a shape; null where nothing is bad about them. */
export function levelState(level: string): State | null {
  if (level === 'error') return 'bad';
  return level === 'warn' ? 'warning' : null;
}

/** The worst first; of those that are as bad, what most lines have. */
export function worstFirst(patterns: LogPattern[]): LogPattern[] {
  return [...patterns].sort(
    (one, other) => badness(one.level) - badness(other.level) || (other.count ?? 0) - (one.count ?? 0),
  );
}

/** What is bad comes before what is not, which is all the same. */
function badness(level: string): number {
  const at = ['error', 'warn'].indexOf(level);
  return at < 0 ? 2 : at;
}

/** One of each pattern and level. */
export function patternKey({ level, text }: Pick<LogPattern, 'level' | 'text'>): string {
  return `${level} ${text}`;
}

/** When a deployment began, or was asked for; null where nobody knows. */
export function beginOf({ startedAt, createdAt }: Deployment): string | null {
  return startedAt ?? createdAt;
}

/** The time that is meant, of deployments the newest first; null where there is none. */
export function sinceIn(deployments: Deployment[], since: string): string | null {
  if (since !== LAST) return since;
  return deployments.map(beginOf).find((time) => time !== null) ?? null;
}

/** What a deployment brought, in a word; null where its image has no name. */
export function broughtBy({ image }: Deployment): string | null {
  return tagOf(image) ?? null;
}
