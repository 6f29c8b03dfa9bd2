import { useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { stageIn } from '../app/environments';
import { applicationOf } from '../app/paths';
import { signIn } from '../app/signIn';
import { Button } from '../components/Button';
import { Mark } from '../components/Mark';
import { Problem } from '../components/Problem';
import { SignInProgress } from '../components/SignInProgress';
import { Swatch } from '../components/Swatch';
import { useTitle } from '../hooks/useTitle';
import { asCommandError, type CommandError, type ConnectionView } from '../ipc';
import styles from './Welcome.module.css';
import own from './SignIn.module.css';

/** A connection whose session has ended. The address stays, so that the sign-in returns to the same page. */
export function SignIn({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation();
  const [error, setError] = useState<CommandError | null>(null);
  useTitle(t('signIn.windowTitle'), connection.name);
  const place = applicationOf(useLocation({ select: (location) => location.pathname }));
  const { session } = connection;
  const reason = session.state === 'signedOut' ? session.reason : null;

  const start = async () => {
    setError(null);
    try {
      await signIn(connection, true);
    } catch (thrown) {
      setError(asCommandError(thrown));
    }
  };

  return (
    <div className={styles.page}>
      <div className={styles.form}>
        <header className={styles.head}>
          <Mark />
          <div>
            <h1 className={styles.title}>{t('signIn.again')}</h1>
            <p className={own.url}>
              <Swatch hue={connection.hue} />
              {connection.name}
              {!connection.local && <span className={own.dim}>{connection.url}</span>}
            </p>
            {place && (
              <p className={own.dim}>
                {t('signIn.returnTo', {
                  application: place.application,
                  environment: stageIn(connection, place.environment).name,
                })}
              </p>
            )}
          </div>
        </header>
        {session.state === 'signedOut' && reason === null && (
          <Button kind="primary" size="large" autoFocus onClick={() => void start()}>
            {t('welcome.signIn')}
          </Button>
        )}
        {error && <Problem error={error} />}
        <SignInProgress connection={connection} />
      </div>
    </div>
  );
}
