import { useTranslation } from 'react-i18next';
import type { KeptDraft } from '../hooks/useDraft';
import { useNow } from '../hooks/useNow';
import { ago } from '../i18n/format';
import styles from './DraftLine.module.css';

/** Says that what a form holds was typed before, and offers to begin anew. */
export function DraftLine({ draft, disabled }: { draft: KeptDraft; disabled: boolean }) {
  const { t } = useTranslation();
  const now = useNow(10);
  if (!draft.restored) return null;
  return (
    <p role="status" className={styles.line}>
      {t('draft.restored', { ago: ago(draft.restored.at, now) })}
      <button type="button" className={styles.afresh} disabled={disabled} onClick={draft.afresh}>
        {t('draft.afresh')}
      </button>
    </p>
  );
}
