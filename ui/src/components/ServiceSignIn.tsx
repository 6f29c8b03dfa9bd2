import { useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { asCommandError, commands, type CommandError, type ConnectionId } from '../ipc';
import { Button } from './Button';
import { Choice } from './Choice';
import { Field } from './Field';
import { Problem } from './Problem';
import styles from './ServiceSignIn.module.css';

type Props = {
  connection: ConnectionId;
  /** A sign-in is under way, be it this one. */
  busy: boolean;
  close: () => void;
};

/** A service account's client id and secret. The secret is in its field alone, and leaves it when it is sent. */
export function ServiceSignIn({ connection, busy, close }: Props) {
  const { t } = useTranslation();
  const [clientId, setClientId] = useState('');
  const [remember, setRemember] = useState(true);
  const [missing, setMissing] = useState<'clientId' | 'secret' | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const [sending, setSending] = useState(false);
  const id = useRef<HTMLInputElement>(null);
  const secret = useRef<HTMLInputElement>(null);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    const field = secret.current;
    if (!field || sending) return;
    const given = clientId.trim();
    const nothing = given === '' ? 'clientId' : field.value === '' ? 'secret' : null;
    setMissing(nothing);
    setError(null);
    if (nothing !== null) {
      (nothing === 'clientId' ? id : secret).current?.focus();
      return;
    }
    setSending(true);
    const answer = commands.signInAsService(connection, given, field.value, remember);
    field.value = '';
    try {
      await answer;
    } catch (thrown) {
      setError(asCommandError(thrown));
      field.focus();
    } finally {
      setSending(false);
    }
  };

  const refused = error?.code === 'signed_out';
  return (
    <form
      className={styles.form}
      aria-label={t('signIn.service.label')}
      autoComplete="off"
      onSubmit={(event) => void send(event)}
    >
      <Field
        label={t('signIn.service.clientId')}
        ref={id}
        mono
        autoFocus
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={clientId}
        error={missing === 'clientId' ? t('signIn.service.clientIdMissing') : undefined}
        invalid={missing === 'clientId' || refused}
        onChange={(event) => {
          setMissing(null);
          setClientId(event.target.value);
        }}
      />
      <Field
        label={t('signIn.service.secret')}
        ref={secret}
        type="password"
        mono
        autoComplete="off"
        spellCheck={false}
        hint={t('signIn.service.secretHint')}
        error={
          missing === 'secret'
            ? t('signIn.service.secretMissing')
            : refused
              ? t('signIn.service.refused')
              : undefined
        }
      />
      <Choice
        label={t('signIn.service.remember')}
        hint={t(remember ? 'signIn.service.inKeyring' : 'signIn.service.untilQuit')}
        checked={remember}
        change={setRemember}
      />
      <div className={styles.actions}>
        <Button type="submit" kind="primary" disabled={sending}>
          {t('signIn.service.send')}
        </Button>
        {!busy && <Button onClick={close}>{t('cancel')}</Button>}
      </div>
      {error && !refused && <Problem error={error} />}
    </form>
  );
}
