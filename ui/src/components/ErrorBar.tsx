import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandError } from '../ipc';
import styles from './Bar.module.css';
import { Button } from './Button';
import { comesNever, errorWords } from './Problem';
import { RequestId } from './RequestId';
import { Shape } from './Shape';

/** An error beside what still works: what happened, what to do, the request id, and once more. */
export function ErrorBar({
  error,
  what,
  again,
  children,
}: {
  error: CommandError;
  /** What it is about, where the page does not say it. */
  what?: string;
  again?: (() => void) | null;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const { title, text } = errorWords(error);
  return (
    <div role="status" className={styles.bar}>
      <Shape state={comesNever(error) ? 'unknown' : 'warning'} />
      <p className={styles.words}>
        <strong>{what === undefined ? title : t('refusals.title', { what, title })}</strong>
        {text}
        {error.message !== null && <span className={styles.message}>{error.message}</span>}
      </p>
      {error.requestId !== null && <RequestId id={error.requestId} />}
      {again && !comesNever(error) && <Button onClick={again}>{t('tryAgain')}</Button>}
      {children}
    </div>
  );
}
