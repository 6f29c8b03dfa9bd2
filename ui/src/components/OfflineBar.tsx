import { useTranslation } from 'react-i18next';
import { canBeExamined } from '../app/examinable';
import { openConnection } from '../app/layers';
import { useShell } from '../app/shell';
import { useNow } from '../hooks/useNow';
import { timeOfDay } from '../i18n/format';
import type { Reading } from '../ipc';
import styles from './Bar.module.css';
import { Button } from './Button';
import { errorWords } from './Problem';
import { Shape } from './Shape';

/** Says why nothing newer is shown, that the instance cannot be reached for one, and from when the page is. */
export function OfflineBar({ reading }: { reading: Reading<unknown> | undefined }) {
  const { t } = useTranslation();
  const now = useNow(10);
  const connection = useShell((value) => value.current);
  if (!reading || (reading.source !== 'offline' && reading.failure === null)) return null;
  const time = timeOfDay(reading.asOf, now);
  const { failure, source } = reading;
  return (
    <div role="status" className={styles.bar}>
      <Shape state="unknown" />
      <p className={styles.words}>
        {source === 'offline' || failure === null
          ? t('status.offlineBar', { time })
          : t('status.failureBar', { why: errorWords(failure).title, time })}
      </p>
      {connection !== null && failure !== null && canBeExamined(failure) && (
        <Button
          onClick={() => {
            openConnection(connection, 'check');
          }}
        >
          {t('doctor.open')}
        </Button>
      )}
    </div>
  );
}
