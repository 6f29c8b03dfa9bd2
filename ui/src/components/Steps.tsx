import { useTranslation } from 'react-i18next';
import { deploymentState } from '../app/state';
import { useNow } from '../hooks/useNow';
import { between } from '../i18n/format';
import type { DeploymentStep } from '../ipc';
import { Shape } from './Shape';
import styles from './Steps.module.css';

/** The steps of a deployment, each with how long it took or takes, and its words unless they were said already. */
export function Steps({
  steps,
  said,
  ended,
}: {
  steps: DeploymentStep[];
  said: string | null;
  /** The deployment has ended: what waits will not come. */
  ended: boolean;
}) {
  const { t } = useTranslation();
  const now = new Date(useNow(1)).toISOString();
  if (steps.length === 0) return <p className={styles.none}>{t('steps.none')}</p>;
  return (
    <ol className={styles.steps} aria-label={t('steps.label')}>
      {steps.map((step) => (
        <li key={step.name} className={styles.step} data-waiting={isAhead(step)}>
          {isAhead(step) && ended ? (
            <Shape state="off" />
          ) : (
            <Shape state={isAhead(step) ? 'unknown' : deploymentState(step.status)} labelled />
          )}
          <span className={styles.words}>
            {step.name}
            {step.message !== null && !repeats(step.message, said) && (
              <span className={styles.message}>{step.message}</span>
            )}
          </span>
          <span className={styles.time}>
            {isAhead(step) && ended
              ? t('steps.notReached')
              : step.startedAt !== null && between(step.startedAt, step.completedAt ?? now)}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Whether a step has not begun. */
function isAhead({ status }: DeploymentStep): boolean {
  return status === 'pending' || status === 'skipped';
}

/** Whether a step's words are the whole's, or a part of them. */
function repeats(message: string, said: string | null): boolean {
  return said !== null && said.includes(message.trim().replace(/\.$/, ''));
}
