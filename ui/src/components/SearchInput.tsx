import { Search } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { smallIcon } from './icon';
import styles from './SearchInput.module.css';

/** Narrows the list below while typing. Down goes into the list, Escape clears, then leaves. */
export function SearchInput({
  label,
  value,
  change,
}: {
  label: string;
  value: string;
  change: (value: string) => void;
}) {
  const keyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      if (value === '') event.currentTarget.blur();
      else change('');
    }
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      const part = event.currentTarget.closest('section') ?? document;
      part.querySelector<HTMLElement>('[data-row] [data-item], [data-lines]')?.focus();
    }
  };
  return (
    <div className={styles.box}>
      <Search {...smallIcon} size={13} />
      <input
        className={styles.input}
        type="search"
        data-filter=""
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => {
          change(event.target.value);
        }}
        onKeyDown={keyDown}
      />
    </div>
  );
}
