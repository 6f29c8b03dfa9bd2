import { useTranslation } from 'react-i18next';
import type { Finding } from '../ipc';
import styles from './DeployPanel.module.css';

type Props = { before: string | null; after: string; findings: Finding[] };

/** What is known to change, where the instance cannot say it itself. */
export function OwnComparison({ before, after, findings }: Props) {
  const { t } = useTranslation();
  const names = findings.flatMap((each) => (each.kind === 'configurationChanged' ? each.names : []));
  if (before === after && names.length === 0) return <p className={styles.dim}>{t('deploy.ownNothing')}</p>;
  return (
    <>
      <p className={styles.dim}>{t('deploy.own')}</p>
      <table className={styles.changes} aria-label={t('deploy.ownChanges')}>
        <tbody>
          {before !== after && (
            <tr>
              <th scope="row">{t('deploy.image')}</th>
              <td>
                <del>{before ?? t('deploy.nothingThere')}</del> <ins>{after}</ins>
              </td>
            </tr>
          )}
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{t('deploy.ownConfiguration')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
