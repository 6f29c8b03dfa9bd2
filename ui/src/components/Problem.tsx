import type { ReactNode } from 'react';
import { wordsFor } from '../i18n/i18n';
import type { CommandError } from '../ipc';
import styles from './Problem.module.css';
import { RequestId } from './RequestId';
import { Shape } from './Shape';

type Props = {
  error: CommandError;
  /** What to do is said elsewhere, and more exactly. */
  brief?: boolean;
  children?: ReactNode;
};

/** What happened, why and what to do; the server's own words as detail, its request id to copy. */
export function Problem({ error, brief = false, children }: Props) {
  const { title, text } = errorWords(error);
  return (
    <div role="alert" className={styles.problem}>
      <span className={styles.shape}>
        <Shape state={error.code === 'not_offered' ? 'unknown' : 'bad'} />
      </span>
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        {text !== null && !brief && <p className={styles.text}>{text}</p>}
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
        {error.requestId !== null && <RequestId id={error.requestId} />}
        {children !== undefined && children !== false && <div className={styles.actions}>{children}</div>}
      </div>
    </div>
  );
}

/** Whether it comes to the same whenever it is asked: what v1 has no call for. */
export function comesNever({ code, params }: CommandError): boolean {
  return code === 'not_offered' && params.speaks === 'v1';
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
