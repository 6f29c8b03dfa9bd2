import styles from './Choice.module.css';

type Props = {
  label: string;
  hint?: string;
  checked: boolean;
  disabled?: boolean;
  change: (checked: boolean) => void;
};

/** Yes or no, with what it means. */
export function Choice({ label, hint, checked, disabled = false, change }: Props) {
  return (
    <label className={styles.choice}>
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => {
          change(event.target.checked);
        }}
      />
      <span>
        {label}
        {hint !== undefined && <span className={styles.hint}>{hint}</span>}
      </span>
    </label>
  );
}
