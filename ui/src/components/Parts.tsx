import { useTranslation } from 'react-i18next';
import type { ConnectionPart } from '../app/layers';
import styles from './Tabs.module.css';

type Props<P extends ConnectionPart> = { parts: P[]; value: P; change: (part: P) => void };

/** The parts of what is set about a connection, one of them in front. */
export function Parts<P extends ConnectionPart>({ parts, value, change }: Props<P>) {
  const { t } = useTranslation();
  return (
    <div
      className={`${styles.tabs ?? ''} ${styles.ruled ?? ''}`}
      role="group"
      aria-label={t('connection.parts')}
    >
      {parts.map((part) => {
        const label = t(`connection.part.${part as ConnectionPart}`);
        return (
          <button
            key={part}
            type="button"
            className={styles.tab}
            aria-pressed={part === value}
            data-label={label}
            onClick={() => {
              change(part);
            }}
          >
            {label}
          </button>
        );
      })}
    </div>
  );
}
