import { useTranslation } from 'react-i18next';
import type { Json } from '../app/manifest';
import styles from './Picked.module.css';
import { Segmented } from './Segmented';

type Props = {
  label: string;
  value: Json | undefined;
  options: readonly string[];
  /** It may be left open. */
  optional?: boolean;
  error?: string | undefined;
  disabled: boolean;
  change: (value: string | undefined) => void;
};

/** One of a few values as they are written; one that nobody knows stands beside them as it came. */
export function Picked({ label, value, options, optional = false, error, disabled, change }: Props) {
  const { t } = useTranslation();
  const now = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  const all = options.includes(now) || now === '' ? options : [...options, now];
  return (
    <div className={styles.picked}>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      <div data-refused={error !== undefined} tabIndex={error === undefined ? undefined : -1}>
        <Segmented
          label={label}
          value={now}
          disabled={disabled}
          options={[
            ...(optional ? [{ value: '', label: t('manifest.open') }] : []),
            ...all.map((each) => ({ value: each, label: each })),
          ]}
          change={(next) => {
            change(next === '' ? undefined : next);
          }}
        />
      </div>
      {error !== undefined && (
        <p role="alert" className={styles.error}>
          {error}
        </p>
      )}
    </div>
  );
}
