import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';
import styles from './Dialog.module.css';

type Props = {
  title: string;
  /** The title is spoken only. */
  untitled?: boolean;
  wide?: boolean;
  close: () => void;
  focus?: RefObject<HTMLElement | null>;
  children: ReactNode;
};

/** A layer over everything; Escape closes it and focus returns where it came from. */
export function Dialog({ title, untitled = false, wide = false, close, focus, children }: Props) {
  return (
    <Base.Root
      open
      onOpenChange={(open) => {
        if (!open) close();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup
          className={styles.popup}
          data-wide={wide}
          data-high={untitled}
          initialFocus={focus ?? true}
        >
          <Base.Title className={untitled ? 'visually-hidden' : styles.title}>{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** What can be done with a long layer; it stays in sight while the rest scrolls. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}
