import { useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { imageWords } from '../app/image';
import { stageIn } from '../app/environments';
import { closeLayer, type Deletion } from '../app/layers';
import { goInstead, history } from '../app/navigation';
import { applicationOf, paths } from '../app/paths';
import { useConnection } from '../app/shell';
import { useFleet } from '../hooks/useFleet';
import { useNoWrites } from '../hooks/useNoWrites';
import { useResource } from '../hooks/useResource';
import { useRights } from '../hooks/useRights';
import { useTakeBack } from '../hooks/useTakeBack';
import { number } from '../i18n/format';
import { asCommandError, commands, type CommandError } from '../ipc';
import { Button } from './Button';
import { Choice } from './Choice';
import styles from './DeleteLayer.module.css';
import { Dialog, DialogActions } from './Dialog';
import { EnvironmentName } from './EnvironmentName';
import { Field } from './Field';
import { Problem } from './Problem';
import { Shape } from './Shape';
import { Tag } from './Tag';
import { UnlockButton } from './UnlockButton';

/** Deleting an application: what would be lost, its key to type, and for production a choice of its own. */
export function DeleteLayer({ connection, application }: Deletion) {
  const { t } = useTranslation();
  const view = useConnection(connection);
  const noWriting = useNoWrites(connection, useFleet(connection).held.reading);
  const can = useRights(connection, application, null);
  const first = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const [force, setForce] = useState(false);
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const held = useResource(connection, { kind: 'application', application });
  const runs = held.value?.environments.filter(({ status }) => status !== 'stopped') ?? [];
  const inProduction = runs.some(({ environment }) => stageIn(view, environment).production);
  const close = () => {
    closeLayer('deletion');
  };

  const send = (isForced: boolean) => {
    setSending(true);
    setError(null);
    commands.applicationDelete(connection, application, isForced).then(
      () => {
        close();
        // Its own pages are gone with it.
        const here = history.location.pathname;
        if (applicationOf(here)?.application === application) goInstead(paths.applications(connection));
      },
      (thrown: unknown) => {
        setSending(false);
        setError(asCommandError(thrown));
      },
    );
  };
  const countdown = useTakeBack(send);
  const waiting = countdown.left !== null;
  const reason = !can('applications:delete')
    ? t('rights.missing', { permission: 'applications:delete' })
    : noWriting !== undefined
      ? noWriting
      : held.value === undefined
        ? t('deletion.notKnown')
        : typed !== application
          ? t('deletion.typeFirst')
          : inProduction && !force
            ? t('deletion.forceFirst')
            : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason !== undefined || sending || waiting) return;
    if (inProduction) countdown.start(force);
    else send(force);
  };

  return (
    <Dialog
      title={t('deletion.title', { key: application })}
      wide
      focus={first}
      close={() => {
        // Escape takes back what is about to be sent, and closes nothing.
        if (waiting) countdown.cancel();
        else if (!sending) close();
      }}
    >
      <form className={styles.form} onSubmit={submit} noValidate>
        <Lost connection={connection} application={application} />
        {inProduction && (
          <Choice
            label={t('deletion.force')}
            hint={t('deletion.forceHint')}
            checked={force}
            disabled={sending || waiting}
            change={setForce}
          />
        )}
        <Field
          ref={first}
          label={t('deletion.type', { key: application })}
          mono
          autoComplete="off"
          spellCheck={false}
          readOnly={sending || waiting}
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value);
          }}
        />
        {error ? <Problem error={error} /> : held.error && !held.value && <Problem error={held.error} />}
        <DialogActions>
          <span role="status" className={styles.note}>
            {waiting ? t('deletion.takingBack', { key: application, seconds: countdown.left }) : null}
          </span>
          <UnlockButton connection={connection} />
          {waiting ? (
            <Button key="back" autoFocus onClick={countdown.cancel}>
              {t('deploy.takeBack')}
            </Button>
          ) : (
            <>
              <Button aria-disabled={sending} onClick={close}>
                {error ? t('connection.close') : t('cancel')}
              </Button>
              <Button
                key="send"
                type="submit"
                kind={inProduction ? 'production' : 'primary'}
                reason={reason}
                aria-disabled={sending}
              >
                {sending
                  ? t('deletion.sending')
                  : t(inProduction ? 'deletion.actionProduction' : 'deletion.action', { key: application })}
              </Button>
            </>
          )}
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** What is lost with it, as far as that is known. */
function Lost({ connection, application }: Deletion) {
  const { t } = useTranslation();
  const view = useConnection(connection);
  const app = useResource(connection, { kind: 'application', application });
  const history = useResource(connection, { kind: 'deployments', application });
  const access = useResource(connection, { kind: 'access', application });
  const items = app.value?.configuration ?? [];
  const secrets = items.filter(({ location }) => location === 'keyvault').length;
  const deployments = history.value && (history.value.meta?.total ?? history.value.data.length);
  return (
    <div>
      <p>{t('deletion.text')}</p>
      <ul className={styles.lost} aria-label={t('deletion.lost')}>
        {app.value?.environments.map(({ environment, image, status }) => (
          <li key={environment}>
            <EnvironmentName environment={environment} />{' '}
            {status === 'stopped' ? (
              t('state.off')
            ) : (
              <>
                {t('deletion.runs')} <Tag text={imageWords(null, image ?? '').to} />
              </>
            )}
            {stageIn(view, environment).production && status !== 'stopped' && <Shape state="warning" />}
          </li>
        ))}
        {app.value?.environments.length === 0 && <li>{t('deletion.nowhere')}</li>}
        {items.length > 0 && (
          <li>
            {t('deletion.items', { count: items.length, formatted: number(items.length) })}
            {secrets > 0 && t('deletion.secrets', { count: secrets, formatted: number(secrets) })}
          </li>
        )}
        {deployments !== undefined && (
          <li>{t('deletion.deployments', { count: deployments, formatted: number(deployments) })}</li>
        )}
        {access.value && (
          <li>
            {t('deletion.access', { count: access.value.length, formatted: number(access.value.length) })}
          </li>
        )}
        <li>{t('deletion.logs')}</li>
      </ul>
    </div>
  );
}
