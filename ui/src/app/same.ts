import { hashKey } from '@tanstack/react-query';

/** Whether two values that came over the wire, or are made of what did, say the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return one === other || hashKey([one]) === hashKey([other]);
}
