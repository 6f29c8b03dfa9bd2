import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './Loading.module.css';

/** Nothing for 150 ms, then the rows to come, and after a second what is waited for. */
export function Loading({ what, rows = 6 }: { what: string; rows?: number }) {
  const { t } = useTranslation();
  const waited = useWaited();
  if (waited === 'no') return null;
  return (
    <div className={styles.loading} role="status" aria-busy="true">
      <p className={waited === 'long' ? styles.words : 'visually-hidden'}>{t('loading', { what })}</p>
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

function useWaited(): 'no' | 'short' | 'long' {
  const [waited, setWaited] = useState<'no' | 'short' | 'long'>('no');
  useEffect(() => {
    const short = setTimeout(() => {
      setWaited('short');
    }, 150);
    const long = setTimeout(() => {
      setWaited('long');
    }, 1000);
    return () => {
      clearTimeout(short);
      clearTimeout(long);
    };
  }, []);
  return waited;
}
