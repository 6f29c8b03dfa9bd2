import { useTranslation } from 'react-i18next';
import { isSecret } from '../app/configuration';
import type { Translate } from '../i18n/i18n';
import type { EditedItem, ItemDifference } from '../ipc';
import styles from './ConfigurationDifferences.module.css';
import { locationWord } from './ConfigurationRow';

/** What changes, an item each. Of a secret only that it does. */
export function ConfigurationDifferences({ differences }: { differences: ItemDifference[] }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.list} aria-label={t('configuration.differences')}>
      {differences.map((difference) => (
        <li key={difference.name} className={styles.item} data-kind={difference.kind}>
          <p className={styles.head}>
            <span className={styles.mark}>{t(`configuration.state.${difference.kind}`)}</span>
            <span className={styles.name}>{difference.name}</span>
          </p>
          <Lines difference={difference} />
        </li>
      ))}
    </ul>
  );
}

function Lines({ difference: { kind, before, after, parts } }: { difference: ItemDifference }) {
  const { t } = useTranslation();
  if (kind !== 'changed' || !before || !after) {
    const item = after ?? before;
    if (!item) return null;
    return isSecret(item) ? (
      <p className={styles.words}>{goneOrNew(item, kind === 'removed', t)}</p>
    ) : (
      <Value text={item.value ?? ''} was={kind === 'removed'} />
    );
  }
  const has = (part: (typeof parts)[number]) => parts.includes(part);
  const relocated = has('location');
  return (
    <>
      {relocated && (
        <p className={styles.words}>
          {t('configuration.relocated', {
            before: locationWord(before.location, t),
            after: locationWord(after.location, t),
          })}
        </p>
      )}
      {(has('value') || relocated) && !isSecret(before) && <Value text={before.value ?? ''} was />}
      {(has('value') || relocated) && !isSecret(after) && <Value text={after.value ?? ''} />}
      {has('secret') && (
        <p className={styles.words}>
          {t(before.isSet === true ? 'configuration.willBeReplaced' : 'configuration.willBeSet')}
        </p>
      )}
      {relocated && isSecret(after) && after.held === null && (
        <p className={styles.words}>{t('configuration.newUnset')}</p>
      )}
      {has('required') && (
        <p className={styles.words}>
          {t(after.required ? 'configuration.becomesRequired' : 'configuration.notRequiredAnyMore')}
        </p>
      )}
      {has('input') && <p className={styles.words}>{t('configuration.inputChanged')}</p>}
    </>
  );
}

/** A value as it is, its line ends too. */
export function Value({ text, was = false }: { text: string; was?: boolean }) {
  const { t } = useTranslation();
  const shown = text === '' ? <span className={styles.dim}>{t('configuration.setting.empty')}</span> : text;
  return was ? <del className={styles.value}>{shown}</del> : <ins className={styles.value}>{shown}</ins>;
}

function goneOrNew(item: EditedItem, gone: boolean, t: Translate): string {
  if (gone) return t(item.isSet === true ? 'configuration.secretGoes' : 'configuration.unsetGoes');
  return t(item.held !== null ? 'configuration.willBeSet' : 'configuration.newUnset');
}
