import { useTranslation } from 'react-i18next';
import styles from './DeployPanel.module.css';

/** What is known to change, where the instance cannot say it itself. */
export function OwnComparison({ before, after }: { before: string | null; after: string }) {
  const { t } = useTranslation();
  if (before === after) return <p className={styles.dim}>{t('deploy.ownNothing')}</p>;
  return (
    <>
      <p className={styles.dim}>{t('deploy.own')}</p>
      <table className={styles.changes} aria-label={t('deploy.ownChanges')}>
        <tbody>
          <tr>
            <th scope="row">{t('deploy.image')}</th>
            <td>
              <del>{before ?? t('deploy.nothingThere')}</del> <ins>{after}</ins>
            </td>
          </tr>
        </tbody>
      </table>
    </>
  );
}
