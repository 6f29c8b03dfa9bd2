import { useId, type InputHTMLAttributes, type ReactNode, type Ref } from 'react';
import styles from './Field.module.css';
import { Shape } from './Shape';

type Props = InputHTMLAttributes<HTMLInputElement> & {
  label: string;
  labelled?: 'above' | 'spoken';
  hint?: string;
  /** The hint is to be minded before anything is sent. */
  careful?: boolean;
  error?: string | undefined;
  /** What is wrong is said elsewhere. */
  invalid?: boolean;
  mono?: boolean;
  large?: boolean;
  /** What stands before the typed text within the field. */
  prefix?: string;
  after?: ReactNode;
  ref?: Ref<HTMLInputElement>;
};

/** One line to type, with its label, a hint, and what is wrong with it. */
export function Field({
  label,
  labelled = 'above',
  hint,
  careful = false,
  error,
  invalid = error !== undefined,
  mono = false,
  large = false,
  prefix,
  after,
  ...input
}: Props) {
  const id = useId();
  const described = [
    hint === undefined ? null : `${id}-hint`,
    error === undefined ? null : `${id}-error`,
  ].filter(Boolean);
  return (
    <div>
      <label htmlFor={id} className={labelled === 'spoken' ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      <div className={styles.line}>
        <div className={styles.box} data-mono={mono} data-large={large} data-invalid={invalid}>
          {prefix !== undefined && (
            <span className={styles.prefix} aria-hidden="true" title={prefix}>
              {prefix}
            </span>
          )}
          <input
            {...input}
            id={id}
            className={styles.input}
            aria-invalid={invalid}
            aria-describedby={described.length > 0 ? described.join(' ') : undefined}
          />
        </div>
        {after}
      </div>
      {error !== undefined && (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles.hint} data-careful={careful}>
          {careful && <Shape state="warning" />}
          <span>{hint}</span>
        </p>
      )}
    </div>
  );
}
