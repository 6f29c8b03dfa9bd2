import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import styles from './Loading.module.css';

type Waited = 'no' | 'short' | 'long' | 'tooLong';

const STEPS: [after: number, waited: Waited][] = [
  [150, 'short'],
  [1000, 'long'],
  [10_000, 'tooLong'],
];

/** Nothing for 150 ms, then the rows to come, after a second what is waited for, after ten a way out. */
export function Loading({
  what,
  rows = 6,
  cancel,
}: {
  what: string;
  rows?: number | undefined;
  cancel?: () => void;
}) {
  const { t } = useTranslation();
  const waited = useWaited();
  if (waited === 'no') return null;
  return (
    <div role="status" aria-busy="true">
      <p className={waited === 'short' ? 'visually-hidden' : styles.words}>
        {t('loading', { what })}
        {waited === 'tooLong' && cancel && <Button onClick={cancel}>{t('cancel')}</Button>}
      </p>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row} aria-hidden="true">
          <span style={{ width: `${String(12 + ((row * 7) % 9))}%` }} />
          <span style={{ width: '7%' }} />
          <span style={{ width: '14%' }} />
          <span style={{ width: '14%' }} />
        </div>
      ))}
    </div>
  );
}

function useWaited(): Waited {
  const [waited, setWaited] = useState<Waited>('no');
  useEffect(() => {
    const timers = STEPS.map(([after, next]) =>
      setTimeout(() => {
        setWaited(next);
      }, after),
    );
    return () => {
      timers.forEach(clearTimeout);
    };
  }, []);
  return waited;
}
