import { Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button';
import { copyText } from './copy';
import styles from './Empty.module.css';
import { smallIcon } from './icon';

/** Nothing is here, and what the next step is. */
export function Empty({
  title,
  text,
  example,
  children,
}: {
  title: string;
  text: string;
  example?: string;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className={styles.empty}>
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.text}>{text}</p>
      {example !== undefined && (
        <div className={styles.example}>
          <pre>{example}</pre>
          <IconButton
            label={t('copy')}
            onClick={() => {
              copyText(example);
            }}
          >
            <Copy {...smallIcon} />
          </IconButton>
        </div>
      )}
      {children}
    </div>
  );
}
