import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../hooks/useNow';
import { exactTime, when } from '../../i18n/format';
import { asCommandError, commands, type ApiCall, type ApiSent, type ConnectionId } from '../../ipc';
import { errorWords, Problem } from '../Problem';
import styles from './Explorer.module.css';
import { PathText } from './PathText';

/** The key of what was sent by hand. */
export function sentKey(connection: ConnectionId): readonly unknown[] {
  return [connection, 'sentCalls'];
}

/** What was sent by hand, newest first. A click fills the form again, but for its headers and its body. */
export function SentList({ connection, fill }: { connection: ConnectionId; fill: (call: ApiCall) => void }) {
  const { t } = useTranslation();
  const now = useNow();
  const { data, error } = useQuery({
    queryKey: sentKey(connection),
    queryFn: () => commands.apiHistory(connection),
  });
  if (error) return <Problem error={asCommandError(error)} />;
  if (data?.length === 0) return <p className={styles.count}>{t('explorer.nothingSent')}</p>;
  return (
    <div className={styles.scroller} data-scroll="" data-list="">
      <ul aria-label={t('explorer.sent')}>
        {data?.map((sent, at) => (
          <li key={`${sent.at} ${String(at)}`} data-row={String(at)}>
            <button
              type="button"
              className={styles.operation}
              data-item=""
              title={`${sent.call.path}\n${exactTime(sent.at)}`}
              onClick={() => {
                fill(sent.call);
              }}
            >
              <span className={styles.method} data-writes={sent.writes}>
                {sent.call.method}
              </span>{' '}
              <PathText path={sent.call.path} />{' '}
              <span className={styles.outcome}>{`${outcomeOf(sent)} · ${when(sent.at, now)}`}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function outcomeOf({ status, code }: ApiSent): string {
  if (status !== null) return String(status);
  return errorWords({ code: code ?? 'fallback', params: {}, message: null, requestId: null, details: [] })
    .title;
}
