import { useTranslation } from 'react-i18next';
import { healthState } from '../app/state';
import type { Health, PlaceHealth } from '../ipc';
import styles from './Checks.module.css';
import { Shape } from './Shape';
import { probeWords } from './timelineWords';

type Props = {
  checks: Health['checks'];
  /** Those whose words stand above already. */
  said: string[];
  /** How it is probed, once that is known. */
  probe: PlaceHealth['probe'] | undefined;
};

/** By which a check is found on its page. */
export function checkId(name: string): string {
  return `check ${name}`;
}

/** What the last probe saw, check by check, and how it is probed. */
export function Checks({ checks, said, probe }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.place}>
      {checks.length === 0 && <p className={styles.dim}>{t('now.noChecks')}</p>}
      <ul className={styles.checks} aria-label={t('now.checks')}>
        {checks.map((check) => {
          const state = healthState(check.status);
          return (
            <li key={check.name} id={checkId(check.name)} tabIndex={-1} className={styles.check}>
              <Shape state={state} />
              <code>{check.name}</code>
              {state !== 'well' && <span>{state === 'unknown' ? check.status : t(`state.${state}`)}</span>}
              {state === 'well' && <span className="visually-hidden">{t('state.well')}</span>}
              {check.latencyMs !== null && (
                <span className={styles.dim}>
                  {t('now.milliseconds', { value: Math.round(check.latencyMs) })}
                </span>
              )}
              {!said.includes(check.name) && check.message !== null && (
                <span className={styles.message}>{check.message}</span>
              )}
            </li>
          );
        })}
      </ul>
      {probe && (probe.path !== null || probe.intervalSeconds !== null) && (
        <span className={styles.dim}>{t('now.probed', { how: probeWords(probe, t) })}</span>
      )}
    </div>
  );
}
