import { Copy } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { memory, number } from '../../i18n/format';
import type { ApiAnswer, ApiCall, State } from '../../ipc';
import { Button } from '../Button';
import { copyText } from '../copy';
import { smallIcon } from '../icon';
import { RequestId } from '../RequestId';
import { Shape } from '../Shape';
import table from '../Table.module.css';
import styles from './Explorer.module.css';

const JsonEditor = lazy(() => import('../JsonEditor'));

/** What was sent and what came back: status, how long it took, what it cost, headers and body. */
export function AnswerView({ call, answer }: { call: ApiCall; answer: ApiAnswer }) {
  const { t } = useTranslation();
  const { status, reason, headers, kind, text, bytes, cut, milliseconds, requestId } = answer;
  const query = new URLSearchParams(call.query).toString();
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'start' });
  }, [answer]);
  return (
    <section ref={place} className={styles.answer} aria-label={t('explorer.answer')}>
      <h3>{t('explorer.answer')}</h3>
      <p className={styles.sentLine}>{`${call.method} ${call.path}${query === '' ? '' : `?${query}`}`}</p>
      <p role="status" className={styles.status}>
        <Shape state={statusState(status)} />
        <strong>{reason === null ? String(status) : `${String(status)} ${reason}`}</strong>
        <span className={styles.dim}>
          {t('explorer.took', { milliseconds: number(milliseconds), size: memory(bytes) })}
        </span>
        <span className={styles.dim}>
          {t('explorer.cost', {
            count: answer.requests,
            hour: number(answer.leftThisHour),
            minute: number(answer.leftThisMinute),
          })}
        </span>
      </p>
      {requestId !== null && <RequestId id={requestId} />}
      <details>
        <summary>{t('explorer.headers', { count: headers.length })}</summary>
        <table className={table.table} aria-label={t('explorer.headersLabel')}>
          <tbody>
            {headers.map(([name, value], at) => (
              <tr key={`${name} ${String(at)}`}>
                <th scope="row" className={table.mono}>
                  {name}
                </th>
                <td className={`${table.mono ?? ''} ${table.fill ?? ''}`} title={value}>
                  {value}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      {cut && <p className={styles.about}>{t('explorer.cut', { size: memory(bytes) })}</p>}
      {kind === 'empty' && <p className={styles.about}>{t('explorer.empty')}</p>}
      {kind === 'binary' && <p className={styles.about}>{t('explorer.binary', { size: memory(bytes) })}</p>}
      {kind === 'text' && (
        <pre className={styles.text} tabIndex={0} aria-label={t('explorer.answerBody')}>
          {text}
        </pre>
      )}
      {kind === 'json' && (
        <div className={`${styles.editor ?? ''} ${styles.answered ?? ''}`}>
          <Suspense fallback={null}>
            <JsonEditor label={t('explorer.answerBody')} value={text} />
          </Suspense>
        </div>
      )}
      {text !== '' && (
        <div className={styles.actions}>
          <Button
            kind="quiet"
            onClick={() => {
              copyText(text);
            }}
          >
            <Copy {...smallIcon} />
            {t('explorer.copyAnswer')}
          </Button>
        </div>
      )}
    </section>
  );
}

/** How a call went, by the status of its answer. */
export function statusState(status: number): State {
  if (status < 400) return 'well';
  return status < 500 ? 'warning' : 'bad';
}
