import { useTranslation } from 'react-i18next';
import { useNow } from '../hooks/useNow';
import { timeOfDay } from '../i18n/format';
import type { Reading } from '../ipc';
import styles from './Bar.module.css';
import { errorWords } from './Problem';
import { Shape } from './Shape';

/** Says why nothing newer is shown, that the instance cannot be reached for one, and from when the page is. */
export function OfflineBar({ reading }: { reading: Reading<unknown> | undefined }) {
  const { t } = useTranslation();
  const now = useNow(10);
  if (!reading || (reading.source !== 'offline' && reading.failure === null)) return null;
  const time = timeOfDay(reading.asOf, now);
  return (
    <p role="status" className={styles.bar}>
      <Shape state="unknown" />
      {reading.source === 'offline' || reading.failure === null
        ? t('status.offlineBar', { time })
        : t('status.failureBar', { why: errorWords(reading.failure).title, time })}
    </p>
  );
}
