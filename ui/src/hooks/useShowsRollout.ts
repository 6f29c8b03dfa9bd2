import { useEffect } from 'react';
import { showRollout, type Rollout } from '../app/rollouts';

/** This page shows a rollout for as long as it is in front: it needs no place in the status bar meanwhile. */
export function useShowsRollout(rollout: Rollout | null): void {
  const id = rollout?.id ?? null;
  useEffect(() => (id === null ? undefined : showRollout(id)), [id]);
}
