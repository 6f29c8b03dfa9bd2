import { Plus, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { at, isObject, type Manifest } from '../app/manifest';
import type { Editing } from '../hooks/useManifest';
import { Button, IconButton } from './Button';
import { Field } from './Field';
import { smallIcon } from './icon';
import styles from './ManifestItems.module.css';
import { Segmented } from './Segmented';

const CONFIGURATION = 'configuration';
const EXAMPLE = 'LOG_LEVEL';
const LOCATIONS = ['variable', 'keyvault'] as const;

/** The items of a manifest's configuration. A secret's value can be set and is never shown again. */
export function ManifestItems({ editing, disabled }: { editing: Editing; disabled: boolean }) {
  const { t } = useTranslation();
  const list = editing.manifest[CONFIGURATION];
  const items = Array.isArray(list) ? list : [];
  return (
    <div>
      {items.length === 0 && <p className={styles.none}>{t('manifest.noItems')}</p>}
      <ul className={styles.items} aria-label={t('manifest.items')}>
        {items.map((item, place) => (
          <Item
            // Items have no other identity while their names are typed.
            key={place}
            editing={editing}
            item={isObject(item) ? item : {}}
            place={place}
            disabled={disabled}
          />
        ))}
      </ul>
      <Button
        disabled={disabled}
        onClick={() => {
          editing.set([CONFIGURATION, items.length], {
            name: '',
            value: '',
            location: 'variable',
            required: false,
          });
        }}
      >
        <Plus {...smallIcon} />
        {t('manifest.addItem')}
      </Button>
    </div>
  );
}

type ItemProps = { editing: Editing; item: Manifest; place: number; disabled: boolean };

function Item({ editing, item, place, disabled }: ItemProps) {
  const { t } = useTranslation();
  const way = (...rest: string[]) => [CONFIGURATION, place, ...rest];
  const text = (name: string) => {
    const value = at(item, [name]);
    return typeof value === 'string' ? value : '';
  };
  const secret = item['location'] === 'keyvault';
  const name = text('name');
  const named = name === '' ? String(place + 1) : name;
  const location = text('location');
  const error = editing.errorAt(way());
  return (
    <li className={styles.item} aria-label={named}>
      <Field
        label={t('manifest.itemName')}
        labelled="spoken"
        mono
        placeholder={EXAMPLE}
        autoComplete="off"
        spellCheck={false}
        readOnly={disabled}
        value={name}
        error={editing.errorAt(way('name'))}
        onChange={({ target }) => {
          editing.set(way('name'), target.value);
        }}
      />
      <Field
        label={t('manifest.itemValue')}
        labelled="spoken"
        mono
        type={secret ? 'password' : 'text'}
        placeholder={secret ? t(item['isSet'] === true ? 'manifest.secretSet' : 'manifest.secretUnset') : ''}
        autoComplete="off"
        spellCheck={false}
        readOnly={disabled}
        value={text('value')}
        error={editing.errorAt(way('value'))}
        onChange={({ target }) => {
          editing.set(way('value'), secret && target.value === '' ? null : target.value);
        }}
      />
      <Segmented
        label={t('manifest.itemLocation')}
        value={location}
        disabled={disabled}
        options={[...new Set<string>([...LOCATIONS, ...(location === '' ? [] : [location])])].map(
          (value) => ({
            value,
            label:
              value === 'variable'
                ? t('manifest.plain')
                : value === 'keyvault'
                  ? t('manifest.secret')
                  : value,
          }),
        )}
        change={(value) => {
          editing.set(way('location'), value);
        }}
      />
      <label className={styles.required}>
        <input
          type="checkbox"
          checked={item['required'] === true}
          disabled={disabled}
          onChange={({ target }) => {
            editing.set(way('required'), target.checked);
          }}
        />
        {t('manifest.itemRequired')}
      </label>
      <IconButton
        label={t('manifest.removeItem', { name: named })}
        disabled={disabled}
        onClick={() => {
          editing.set(way(), undefined);
        }}
      >
        <X {...smallIcon} />
      </IconButton>
      {error !== undefined && <p className={styles.error}>{error}</p>}
    </li>
  );
}
