import { useTranslation } from 'react-i18next';
import { at, otherFields, pathOf, type Json, type Way } from '../app/manifest';
import type { Editing } from '../hooks/useManifest';
import { Choice } from './Choice';
import { Field } from './Field';
import { ManifestItems } from './ManifestItems';
import styles from './ManifestForm.module.css';
import { Picked } from './Picked';

/** The fields that people fill in themselves, in the order of the platform's table. The rest is in the JSON. */
const SECTIONS = [
  {
    name: 'about',
    fields: [
      { name: 'key', kind: 'text', mono: true },
      { name: 'displayName', kind: 'text' },
      { name: 'description', kind: 'text', wide: true },
      {
        name: 'type',
        kind: 'choice',
        options: ['webapp', 'api', 'service', 'functionapp', 'external'],
        wide: true,
      },
      { name: 'version', kind: 'text', mono: true },
    ],
  },
  {
    name: 'runs',
    fields: [
      { name: 'image', kind: 'text', mono: true, wide: true },
      { name: 'port', kind: 'number' },
      { name: 'registryMode', kind: 'choice', options: ['acr', 'external', 'public'], optional: true },
      { name: 'startupCommand', kind: 'text', mono: true, wide: true },
    ],
  },
  {
    name: 'needs',
    fields: [
      { name: 'requiresDatabase', kind: 'flag' },
      { name: 'requiresRedis', kind: 'flag' },
      { name: 'requiresStorage', kind: 'flag' },
    ],
  },
  {
    name: 'health',
    fields: [
      { name: 'healthCheck.path', kind: 'text', mono: true },
      { name: 'healthCheck.interval', kind: 'number' },
    ],
  },
  {
    name: 'scaling',
    fields: [
      { name: 'scaling.minInstances', kind: 'number' },
      { name: 'scaling.maxInstances', kind: 'number' },
      { name: 'scaling.cpuThreshold', kind: 'number' },
    ],
  },
  { name: 'configuration', fields: [] },
  {
    name: 'authentication',
    fields: [
      {
        name: 'authentication.type',
        kind: 'choice',
        options: ['azure', 'local', 'none'],
        optional: true,
        wide: true,
      },
      { name: 'authentication.enableSSO', kind: 'flag' },
      { name: 'authentication.requiredRoles', kind: 'words', wide: true },
      { name: 'authentication.endpoints.local', kind: 'text', mono: true, wide: true },
      { name: 'authentication.endpoints.custom', kind: 'text', mono: true, wide: true },
    ],
  },
  {
    name: 'repository',
    fields: [
      { name: 'repository.enabled', kind: 'flag' },
      { name: 'repository.repositoryUrl', kind: 'text', mono: true, wide: true },
    ],
  },
] as const;

type FormField = (typeof SECTIONS)[number]['fields'][number];

const PLACED: readonly string[] = SECTIONS.flatMap(({ fields }) => fields.map(({ name }) => name));
/** The fields of the manifest itself that the form has, whole or in part. */
const OWN = [...new Set(PLACED.map((name) => name.split('.')[0] ?? name)), 'configuration'];
const ITEM = /^configuration\[\d+\](\.(name|value|location|required))?$/;

/** Whether what is wrong there is said at a field of the form. */
export function isPlaced(path: string): boolean {
  return PLACED.includes(path) || ITEM.test(path);
}

type Props = { editing: Editing; keyFixed: boolean; disabled: boolean };

