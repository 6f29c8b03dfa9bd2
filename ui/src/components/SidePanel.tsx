import { X } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { anyLayerOpen } from '../app/layers';
import { useFocusReturn } from '../hooks/useFocusReturn';
import { IconButton } from './Button';
import styles from './DeployPanel.module.css';
import { icon } from './icon';

type Props = {
  title: string;
  /** What stands beside the title. */
  mark?: ReactNode;
  production?: boolean;
  /** How it is called where the title alone would not tell it from another. */
  label?: string;
  /** What it is about now: where that changes, the focus comes back into it. */
  about?: string | null;
  /** It stays until what goes on in it has ended. */
  stays?: boolean;
  close: () => void;
  children: ReactNode;
};

/** A panel on the right, beside what it is about; no modal. Escape closes it and focus returns where it came from. */
export function SidePanel({
  title,
  mark,
  production = false,
  label = title,
  about = null,
  stays = false,
  close,
  children,
}: Props) {
  const { t } = useTranslation();
  const panel = useRef<HTMLElement>(null);
  useFocusReturn(panel);
  useEffect(() => {
    const element = panel.current;
    if (element && !element.contains(document.activeElement)) element.focus();
  }, [about]);
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      // A key held down is one wish: what it took back stays open.
      if (event.key !== 'Escape' || event.repeat || event.defaultPrevented || anyLayerOpen()) return;
      event.preventDefault();
      if (!stays) close();
    };
    document.addEventListener('keydown', heard);
    return () => {
      document.removeEventListener('keydown', heard);
    };
  }, [close, stays]);
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      className={styles.panel}
      data-panel=""
      aria-label={label}
      data-production={production}
    >
      <header className={styles.head}>
        <h2 className={styles.title}>
          {title} {mark}
        </h2>
        <IconButton label={t('closePanel')} disabled={stays} onClick={close}>
          <X {...icon} />
        </IconButton>
      </header>
      {children}
    </aside>
  );
}

/** What a panel shows; it scrolls. */
export function PanelContent({ children }: { children: ReactNode }) {
  return <div className={styles.content}>{children}</div>;
}

export function PanelSection({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <section className={styles.section}>
      {title !== undefined && <h3 className={styles.heading}>{title}</h3>}
      {children}
    </section>
  );
}

/** What can be done, in sight while the rest scrolls. */
export function PanelFoot({
  note,
  waiting = false,
  children,
}: {
  note?: string | null | undefined;
  /** It is about to be done, and can be taken back. */
  waiting?: boolean;
  children: ReactNode;
}) {
  return (
    <footer className={styles.foot} data-waiting={waiting}>
      <span role="status" aria-live="assertive" className={styles.note}>
        {note}
      </span>
      {children}
    </footer>
  );
}
