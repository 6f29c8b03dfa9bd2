import { useEffect, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { closeLayer, type ConnectionPart } from '../app/layers';
import { useConnection } from '../app/shell';
import {
  asCommandError,
  commands,
  type CommandError,
  type ConnectionEdit,
  type ConnectionView,
  type ConnectionWay,
} from '../ipc';
import { Button } from './Button';
import { ConnectionCheck } from './ConnectionCheck';
import { ConnectionFields } from './ConnectionFields';
import styles from './ConnectionLayer.module.css';
import { Dialog } from './Dialog';
import { errorWords, Problem } from './Problem';
import { Segmented } from './Segmented';
import { NetworkFields, partOf, SignInFields } from './WayFields';

const PARTS: ConnectionPart[] = ['general', 'network', 'signIn', 'check'];

type Draft = { edit: ConnectionEdit; way: ConnectionWay };

/** A connection: its name, colour and protection, how it is reached and signed in to, and whether that works. */
export function ConnectionLayer({ id, part }: { id: string; part: ConnectionPart }) {
  const connection = useConnection(id);
  return connection && <Layer connection={connection} first={part} />;
}

function Layer({ connection, first }: { connection: ConnectionView; first: ConnectionPart }) {
  const { t } = useTranslation();
  const { id, name, hue, production, readOnly, local } = connection;
  const [part, setPart] = useState(first);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const edited = useState({ name, hue, production, readOnly })[0];
  useEffect(() => {
    let wanted = true;
    commands.connectionWay(id).then(
      (way) => {
        if (wanted) setDraft((before) => before ?? { edit: edited, way });
      },
      (thrown: unknown) => {
        if (wanted) setError(asCommandError(thrown));
      },
    );
    return () => {
      wanted = false;
    };
  }, [id, edited]);
  const close = () => {
    closeLayer('connection');
  };
  const change = (by: Partial<Draft>) => {
    setError(null);
    setDraft((before) => before && { ...before, ...by });
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!draft) return;
    try {
      await commands.connectionChange(id, draft.edit, draft.way);
      close();
    } catch (thrown) {
      const refused = asCommandError(thrown);
      setError(refused);
      setPart(partOf(refused) ?? 'general');
    }
  };
  const atField = error?.code === 'connection_name_invalid' || partOf(error) !== null;
  return (
    <Dialog title={t('connection.title', { name })} wide close={close}>
      {/* The instance of this machine is reached and signed in to as the app itself says. */}
      {!local && (
        <Segmented
          label={t('connection.parts')}
          value={part}
          options={PARTS.map((value) => ({ value, label: t(`connection.part.${value}`) }))}
          change={setPart}
        />
      )}
      {part === 'check' ? (
        <ConnectionCheck connection={connection} />
      ) : (
        <form className={styles.form} onSubmit={(event) => void save(event)} noValidate>
          {part === 'general' && (
            <ConnectionFields
              value={draft?.edit ?? edited}
              change={(edit) => {
                change({ edit });
              }}
              error={error?.code === 'connection_name_invalid' ? errorWords(error).text : null}
            />
          )}
          {draft && part === 'network' && (
            <NetworkFields
              value={draft.way.network}
              error={error}
              change={(network) => {
                change({ way: { ...draft.way, network } });
              }}
            />
          )}
          {draft && part === 'signIn' && (
            <SignInFields
              value={draft.way.signIn}
              error={error}
              change={(signIn) => {
                change({ way: { ...draft.way, signIn } });
              }}
            />
          )}
          {error && !atField && <Problem error={error} />}
          <div className={styles.actions}>
            <Button onClick={close}>{t('cancel')}</Button>
            <Button type="submit" kind="primary" disabled={!draft}>
              {t('connection.save')}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
