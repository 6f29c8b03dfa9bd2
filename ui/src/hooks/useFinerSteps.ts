import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { View } from '../app/timeline';
import { commands, finerKey, type FinerSteps, type TimeRange } from '../ipc';

/** A part is asked for once it rests, in milliseconds: each costs a request. */
const RESTS = 400;

/**
 * The part of a timeline that is looked at in finer steps, where there are any; null before they have come. It is
 * asked for once: what was measured then stays as it is.
 */
export function useFinerSteps(
  connection: string,
  application: string,
  environment: string,
  range: TimeRange | null,
  part: View | null,
): FinerSteps | null {
  const [rested, rest] = useState<View | null>(null);
  useEffect(() => {
    if (part === null) return undefined;
    const timer = setTimeout(() => {
      rest(part);
    }, RESTS);
    return () => {
      clearTimeout(timer);
    };
  }, [part]);
  const wanted = part !== null && rested === part ? part : null;
  const [from, to] = [iso(wanted?.from ?? 0), iso(wanted?.to ?? 0)];
  const { data } = useQuery({
    queryKey: finerKey(connection, application, environment, range, from, to),
    queryFn: () => commands.timelineFiner(connection, application, environment, range ?? 'hour', from, to),
    enabled: wanted !== null && range !== null,
  });
  return wanted === null ? null : (data ?? null);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
