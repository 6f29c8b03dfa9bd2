import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { copyText } from './copy';
import { smallIcon } from './icon';
import styles from './Problem.module.css';

/** What to tell who runs the instance, to copy. */
export function RequestId({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <span className={styles.request}>
      {t('errors.requestId')} <code>{id}</code>
      <Button
        kind="quiet"
        onClick={() => {
          copyText(id);
        }}
      >
        <Copy {...smallIcon} />
        {t('errors.copyId')}
      </Button>
    </span>
  );
}
