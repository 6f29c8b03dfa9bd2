import { useTranslation } from 'react-i18next';
import type { Comparison } from '../ipc';
import styles from './Compare.module.css';
import table from './Table.module.css';

/** The items of two configurations that are not the same: what each was, what it is, and how it differs in a word. */
export function ComparedItems({ items }: { items: Comparison['items'] }) {
  const { t } = useTranslation();
  return (
    <table className={`${table.table ?? ''} ${styles.items ?? ''}`} aria-label={t('compare.configuration')}>
      <thead>
        <tr>
          <th scope="col">{t('configuration.name')}</th>
          <th scope="col">{t('compare.older')}</th>
          <th scope="col">{t('compare.newer')}</th>
          <th scope="col">{t('configuration.stateTitle')}</th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ name, kind, before, after }) => (
          <tr key={name} data-kind={kind}>
            <th scope="row">{name}</th>
            {kind === 'incomparable' ? (
              <td colSpan={3} className={styles.dim}>
                {t('compare.incomparable')}
              </td>
            ) : (
              <>
                <td>
                  <Value text={before} absent={kind === 'added'} was />
                </td>
                <td>
                  <Value text={after} absent={kind === 'removed'} />
                </td>
                <td>
                  <span className={styles.mark}>{t(`configuration.state.${kind}`)}</span>
                </td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A value as it is; what is none is said in words, and is nothing that was taken away or added. */
function Value({ text, absent, was = false }: { text: string | null; absent: boolean; was?: boolean }) {
  const { t } = useTranslation();
  if (absent) return <span className={styles.dim}>{t('compare.notSet')}</span>;
  const shown =
    text === null ? (
      <span className={styles.dim}>{t('compare.secret')}</span>
    ) : text === '' ? (
      <span className={styles.dim}>{t('configuration.setting.empty')}</span>
    ) : (
      text
    );
  return was ? <del>{shown}</del> : <ins>{shown}</ins>;
}
