import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { modifier } from '../app/platform';
import type { ConnectionId } from '../ipc';
import { Button } from './Button';
import { Kbd } from './Kbd';
import { PanelFoot } from './SidePanel';
import { UnlockButton } from './UnlockButton';

type Props = {
  connection: ConnectionId;
  production: boolean;
  note: string | null | undefined;
  /** It is about to be sent, and can be taken back. */
  waiting: boolean;
  takeBack: () => void;
  /** It was just taken back: one may send it again. */
  takenBack: boolean;
  /** Why it cannot be sent. */
  reason: string | undefined;
  disabled: boolean;
  /** It is being sent. */
  sending: boolean;
  /** It is looked at anew. */
  stale: boolean;
  /** What the button does. */
  children: ReactNode;
};

/** The foot of a form that deploys: what becomes of it, and the button that sends it or takes it back. */
export function SendFoot({
  connection,
  production,
  note,
  waiting,
  takeBack,
  takenBack,
  reason,
  disabled,
  sending,
  stale,
  children,
}: Props) {
  const { t } = useTranslation();
  return (
    <PanelFoot note={note} waiting={waiting}>
      <UnlockButton connection={connection} />
      {waiting ? (
        <Button key="back" autoFocus onClick={takeBack}>
          {t('deploy.takeBack')}
          <Kbd keys={t('keys.escape')} />
        </Button>
      ) : (
        <Button
          key="send"
          type="submit"
          kind={production ? 'production' : 'primary'}
          reason={reason}
          disabled={disabled}
          aria-disabled={sending || stale}
          autoFocus={takenBack}
        >
          {children}
          {!sending && <Kbd keys={`${modifier} ⏎`} />}
        </Button>
      )}
    </PanelFoot>
  );
}
