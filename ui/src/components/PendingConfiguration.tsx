import { useTranslation } from 'react-i18next';
import type { PendingChanges } from '../ipc';
import styles from './DeployPanel.module.css';

/** What of the configuration takes effect with a deployment, by value where there is one to show. */
export function PendingConfiguration({ difference: { total, items } }: { difference: PendingChanges }) {
  const { t } = useTranslation();
  const said =
    items.length === 0 ? t('deploy.noDifference') : t('deploy.differ', { count: items.length, total });
  return (
    <section className={styles.section}>
      <h3 className={styles.inline}>{t('deploy.configuration')}</h3>{' '}
      <span className={styles.dim}>{said}</span>
      {items.length > 0 && (
        <table className={styles.changes} aria-label={t('deploy.configuration')}>
          <tbody>
            {items.map(({ name, secret, before, after }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  {secret ? (
                    <span className={styles.dim}>{t('deploy.secretDiffers')}</span>
                  ) : (
                    <>
                      <del>{before ?? t('deploy.nothingThere')}</del>{' '}
                      <ins>{after ?? t('deploy.nothingThere')}</ins>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
