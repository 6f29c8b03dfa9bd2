import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { closeLayer } from '../app/layers';
import { useConnection } from '../app/shell';
import {
  asCommandError,
  commands,
  type CommandError,
  type ConnectionEdit,
  type ConnectionView,
  type Hue,
} from '../ipc';
import { Button } from './Button';
import styles from './ConnectionLayer.module.css';
import { Dialog } from './Dialog';
import { Field } from './Field';
import { errorWords } from './Problem';
import { Swatch } from './Swatch';

const HUES: Hue[] = ['indigo', 'violet', 'sky', 'brown', 'olive', 'slate', 'coral', 'plum'];

/** A connection's name and colour, whether it is production, and whether it is locked. */
export function ConnectionLayer({ id }: { id: string }) {
  const connection = useConnection(id);
  return connection && <Form connection={connection} />;
}

function Form({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation();
  const { name, hue, production, readOnly } = connection;
  const [edit, setEdit] = useState<ConnectionEdit>({ name, hue, production, readOnly });
  const [error, setError] = useState<CommandError | null>(null);
  const close = () => {
    closeLayer('connection');
  };
  const change = (by: Partial<ConnectionEdit>) => {
    setEdit((before) => ({ ...before, ...by }));
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await commands.connectionEdit(connection.id, edit);
      close();
    } catch (thrown) {
      setError(asCommandError(thrown));
    }
  };
  const nameError =
    error?.code === 'connection_name_invalid' ? (errorWords(error).text ?? undefined) : undefined;
  return (
    <Dialog title={t('connection.title', { name })} close={close}>
      <form className={styles.form} onSubmit={(event) => void save(event)} noValidate>
        <Field
          label={t('settings.name')}
          value={edit.name}
          error={nameError}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            change({ name: event.target.value });
          }}
        />
        <fieldset className={styles.hues}>
          <legend>{t('connection.colour')}</legend>
          {HUES.map((each) => (
            <label key={each} className={styles.hue} title={t(`hues.${each}`)}>
              <input
                type="radio"
                name="hue"
                checked={edit.hue === each}
                aria-label={t(`hues.${each}`)}
                onChange={() => {
                  change({ hue: each });
                }}
              />
              <Swatch hue={each} />
            </label>
          ))}
        </fieldset>
        <Choice
          label={t('connection.production')}
          hint={t('connection.productionHint')}
          checked={edit.production}
          change={(checked) => {
            change({ production: checked });
          }}
        />
        <Choice
          label={t('connection.readOnly')}
          hint={t('connection.readOnlyHint')}
          checked={edit.readOnly}
          change={(checked) => {
            change({ readOnly: checked });
          }}
        />
        {error && nameError === undefined && <p className={styles.error}>{errorWords(error).title}</p>}
        <div className={styles.actions}>
          <Button onClick={close}>{t('cancel')}</Button>
          <Button type="submit" kind="primary">
            {t('connection.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Choice(props: {
  label: string;
  hint: string;
  checked: boolean;
  change: (checked: boolean) => void;
}) {
  return (
    <label className={styles.choice}>
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => {
          props.change(event.target.checked);
        }}
      />
      <span>
        {props.label}
        <span className={styles.hint}>{props.hint}</span>
      </span>
    </label>
  );
}
