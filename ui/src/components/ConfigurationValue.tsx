import { useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { portalInputOf } from '../app/configuration';
import type { EditedItem } from '../ipc';
import { ConfigurationChoice } from './ConfigurationChoice';
import styles from './ConfigurationTable.module.css';
import { SecretInput } from './SecretInput';

const MOST_LINES = 8;

type Props = {
  item: EditedItem;
  /** How the field is called when it is spoken. */
  label: string;
  readOnly: boolean;
  invalid: boolean;
  describedBy: string | undefined;
  change: (value: string) => void;
  /** To the same field of the row below. */
  next: (from: HTMLElement) => void;
};

/** The value of a variable: one line until it is typed into, a choice where the manifest has one. */
export function VariableValue({ item, label, readOnly, invalid, describedBy, change, next }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const before = useRef('');
  const { options, placeholder, lines } = portalInputOf(item);
  const value = item.value ?? '';
  const spoken = {
    'aria-label': label,
    'aria-invalid': invalid,
    'aria-describedby': describedBy,
    'data-column': 'value',
  };
  if (options.length > 0) {
    const all = options.includes(value) ? options : [value, ...options];
    return (
      <ConfigurationChoice
        label={label}
        value={value}
        options={all.map((option) => ({
          value: option,
          label: option === '' ? t('configuration.choose') : option,
        }))}
        readOnly={readOnly}
        mono
        invalid={invalid}
        describedBy={describedBy}
        change={change}
      />
    );
  }
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape' && value !== before.current) {
      event.preventDefault();
      event.stopPropagation();
      change(before.current);
    }
    if (event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.metaKey) return;
    // A text of several lines is typed with its line ends.
    if (lines) return;
    event.preventDefault();
    next(event.currentTarget);
  };
  const length = value.split('\n').length;
  return (
    <textarea
      {...spoken}
      className={styles.field}
      data-mono=""
      rows={open ? Math.min(Math.max(length, lines ? 3 : 1), MOST_LINES) : 1}
      wrap="off"
      spellCheck={false}
      autoComplete="off"
      placeholder={placeholder ?? (item.value === null ? t('configuration.needsValue') : '')}
      title={open || value === '' ? undefined : value}
      value={value}
      readOnly={readOnly}
      onFocus={() => {
        before.current = value;
        setOpen(true);
      }}
      onBlur={(event) => {
        setOpen(false);
        event.currentTarget.scrollTop = 0;
        event.currentTarget.scrollLeft = 0;
      }}
      onChange={(event) => {
        change(event.target.value);
      }}
      onKeyDown={keyDown}
    />
  );
}

/** A secret: never shown, replaced by typing. It leaves its field as it is typed, and is held in Rust until it is saved. */
export function SecretValue({
  item,
  label,
  readOnly,
  invalid,
  describedBy,
  typed,
  next,
}: Omit<Props, 'change'> & { typed: (secret: string) => void }) {
  const { t } = useTranslation();
  const state =
    item.held !== null
      ? t('configuration.typeAgain')
      : item.isSet === true
        ? t('configuration.typeToReplace')
        : t('configuration.typeToSet');
  return (
    <SecretInput
      className={styles.field}
      data-mono=""
      data-column="value"
      aria-label={label}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      placeholder={readOnly ? '' : state}
      readOnly={readOnly}
      typed={typed}
      next={next}
    />
  );
}
