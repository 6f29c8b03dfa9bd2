import { useTranslation } from 'react-i18next';
import { rolloutCounts, stopRollout, type Rollout } from '../app/rollouts';
import { Button } from './Button';

/** Sends nothing more of what is under way, as long as there is more. */
export function StopRollout({ rollout }: { rollout: Rollout }) {
  const { t } = useTranslation();
  const { turn, total } = rolloutCounts(rollout);
  if (rollout.phase === 'done' || turn >= total) return null;
  return (
    <Button
      aria-disabled={rollout.stopped}
      onClick={() => {
        stopRollout(rollout.id);
      }}
    >
      {t(rollout.stopped ? 'rollout.stopping' : 'rollout.stop')}
    </Button>
  );
}
