import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dismissNotice, patchShell, useShell } from '../app/shell';
import { wordsFor } from '../i18n/i18n';
import type { CommandError, ConnectionView, Notice } from '../ipc';
import styles from './Bar.module.css';
import { IconButton } from './Button';
import { errorWords } from './Problem';
import { smallIcon } from './icon';
import { Shape } from './Shape';

/** What the user must know, each in a quiet bar above the page. */
export function Notices({ connection = null }: { connection?: ConnectionView | null }) {
  const { t } = useTranslation();
  const notices = useShell((value) => value.notices);
  const failure = useShell((value) => value.failure);
  const [seen, setSeen] = useState<CommandError | null>(null);
  const session = connection?.session;
  const ofSession = session?.state === 'signedIn' && session.notice !== seen ? session.notice : null;
  return (
    <>
      {failure && (
        <Bar
          title={errorWords(failure).title}
          text={errorWords(failure).text}
          label={t('dismiss')}
          dismiss={() => {
            patchShell({ failure: null });
          }}
        />
      )}
      {ofSession && (
        <Bar
          title={errorWords(ofSession).title}
          text={errorWords(ofSession).text}
          label={t('dismiss')}
          dismiss={() => {
            setSeen(ofSession);
          }}
        />
      )}
      {notices.map((notice, at) => (
        <Bar
          key={`${notice.code} ${String(at)}`}
          {...noticeWords(notice)}
          label={t('dismiss')}
          dismiss={() => {
            dismissNotice(notice);
          }}
        />
      ))}
    </>
  );
}

/** A notice's own words; what went wrong at the start is told by an error's code. */
function noticeWords({ code, params }: Notice): { title: string; text: string | null } {
  const title = wordsFor('notices', code, 'title', params);
  if (title !== null) return { title, text: wordsFor('notices', code, 'text', params) };
  return errorWords({ code, params, message: null, requestId: null, details: [] });
}

function Bar({
  title,
  text,
  label,
  dismiss,
}: {
  title: string;
  text: string | null;
  label: string;
  dismiss: () => void;
}) {
  return (
    <div role="status" className={styles.bar}>
      <Shape state="warning" />
      <p className={styles.words}>
        <strong>{title}</strong>
        {text}
      </p>
      <IconButton label={label} onClick={dismiss}>
        <X {...smallIcon} />
      </IconButton>
    </div>
  );
}
