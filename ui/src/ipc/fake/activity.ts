import type { Activity, ActivityChange, Application, Deployment } from '../types';
import { isUnwell, stateOf } from './fleet';
import { stage } from './parts';

/** What changed since a moment. */
export function activityOf(
  applications: Application[],
  deployments: Deployment[],
  since: string | null,
): Activity {
  const deployed = deployments.map((each): ActivityChange => ({
    at: each.completedAt ?? each.createdAt ?? '',
    application: each.applicationKey,
    environment: stage(each.environment),
    what: {
      kind: 'deployed',
      deployment: each.id,
      status: each.status,
      from: each.previousImage,
      to: each.image,
      by: each.requestedBy,
    },
  }));
  const unwell = applications.flatMap((application) =>
    application.environments.flatMap((entry): ActivityChange[] => {
      const state = stateOf(entry);
      if (!isUnwell(state) || entry.healthSince === null) return [];
      return [
        {
          at: entry.healthSince,
          application: application.key,
          environment: stage(entry.environment),
          what: { kind: 'health', state, message: entry.healthMessage },
        },
      ];
    }),
  );
  const all = [...deployed, ...unwell].sort((a, b) => b.at.localeCompare(a.at));
  const changes = all.filter(({ at }) => since === null || at > since);
  return {
    changes,
    count: changes.length,
    earlier: all.slice(changes.length).slice(0, Math.max(0, 20 - changes.length)),
  };
}