/** A manifest as a form. */
export function ManifestForm({ editing, keyFixed, disabled }: Props) {
  const { t } = useTranslation();
  const { manifest } = editing;
  const others = otherFields(manifest, OWN);
  return (
    <div className={styles.form}>
      {SECTIONS.map(({ name, fields }) => (
        <section key={name} className={styles.section} aria-labelledby={`manifest-${name}`}>
          <h2 id={`manifest-${name}`} className={styles.heading}>
            {t(`manifest.section.${name}`)}
          </h2>
          <div className={styles.fields}>
            {fields.map((field) => (
              <div key={field.name} className={'wide' in field ? styles.wide : undefined}>
                <OneField
                  editing={editing}
                  field={field}
                  disabled={disabled}
                  fixed={keyFixed && field.name === 'key'}
                />
              </div>
            ))}
            {name === 'configuration' && (
              <div className={styles.wide}>
                <ManifestItems editing={editing} disabled={disabled} />
              </div>
            )}
          </div>
        </section>
      ))}
      {others.length > 0 && (
        <p className={styles.others}>{t('manifest.others', { names: others.join(', ') })}</p>
      )}
    </div>
  );
}

function OneField({
  editing,
  field,
  disabled,
  fixed,
}: {
  editing: Editing;
  field: FormField;
  disabled: boolean;
  fixed: boolean;
}) {
  const { t } = useTranslation();
  const way: Way = field.name.split('.');
  const value = at(editing.manifest, way);
  const label = t(`manifest.field.${dashed(field.name)}`);
  const error = editing.errorAt(way);
  const set = (next: Json | undefined) => {
    editing.set(way, next);
  };
  switch (field.kind) {
    case 'flag':
      return (
        <>
          <Choice
            label={label}
            checked={value === true}
            disabled={disabled}
            change={(checked) => {
              set(checked ? true : value === undefined ? undefined : false);
            }}
          />
          {error !== undefined && <p className={styles.error}>{error}</p>}
        </>
      );
    case 'choice':
      return (
        <Picked
          label={label}
          value={value}
          options={field.options}
          optional={'optional' in field}
          error={error}
          disabled={disabled}
          change={set}
        />
      );
    case 'text':
    case 'number':
    case 'words':
      return (
        <Field
          label={label}
          mono={'mono' in field || field.kind === 'number'}
          autoComplete="off"
          spellCheck={field.name === 'displayName' || field.name === 'description'}
          inputMode={field.kind === 'number' ? 'numeric' : undefined}
          autoFocus={field.name === 'key' && !fixed}
          readOnly={disabled || fixed}
          value={typedOf(value)}
          placeholder={placeholders[field.name]}
          {...(field.name === 'key' ? { hint: fixed ? t('manifest.keyFixed') : t('manifest.keyHint') } : {})}
          error={error}
          data-path={pathOf(way)}
          onChange={({ target }) => {
            set(valueOf(field, target.value));
          }}
        />
      );
  }
}

/** What stands in a field as an example. */
const placeholders: Partial<Record<FormField['name'], string>> = {
  key: 'my-app',
  version: '1.0.0',
  image: 'miso/hello:1.0',
  port: '3000',
  'healthCheck.path': '/health',
  'healthCheck.interval': '30',
  'scaling.minInstances': '1',
  'scaling.maxInstances': '3',
  'scaling.cpuThreshold': '70',
  'repository.repositoryUrl': 'https://github.com/…',
};

/** The keys of words have no dots in them. */
type Dashed<S extends string> = S extends `${infer A}.${infer B}` ? `${A}-${Dashed<B>}` : S;

function dashed<S extends string>(name: S): Dashed<S> {
  return name.replaceAll('.', '-') as Dashed<S>;
}

/** A value as it is typed; one of another kind as it came. */
function typedOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(', ');
  return JSON.stringify(value);
}

/** What was typed as the value it means; nothing for nothing, but for what must be there. */
function valueOf(field: FormField, typed: string): Json | undefined {
  if (typed === '') return MUST.includes(field.name) ? '' : undefined;
  if (field.kind === 'number' && /^-?\d{1,15}$/.test(typed.trim())) return Number(typed);
  if (field.kind === 'words') return typed.split(',').map((word) => word.trimStart());
  return typed;
}

const MUST: readonly string[] = ['key', 'displayName'];
