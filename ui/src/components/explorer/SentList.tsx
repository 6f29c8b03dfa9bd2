import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../hooks/useNow';
import { exactTime, when } from '../../i18n/format';
import type { Translate } from '../../i18n/i18n';
import { asCommandError, commands, type ApiSent, type ConnectionId } from '../../ipc';
import { smallIcon } from '../icon';
import { errorWords, Problem } from '../Problem';
import { Shape } from '../Shape';
import { statusState } from './AnswerView';
import styles from './Explorer.module.css';
import { PathText } from './PathText';

/** The key of what was sent by hand. */
export function sentKey(connection: ConnectionId): readonly unknown[] {
  return [connection, 'sentCalls'];
}

type Props = {
  connection: ConnectionId;
  /** The one that the form was filled with. */
  open: ApiSent | null;
  fill: (sent: ApiSent) => void;
};

/** What was sent by hand, newest first. A click fills the form again, but for its headers and its body. */
export function SentList({ connection, open, fill }: Props) {
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
              aria-current={open !== null && isSame(sent, open) ? 'true' : undefined}
              title={`${sent.call.path}\n${exactTime(sent.at)}`}
              onClick={() => {
                fill(sent);
              }}
            >
              <span className={styles.method} data-writes={sent.writes}>
                {sent.call.method}
              </span>{' '}
              <PathText path={sent.call.path} />{' '}
              <span className={styles.outcome}>
                {isRefused(sent) && <Shape state={sent.status === null ? 'bad' : statusState(sent.status)} />}
                {`${outcomeOf(sent, t)} · ${when(sent.at, now)}`}
              </span>
              <ChevronRight {...smallIcon} className={styles.opened} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Lists are read anew: the same call was sent at the same time. */
function isSame(one: ApiSent, other: ApiSent): boolean {
  return one.at === other.at && one.call.method === other.call.method && one.call.path === other.call.path;
}

function isRefused({ status }: ApiSent): boolean {
  return status === null || status >= 400;
}

function outcomeOf({ status, code }: ApiSent, t: Translate): string {
  if (status !== null && status >= 400)
    return t(status < 500 ? 'explorer.refused' : 'explorer.failed', { status });
  if (status !== null) return String(status);
  return errorWords({ code: code ?? 'fallback', params: {}, message: null, requestId: null, details: [] })
    .title;
}
