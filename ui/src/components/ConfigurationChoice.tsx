import { ChevronDown } from 'lucide-react';
import { openMenu } from '../app/layers';
import styles from './ConfigurationTable.module.css';
import { smallIcon } from './icon';

type Props = {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  readOnly: boolean;
  mono?: boolean;
  invalid?: boolean;
  describedBy?: string | undefined;
  change: (value: string) => void;
};

/** One of a few, in a cell: the app's own menu, which is the same in every engine. */
export function ConfigurationChoice(props: Props) {
  const { label, value, options, readOnly, mono = false, invalid = false, describedBy, change } = props;
  const shown = options.find((option) => option.value === value)?.label ?? value;
  return (
    <button
      type="button"
      className={styles.choice}
      data-column={mono ? 'value' : undefined}
      data-mono={mono || undefined}
      data-invalid={invalid}
      aria-label={[label, shown].join(': ')}
      aria-describedby={describedBy}
      aria-haspopup="menu"
      disabled={readOnly}
      onClick={({ currentTarget }) => {
        openMenu(
          currentTarget,
          label,
          options.map((option) => ({
            label: option.label,
            checked: option.value === value,
            act: () => {
              change(option.value);
            },
          })),
          currentTarget,
        );
      }}
    >
      <span>{shown}</span>
      {!readOnly && <ChevronDown {...smallIcon} size={13} />}
    </button>
  );
}
