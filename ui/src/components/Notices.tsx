import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { dismissNotice, dismissRefusal, patchShell, useShell } from '../app/shell';
import { wordsFor } from '../i18n/i18n';
import type { ConnectionView, Notice } from '../ipc';
import styles from './Bar.module.css';
import { IconButton } from './Button';
import { ErrorBar } from './ErrorBar';
import { smallIcon } from './icon';
import { Link } from './Link';
import { SessionBar } from './SessionBar';
import { Shape } from './Shape';

/** What the user must know, each in a quiet bar above the page. */
export function Notices({ connection = null }: { connection?: ConnectionView | null }) {
  const { t } = useTranslation();
  const notices = useShell((value) => value.notices);
  const refusals = useShell((value) => value.refusals);
  const failure = useShell((value) => value.failure);
  const retry = useShell((value) => value.retry);
  return (
    <>
      {failure && (
        <ErrorBar error={failure} again={retry}>
          <Dismiss
            act={() => {
              patchShell({ failure: null, retry: null });
            }}
          />
        </ErrorBar>
      )}
      {refusals.map((refusal, at) => (
        <ErrorBar key={`${refusal.what} ${String(at)}`} error={refusal.error} what={refusal.what}>
          <Link
            to={refusal.to}
            onClick={() => {
              dismissRefusal(refusal);
            }}
          >
            {t('deploy.unknownActions')}
          </Link>
          <Dismiss
            act={() => {
              dismissRefusal(refusal);
              refusal.dismissed();
            }}
          />
        </ErrorBar>
      ))}
      {connection && <SessionBar key={connection.id} connection={connection} />}
      {notices.map((notice, at) => (
        <NoticeBar key={`${notice.code} ${String(at)}`} notice={notice} />
      ))}
    </>
  );
}

/** A notice's own words; what went wrong at the start is told by an error's code. */
function NoticeBar({ notice }: { notice: Notice }) {
  const { code, params } = notice;
  const dismiss = (
    <Dismiss
      act={() => {
        dismissNotice(notice);
      }}
    />
  );
  const title = wordsFor('notices', code, 'title', params);
  if (title === null)
    return (
      <ErrorBar error={{ code, params, message: null, requestId: null, details: [] }}>{dismiss}</ErrorBar>
    );
  return (
    <div role="status" className={styles.bar}>
      <Shape state="warning" />
      <p className={styles.words}>
        <strong>{title}</strong>
        {wordsFor('notices', code, 'text', params)}
      </p>
      {dismiss}
    </div>
  );
}

function Dismiss({ act }: { act: () => void }) {
  const { t } = useTranslation();
  return (
    <IconButton label={t('dismiss')} onClick={act}>
      <X {...smallIcon} />
    </IconButton>
  );
}
