import { useTranslation } from 'react-i18next';
import { healthState } from '../app/state';
import type { Health } from '../ipc';
import styles from './Checks.module.css';
import { Shape } from './Shape';

type Check = Health['checks'][number];

/** What the last probe saw, check by check, but for the words of the one that stand above already. */
export function Checks({ checks, said }: { checks: Check[]; said: Check | undefined }) {
  const { t } = useTranslation();
  if (checks.length === 0) return <p className={styles.none}>{t('now.noChecks')}</p>;
  return (
    <table className={styles.checks} aria-label={t('now.checks')}>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t('now.check')}</th>
          <th scope="col">{t('now.checkState')}</th>
          <th scope="col">{t('now.latency')}</th>
          <th scope="col">{t('now.message')}</th>
        </tr>
      </thead>
      <tbody>
        {checks.map((check) => {
          const state = healthState(check.status);
          return (
            <tr key={check.name}>
              <th scope="row">{check.name}</th>
              <td>
                <span className={styles.state}>
                  <Shape state={state} />
                  {state === 'unknown' ? check.status : t(`state.${state}`)}
                </span>
              </td>
              <td className={styles.latency}>
                {check.latencyMs !== null && t('now.milliseconds', { value: Math.round(check.latencyMs) })}
              </td>
              <td className={styles.message}>{check === said ? null : check.message}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
