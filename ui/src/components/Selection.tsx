import { Copy, Star, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '../i18n/format';
import { IconButton } from './Button';
import { copyText } from './copy';
import { smallIcon } from './icon';
import styles from './Selection.module.css';

/** How many rows are selected, and what can be done with all of them. */
export function Selection({
  keys,
  star,
  clear,
  children,
}: {
  keys: string[];
  star: () => void;
  clear: () => void;
  /** What else can be done with them. */
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className={styles.selection} role="group" aria-label={t('selection.label')}>
      <span role="status">
        {t('selection.count', { count: keys.length, formatted: number(keys.length) })}
      </span>
      {children}
      <IconButton
        label={t('selection.copy')}
        onClick={() => {
          copyText(keys.join('\n'));
        }}
      >
        <Copy {...smallIcon} />
      </IconButton>
      <IconButton label={t('menu.star')} onClick={star}>
        <Star {...smallIcon} />
      </IconButton>
      <IconButton label={t('selection.clear')} onClick={clear}>
        <X {...smallIcon} />
      </IconButton>
    </div>
  );
}
