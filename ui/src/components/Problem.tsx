import { Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsFor } from '../i18n/i18n';
import type { CommandError } from '../ipc';
import { Button } from './Button';
import { copyText } from './copy';
import { smallIcon } from './icon';
import styles from './Problem.module.css';
import { Shape } from './Shape';

type Props = { error: CommandError; children?: ReactNode; quiet?: boolean };

/** What happened, why and what to do; the server's own words as detail, its request id to copy. */
export function Problem({ error, children, quiet = false }: Props) {
  const { t } = useTranslation();
  const { title, text } = errorWords(error);
  const requestId = error.requestId;
  return (
    <div role="alert" className={styles.problem} data-quiet={quiet}>
      <span className={styles.shape}>
        <Shape state="bad" />
      </span>
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        {text !== null && <p className={styles.text}>{text}</p>}
        {error.message !== null && <p className={styles.message}>{error.message}</p>}
        {error.details.length > 0 && (
          <ul className={styles.details}>
            {error.details.map((detail) => (
              <li key={`${detail.field} ${detail.message}`}>
                <code>{detail.field}</code> {detail.message}
              </li>
            ))}
          </ul>
        )}
        {requestId !== null && (
          <p className={styles.request}>
            {t('errors.requestId')} <code>{requestId}</code>
            <Button
              kind="quiet"
              onClick={() => {
                copyText(requestId);
              }}
            >
              <Copy {...smallIcon} />
              {t('errors.copyId')}
            </Button>
          </p>
        )}
        {children !== undefined && <div className={styles.actions}>{children}</div>}
      </div>
    </div>
  );
}

/** The words for an error; an unknown code has the fallback's, with the code in them. */
export function errorWords(error: CommandError): { title: string; text: string | null } {
  const params = { ...error.params, code: error.code };
  const title = wordsFor('errors', error.code, 'title', params);
  if (title !== null) return { title, text: wordsFor('errors', error.code, 'text', params) };
  return {
    title: wordsFor('errors', 'fallback', 'title', params) ?? error.code,
    text: wordsFor('errors', 'fallback', 'text', params),
  };
}
