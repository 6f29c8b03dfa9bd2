import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SettingsPart } from '../../app/paths';
import styles from './Section.module.css';

/** A part of the settings under its heading. */
export function Section({ part, children }: { part: SettingsPart; children: ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <h2 id={id} className={styles.title}>
        {t(`settings.part.${part}`)}
      </h2>
      {children}
    </section>
  );
}

/** What is set, beside what it is called. */
export function SettingsRow({
  label,
  hint,
  choices = false,
  children,
}: {
  label: string;
  hint?: string | undefined;
  /** It begins with text, which stands on the line of the label. */
  choices?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={styles.row}>
      <h3 className={styles.label}>{label}</h3>
      <div className={[styles.controls, choices ? styles.choices : ''].join(' ')}>
        {children}
        {hint !== undefined && <p className={styles.dim}>{hint}</p>}
      </div>
    </div>
  );
}
