import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { imageWords } from '../app/image';
import { paths } from '../app/paths';
import { dismissToast, useShell, type Toast } from '../app/shell';
import { deploymentState } from '../app/state';
import { IconButton } from './Button';
import { EnvironmentName } from './EnvironmentName';
import { smallIcon } from './icon';
import { Link } from './Link';
import { Shape } from './Shape';
import type { Translate } from '../i18n/i18n';
import styles from './Toasts.module.css';

const SHOWN_FOR = 8000;

/** Deployments that ended, above the status bar. A failure stays until it is dismissed. */
export function Toasts() {
  const { t } = useTranslation();
  const toasts = useShell((value) => value.toasts);
  return (
    <section className={styles.toasts} aria-live="polite" aria-label={t('toast.label')}>
      {toasts.map((toast) => (
        <One key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function One({ toast: { id, connection, deployment } }: { toast: Toast }) {
  const { t } = useTranslation();
  const { applicationKey, environment, status } = deployment;
  const over = useRef(false);
  useEffect(() => {
    if (status !== 'completed') return undefined;
    const timer = setInterval(() => {
      if (!over.current) dismissToast(id);
    }, SHOWN_FOR);
    return () => {
      clearInterval(timer);
    };
  }, [id, status]);
  const words = {
    application: applicationKey,
    tag: imageWords(deployment.previousImage, deployment.image).to,
  };
  return (
    <div
      className={styles.toast}
      onPointerEnter={() => {
        over.current = true;
      }}
      onPointerLeave={() => {
        over.current = false;
      }}
    >
      <span className={styles.shape}>
        <Shape state={deploymentState(status)} />
      </span>
      <Link
        className={styles.words}
        to={paths.application(connection, applicationKey, environment, 'now', { deployment: deployment.id })}
        onClick={() => {
          dismissToast(id);
        }}
      >
        <strong>
          {said(status, words, t)} <EnvironmentName environment={environment} connection={connection} />
        </strong>
        {deployment.error !== null && <span className={styles.error}>{deployment.error}</span>}
      </Link>
      <IconButton
        label={t('dismiss')}
        onClick={() => {
          dismissToast(id);
        }}
      >
        <X {...smallIcon} />
      </IconButton>
    </div>
  );
}

function said(status: string, words: { application: string; tag: string }, t: Translate): string {
  if (status === 'completed') return t('toast.completed', words);
  return status === 'cancelled' ? t('toast.cancelled', words) : t('toast.failed', words);
}
