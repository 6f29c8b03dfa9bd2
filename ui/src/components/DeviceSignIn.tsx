import { Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asCommandError, commands, type CommandError, type ConnectionView, type DeviceCode } from '../ipc';
import { Button } from './Button';
import { copyText } from './copy';
import styles from './DeviceSignIn.module.css';
import { smallIcon } from './icon';
import { Problem } from './Problem';

/** What somebody types on another device, while this one waits for it. */
export function DeviceSignIn({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation();
  const [code, setCode] = useState<DeviceCode | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const [copied, setCopied] = useState(false);
  const { id, revision } = connection;

  // A new attempt has a new code, and each of its states a new revision.
  useEffect(() => {
    let wanted = true;
    commands
      .signInDeviceCode(id)
      .then((shown) => {
        if (!wanted) return;
        setCode(shown);
        setCopied(false);
      })
      .catch((thrown: unknown) => {
        if (wanted) setError(asCommandError(thrown));
      });
    return () => {
      wanted = false;
    };
  }, [id, revision]);

  if (error) return <Problem error={error} />;
  if (!code) return null;
  return (
    <section className={styles.box} aria-label={t('signIn.device.label')}>
      <p>{t('signIn.device.open')}</p>
      <p className={styles.address}>{code.address}</p>
      <p>{t('signIn.device.type')}</p>
      <div className={styles.line}>
        <strong className={styles.code}>{code.userCode}</strong>
        <Button
          onClick={() => {
            copyText(code.userCode);
            setCopied(true);
          }}
        >
          <Copy {...smallIcon} />
          {copied ? t('copied') : t('signIn.device.copy')}
        </Button>
      </div>
      <p className={styles.note}>{t('signIn.device.note')}</p>
    </section>
  );
}
