import { useEffect, useState, type FormEvent } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Errand } from '../app/errands';
import { focusFirst } from '../app/focusFirst';
import { closeLayer, type ConnectionPart } from '../app/layers';
import { go } from '../app/navigation';
import { paths } from '../app/paths';
import { isSame } from '../app/same';
import { useConnection } from '../app/shell';
import { useInvalidFocus } from '../hooks/useInvalidFocus';
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
import { Dialog, DialogActions } from './Dialog';
import { LimitFields } from './LimitFields';
import { Parts } from './Parts';
import { errorWords, Problem } from './Problem';
import { QuestionLayer } from './QuestionLayer';
import { ReadsAs } from './ReadsAs';
import { NetworkFields, partOf, SignInFields } from './WayFields';

const PARTS: ConnectionPart[] = ['general', 'network', 'signIn', 'check'];

/** A connection: its name, colour and protection, how it is reached and signed in to, and whether that works. */
export function ConnectionLayer({ id, part }: { id: string; part: ConnectionPart }) {
  const connection = useConnection(id);
  return connection && <Layer connection={connection} first={part} />;
}

/** A way as it was when it was asked for, and as it is set now. */
type Ways = { before: ConnectionWay; now: ConnectionWay };

function Layer({ connection, first }: { connection: ConnectionView; first: ConnectionPart }) {
  const { t } = useTranslation();
  const { id, name, hue, production, readOnly, local } = connection;
  const [part, setPart] = useState(first);
  const [before] = useState<ConnectionEdit>({ name, hue, production, readOnly });
  const [edit, setEdit] = useState(before);
  const [ways, setWays] = useState<Ways | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const [saving, setSaving] = useState(false);
  /** What is done if the changes may be lost. */
  const [losing, setLosing] = useState<(() => void) | null>(null);
  const fields = useInvalidFocus<HTMLDivElement>(error);
  useEffect(() => {
    let wanted = true;
    commands.connectionWay(id).then(
      (way) => {
        if (wanted) setWays((known) => known ?? { before: way, now: way });
      },
      (thrown: unknown) => {
        if (wanted) setError(asCommandError(thrown));
      },
    );
    return () => {
      wanted = false;
    };
  }, [id]);
  const otherWay = ways !== null && !isSame(ways.before, ways.now);
  const changed = otherWay || !isSame(before, edit);
  const close = () => {
    closeLayer('connection');
  };
  /** Asks first where something would be lost. */
  const leave = (then: () => void) => {
    if (changed) setLosing(() => then);
    else then();
  };
  const changeWay = (by: Partial<ConnectionWay>) => {
    setError(null);
    setWays((known) => known && { ...known, now: { ...known.now, ...by } });
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!changed) close();
    if (!changed || !ways || saving) return;
    setSaving(true);
    try {
      await commands.connectionChange(id, edit, ways.now);
      close();
    } catch (thrown) {
      const refused = asCommandError(thrown);
      setError(refused);
      setPart(refused.code === 'connection_name_invalid' ? 'general' : (partOf(refused) ?? part));
    } finally {
      setSaving(false);
    }
  };
  const mend = (errand: Errand) => {
    if (errand !== 'session') {
      flushSync(() => {
        setPart(errand);
      });
      focusFirst(fields.current);
      return;
    }
    leave(() => {
      close();
      go(paths.home(id));
    });
  };
  const atField = error?.code === 'connection_name_invalid' || partOf(error) !== null;
  return (
    <Dialog
      title={t('connection.title', { name })}
      wide
      close={() => {
        leave(close);
      }}
    >
      {/* The instance of this machine is reached and signed in to as the app itself says. */}
      {!local && <Parts parts={PARTS} value={part} change={setPart} />}
      <form onSubmit={(event) => void save(event)} noValidate>
        <div ref={fields} className={styles.form}>
          {part === 'general' && (
            <ConnectionFields
              value={edit}
              change={(value) => {
                setError(null);
                setEdit(value);
              }}
              error={error?.code === 'connection_name_invalid' ? errorWords(error).text : null}
            />
          )}
          {ways && part === 'network' && (
            <>
              <NetworkFields
                value={ways.now.network}
                error={error}
                change={(network) => {
                  changeWay({ network });
                }}
              />
              <ReadsAs
                value={ways.now.readsAs}
                found={connection.found}
                change={(readsAs) => {
                  changeWay({ readsAs });
                }}
              />
              <LimitFields
                value={ways.now.limits}
                speaks={ways.now.readsAs ?? connection.found ?? 'documented'}
                error={error}
                change={(limits) => {
                  changeWay({ limits });
                }}
              />
            </>
          )}
          {ways && part === 'signIn' && (
            <SignInFields
              value={ways.now.signIn}
              error={error}
              change={(signIn) => {
                changeWay({ signIn });
              }}
            />
          )}
          {part === 'check' && (
            <ConnectionCheck connection={connection} way={otherWay ? ways.now : null} mend={mend} />
          )}
          {error && !atField && <Problem error={error} />}
        </div>
        <DialogActions>
          <Button onClick={close}>{changed ? t('cancel') : t('connection.close')}</Button>
          {changed && (
            <Button type="submit" kind="primary" disabled={!ways || saving}>
              {t('connection.save')}
            </Button>
          )}
        </DialogActions>
      </form>
      {losing && (
        <QuestionLayer
          title={t('connection.discard.title')}
          text={t('connection.discard.text', { name })}
          action={t('connection.discard.action')}
          careful
          answer={(yes) => {
            setLosing(null);
            if (yes) losing();
          }}
        />
      )}
    </Dialog>
  );
}
