import type { RefObject } from 'react';

type Props = {
  /** A click on it, which a button of the page makes, opens the dialog. */
  chooser: RefObject<HTMLInputElement | null>;
  label: string;
  /** Which files are offered first. */
  accept?: string;
  take: (file: File) => void;
};

/** Chooses a file by the system's own dialog; not seen itself. */
export function FileChooser({ chooser, label, accept, take }: Props) {
  return (
    <input
      ref={chooser}
      type="file"
      accept={accept}
      className="visually-hidden"
      tabIndex={-1}
      aria-label={label}
      onChange={({ target }) => {
        const [file] = target.files ?? [];
        if (file) take(file);
        // The same file can be chosen again.
        target.value = '';
      }}
    />
  );
}
