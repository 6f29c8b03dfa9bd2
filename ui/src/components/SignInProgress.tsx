import { Copy, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { canBeExamined } from '../app/examinable';
import { openConnection } from '../app/layers';
import { signIn } from '../app/signIn';
import type { Translate } from '../i18n/i18n';
import { asCommandError, commands, type CommandError, type ConnectionView, type SignInStep } from '../ipc';
import { Button } from './Button';
import { DeviceSignIn } from './DeviceSignIn';
import { Findings, type Finding } from './Findings';
import { smallIcon } from './icon';
import { Problem } from './Problem';
import { ServiceSignIn } from './ServiceSignIn';
import styles from './SignInProgress.module.css';

/** Where the keyring stands in the way, there is the choice to do without it, said as what it is. */
const KEYRING = ['keyring_unavailable', 'keyring_locked', 'keyring_corrupt'];

type Props = {
  connection: ConnectionView;
  before?: Finding[];
};

/** A sign-in under way, or why it ended, with what can be done about it, and the way in for a service account. */
export function SignInProgress(props: Props) {
  const { t } = useTranslation();
  const [asService, setAsService] = useState(false);
  const { session, id, local } = props.connection;
  const signingIn = session.state === 'signingIn';
  if (local || (session.state !== 'signedOut' && !signingIn)) return <Progress {...props} />;
  // What came of a service account's attempt is said at its form.
  return (
    <>
      {(signingIn || !asService) && <Progress {...props} />}
      {asService ? (
        <ServiceSignIn
          key={id}
          connection={id}
          busy={signingIn}
          close={() => {
            setAsService(false);
          }}
        />
      ) : (
        <p className={styles.service}>
          <Button
            kind="quiet"
            onClick={() => {
              setAsService(true);
            }}
          >
            {t('signIn.service.open')}
          </Button>
        </p>
      )}
    </>
  );
}

function Progress({ connection, before = [] }: Props) {
  const { t } = useTranslation();
  const [failure, setFailure] = useState<CommandError | null>(null);
  const [copied, setCopied] = useState(false);
  const { session } = connection;

  const act = (command: Promise<unknown>) => {
    setFailure(null);
    setCopied(false);
    return command.catch((thrown: unknown) => {
      setFailure(asCommandError(thrown));
    });
  };
  const again = (remember: boolean) => {
    void act(signIn(connection, remember));
  };

  if (session.state === 'signedOut') {
    const reason = failure ?? session.reason;
    if (!reason) return null;
    const keyring = KEYRING.includes(reason.code);
    return (
      <div className={styles.ended}>
        <Problem error={reason}>
          <Button
            kind={keyring ? 'plain' : 'primary'}
            onClick={() => {
              again(true);
            }}
          >
            {t('signIn.again')}
          </Button>
          {keyring && (
            <Button
              kind="primary"
              onClick={() => {
                again(false);
              }}
            >
              {t('signIn.untilQuit')}
            </Button>
          )}
          {canBeExamined(reason) && (
            <Button
              onClick={() => {
                openConnection(connection.id, 'check');
              }}
            >
              {t('doctor.open')}
            </Button>
          )}
          {keyring && <p className={styles.note}>{t('signIn.untilQuitText')}</p>}
        </Problem>
      </div>
    );
  }
  if (session.state !== 'signingIn') return null;

  const onDevice = session.step === 'waitingForDevice';
  const waiting = session.step === 'waitingForBrowser' || session.step === 'noBrowser';
  return (
    <>
      <Findings label={t('signIn.progress')} findings={[...before, ...stepsSoFar(session.step, t)]} />
      {onDevice && <DeviceSignIn connection={connection} />}
      <div className={styles.actions}>
        <Button onClick={() => void act(commands.signInCancel(connection.id))}>{t('cancel')}</Button>
        {onDevice && (
          <Button
            onClick={() => {
              again(true);
            }}
          >
            {t('signIn.device.notHere')}
          </Button>
        )}
        {waiting && (
          <>
            <Button
              onClick={() => {
                again(true);
              }}
            >
              <RotateCw {...smallIcon} />
              {t('signIn.openAgain')}
            </Button>
            <Button
              onClick={() =>
                void act(
                  commands.signInCopyAddress(connection.id).then(() => {
                    setCopied(true);
                  }),
                )
              }
            >
              <Copy {...smallIcon} />
              {copied ? t('copied') : t('signIn.copyAddress')}
            </Button>
            {!connection.local && (
              <Button onClick={() => void act(commands.signInOnDevice(connection.id, true))}>
                {t('signIn.device.instead')}
              </Button>
            )}
          </>
        )}
      </div>
      {failure && <Problem error={failure} />}
    </>
  );
}

function stepsSoFar(step: SignInStep, t: Translate): Finding[] {
  const findings: Finding[] = [];
  if (step === 'exchanging') findings.push({ state: 'well', text: t('signIn.browserCameBack') });
  findings.push({ state: step === 'noBrowser' ? 'warning' : 'progress', text: t(`signIn.step.${step}`) });
  return findings;
}
