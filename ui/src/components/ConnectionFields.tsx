import { useTranslation } from 'react-i18next';
import type { ConnectionEdit, Hue } from '../ipc';
import { Choice } from './Choice';
import styles from './ConnectionLayer.module.css';
import { Field } from './Field';
import { Swatch } from './Swatch';

const ALL = {
  indigo: true,
  violet: true,
  sky: true,
  brown: true,
  olive: true,
  slate: true,
  coral: true,
  plum: true,
} satisfies Record<Hue, true>;
const HUES = Object.keys(ALL) as Hue[];

/** A connection's name and colour, whether it is production, and whether it is locked. */
export function ConnectionFields(props: {
  value: ConnectionEdit;
  change: (value: ConnectionEdit) => void;
  /** What is wrong with the name. */
  error: string | null;
}) {
  const { t } = useTranslation();
  const { value, error } = props;
  const change = (by: Partial<ConnectionEdit>) => {
    props.change({ ...value, ...by });
  };
  return (
    <>
      <Field
        label={t('settings.name')}
        value={value.name}
        error={error ?? undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          change({ name: event.target.value });
        }}
      />
      <fieldset className={styles.hues}>
        <legend>{t('connection.colour')}</legend>
        {HUES.map((each) => (
          <label key={each} className={styles.hue} title={t(`hues.${each}`)}>
            <input
              type="radio"
              name="hue"
              checked={value.hue === each}
              aria-label={t(`hues.${each}`)}
              onChange={() => {
                change({ hue: each });
              }}
            />
            <Swatch hue={each} />
          </label>
        ))}
      </fieldset>
      <Choice
        label={t('connection.production')}
        hint={t('connection.productionHint')}
        checked={value.production}
        change={(checked) => {
          change({ production: checked });
        }}
      />
      <Choice
        label={t('connection.readOnly')}
        hint={t('connection.readOnlyHint')}
        checked={value.readOnly}
        change={(checked) => {
          change({ readOnly: checked });
        }}
      />
    </>
  );
}
