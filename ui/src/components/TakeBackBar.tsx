import { useTranslation } from 'react-i18next';
import type { Write } from '../hooks/useWrite';
import { Button } from './Button';
import styles from './TakeBackBar.module.css';

/** Says what is about to be written to production, while it can be taken back, and that it was. */
export function TakeBackBar<T>({
  writing,
  said,
}: {
  writing: Write<T>;
  said: (what: T, seconds: number) => string;
}) {
  const { t } = useTranslation();
  const { left, what } = writing;
  if (left === null || what === null)
    return writing.takenBack ? (
      <p role="status" className={styles.taken}>
        {t('access.takenBack')}
      </p>
    ) : null;
  return (
    <div className={styles.bar}>
      <span role="status" aria-live="assertive" className={styles.words}>
        {said(what, left)}
      </span>
      <Button autoFocus onClick={writing.takeBack}>
        {t('access.takeBack')}
      </Button>
    </div>
  );
}
