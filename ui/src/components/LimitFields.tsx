import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandError, ConnectionWay, Speaks } from '../ipc';
import { Field } from './Field';
import field from './Field.module.css';
import styles from './LimitFields.module.css';

type Limits = ConnectionWay['limits'];

const LIMITS = {
  requestsPerHour: 'way.perHour',
  requestsPerMinute: 'way.perMinute',
  requestsPerWindow: 'way.perWindow',
  windowMinutes: 'way.windowMinutes',
} as const;
const DOCUMENTED = ['requestsPerHour', 'requestsPerMinute'] as const;
const V1 = ['requestsPerWindow', 'windowMinutes'] as const;

/** How many requests a connection makes at most, where that is not what the platform allows. */
export function LimitFields(props: {
  value: Limits;
  /** Which reading of the API they are of. */
  speaks: Speaks;
  change: (value: Limits) => void;
  error: CommandError | null;
}) {
  const { t } = useTranslation();
  const { value, speaks, change, error } = props;
  return (
    <fieldset className={styles.limits}>
      <legend className={field.label}>{t('way.limits')}</legend>
      <div className={styles.fields}>
        {(speaks === 'v1' ? V1 : DOCUMENTED).map((limit) => (
          <Limit
            key={limit}
            label={t(LIMITS[limit])}
            value={value[limit]}
            change={(most) => {
              change({ ...value, [limit]: most });
            }}
            error={
              error?.code === 'limits_invalid' && error.params['limit'] === limit
                ? t('way.limitInvalid', {
                    least: error.params['least'] ?? '',
                    most: error.params['most'] ?? '',
                  })
                : undefined
            }
          />
        ))}
      </div>
      <p className={field.hint}>{t(speaks === 'v1' ? 'way.windowHint' : 'way.limitsHint')}</p>
    </fieldset>
  );
}

/** A number, or nothing. What is no number is not taken. */
function Limit(props: {
  label: string;
  value: number | null;
  change: (value: number | null) => void;
  error: string | undefined;
}) {
  const { t } = useTranslation();
  const { label, value, change, error } = props;
  const [typed, setTyped] = useState(value === null ? '' : String(value));
  return (
    <Field
      label={label}
      mono
      inputMode="numeric"
      value={typed}
      placeholder={t('way.limitPlaceholder')}
      error={error}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => {
        const digits = event.target.value.replace(/\D/g, '').slice(0, 9);
        setTyped(digits);
        change(digits === '' ? null : Number(digits));
      }}
    />
  );
}
