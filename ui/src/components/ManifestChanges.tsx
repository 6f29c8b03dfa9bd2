import { useTranslation } from 'react-i18next';
import { isSecretPath, masked, type Json } from '../app/manifest';
import type { Translate } from '../i18n/i18n';
import type { FieldChange, Merged, Side } from '../ipc';
import styles from './ManifestChanges.module.css';

type Props = {
  merged: Merged;
  /** Versions in which it can be looked up what is a secret. */
  versions: Json[];
  choose: (path: string, side: Side) => void;
  disabled: boolean;
};

/** What differs, by whom: what collides first, to be chosen; then what somebody else changed, then one's own. */
export function ManifestChanges({ merged, versions, choose, disabled }: Props) {
  const { t } = useTranslation();
  const of = (...by: FieldChange['by'][]) => merged.changes.filter((change) => by.includes(change.by));
  const words = (change: FieldChange, side: 'before' | 'mine' | 'theirs') => {
    const value = change[side] as Json | undefined;
    if (isSecretPath(change.path, ...versions) && typeof value === 'string') return t('manifest.hidden');
    return valueWords(value, t);
  };
  const colliding = of('collision');
  const theirs = of('theirs');
  const mine = of('mine', 'both');
  return (
    <div className={styles.changes}>
      {colliding.length > 0 && (
        <section aria-label={t('conflict.collisions')}>
          <h2 className={styles.heading}>{t('conflict.collisions')}</h2>
          {colliding.map((change) => (
            <fieldset key={change.path} className={styles.collision} disabled={disabled}>
              <legend className={styles.path}>{change.path}</legend>
              <p className={styles.before}>
                {t('conflict.was')} <code>{words(change, 'before')}</code>
              </p>
              {(['mine', 'theirs'] as const).map((side) => (
                <label key={side} className={styles.side}>
                  <input
                    type="radio"
                    name={change.path}
                    checked={change.chosen === side}
                    onChange={() => {
                      choose(change.path, side);
                    }}
                  />
                  <span className={styles.whose}>{t(`conflict.${side}`)}</span>
                  <code>{words(change, side)}</code>
                </label>
              ))}
            </fieldset>
          ))}
        </section>
      )}
      {theirs.length > 0 && (
        <Table title={t('conflict.theirChanges')} changes={theirs} side="theirs" words={words} />
      )}
      {mine.length > 0 && (
        <Table
          title={theirs.length + colliding.length > 0 ? t('conflict.myChanges') : t('conflict.changes')}
          changes={mine}
          side="mine"
          words={words}
        />
      )}
    </div>
  );
}

function Table({
  title,
  changes,
  side,
  words,
}: {
  title: string;
  changes: FieldChange[];
  side: 'mine' | 'theirs';
  words: (change: FieldChange, side: 'before' | 'mine' | 'theirs') => string;
}) {
  const { t } = useTranslation();
  return (
    <section>
      <h2 className={styles.heading}>{title}</h2>
      <table className={styles.table} aria-label={title}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t('conflict.field')}</th>
            <th scope="col">{t('conflict.was')}</th>
            <th scope="col">{t('conflict.becomes')}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.path}>
              <th scope="row" className={styles.path}>
                {change.path}
              </th>
              <td>
                <del>{words(change, 'before')}</del>
              </td>
              <td>
                <ins>{words(change, side)}</ins>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A value as it can be shown: no secret is among it. */
function valueWords(value: Json | undefined, t: Translate): string {
  if (value === null || value === undefined) return t('conflict.nothing');
  if (value === '') return t('conflict.empty');
  if (typeof value === 'string') return value;
  return JSON.stringify(masked(value, t('manifest.hidden')));
}
