import type { ReactNode } from 'react';
import styles from './Segmented.module.css';

type Props<V extends string> = {
  label: string;
  value: V;
  options: { value: V; label: ReactNode; production?: boolean }[];
  change: (value: V) => void;
  disabled?: boolean;
};

/** One of a few, side by side. */
export function Segmented<V extends string>({ label, value, options, change, disabled = false }: Props<V>) {
  return (
    <div className={styles.segments} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          className={styles.segment}
          aria-pressed={option.value === value}
          disabled={disabled}
          data-production={option.production}
          data-label={typeof option.label === 'string' ? option.label : undefined}
          onClick={() => {
            change(option.value);
          }}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
