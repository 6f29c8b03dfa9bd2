import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patchShell } from '../app/shell';
import { signIn } from '../app/signIn';
import { useNow } from '../hooks/useNow';
import { timeOfDay } from '../i18n/format';
import { asCommandError, commands, type CommandError, type ConnectionView } from '../ipc';
import styles from './Bar.module.css';
import { Button, IconButton } from './Button';
import { ErrorBar } from './ErrorBar';
import { smallIcon } from './icon';
import { Shape } from './Shape';

/** What only a new sign-in mends. */
const NEEDS_SIGN_IN = ['keyring_empty', 'issuer_mismatch'];

/** What is to be known about the session while its pages are shown. */
export function SessionBar({ connection }: { connection: ConnectionView }) {
  const { session } = connection;
  if (session.state === 'restoring') return session.slow ? <SlowKeyring connection={connection} /> : null;
  if (session.state !== 'signedIn' || !session.notice) return null;
  return <SessionNotice connection={connection} notice={session.notice} until={session.until} />;
}

/** The keyring waits for somebody to unlock it, or does not answer: it is waited for, or done without. */
function SlowKeyring({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation();
  return (
    <div role="status" className={styles.bar}>
      <Shape state="progress" />
      <p className={styles.words}>
        <strong>{t('session.slowTitle')}</strong>
        {t('session.slowText')}
      </p>
      <Button
        onClick={() => {
          attempt(signIn(connection, false));
        }}
      >
        {t('signIn.untilQuit')}
      </Button>
      <Button
        onClick={() => {
          attempt(commands.signInCancel(connection.id));
        }}
      >
        {t('session.doNotWait')}
      </Button>
    </div>
  );
}

function SessionNotice({
  connection,
  notice,
  until,
}: {
  connection: ConnectionView;
  notice: CommandError;
  until: string | null;
}) {
  const { t } = useTranslation();
  const now = useNow();
  const [seen, setSeen] = useState<CommandError | null>(null);
  if (seen === notice) return null;
  return (
    <ErrorBar error={notice}>
      {until !== null && <span>{t('session.until', { time: timeOfDay(until, now) })}</span>}
      {NEEDS_SIGN_IN.includes(notice.code) && (
        <Button
          onClick={() => {
            attempt(signIn(connection, true));
          }}
        >
          {t('signIn.again')}
        </Button>
      )}
      <IconButton
        label={t('dismiss')}
        onClick={() => {
          setSeen(notice);
        }}
      >
        <X {...smallIcon} />
      </IconButton>
    </ErrorBar>
  );
}

function attempt(command: Promise<unknown>): void {
  command.catch((thrown: unknown) => {
    patchShell({ failure: asCommandError(thrown), retry: null });
  });
}
