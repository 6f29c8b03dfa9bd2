import { useQueryClient } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  callOf,
  copyEntries,
  fieldOf,
  forgetting,
  freshly,
  isJson,
  keepForm,
  missing,
  operationName,
  type Typed,
} from '../../app/explorer';
import { openMenu } from '../../app/layers';
import { paths } from '../../app/paths';
import { putRefusal, useConnection } from '../../app/shell';
import { useCopied } from '../../hooks/useCopied';
import { useGone } from '../../hooks/useGone';
import { useNoWrites } from '../../hooks/useNoWrites';
import { useShown } from '../../hooks/useShown';
import {
  asCommandError,
  commands,
  newCall,
  type ApiAnswer,
  type ApiCall,
  type ApiOperation,
  type ApiParameter,
  type Call,
  type CommandError,
  type ConnectionId,
} from '../../ipc';
import { Button } from '../Button';
import { Field } from '../Field';
import { smallIcon } from '../icon';
import { Problem } from '../Problem';
import { UnlockButton } from '../UnlockButton';
import { AnswerView } from './AnswerView';
import styles from './Explorer.module.css';
import { FieldTable } from './FieldTable';
import { sentKey } from './SentList';

const JsonEditor = lazy(() => import('../JsonEditor'));

type Props = { connection: ConnectionId; operation: ApiOperation; begin: Typed };

/** The form of an operation. What writes to production is shown for three seconds before it is sent. */
export function OperationForm({ connection, operation, begin }: Props) {
  const { t } = useTranslation();
  const view = useConnection(connection);
  const queries = useQueryClient();
  const gone = useGone();
  const [typed, setTyped] = useState(begin);
  const [sending, setSending] = useState<Call | null>(null);
  const [callingOff, setCallingOff] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const [came, setCame] = useState<{ call: ApiCall; answer: ApiAnswer } | null>(null);
  const [place, setPlace] = useState('');
  // What was sent once stays where it can be mended, and nowhere else.
  const [wasSent, setWasSent] = useState(false);
  const name = operationName(operation.row);
  const noWrites = useNoWrites(connection, undefined);
  useEffect(() => {
    keepForm(view, name, wasSent ? forgetting(operation, typed) : typed);
  }, [view, name, operation, typed, wasSent]);

  const failed = (thrown: unknown) => {
    const failure = asCommandError(thrown);
    setError(failure);
    setSending(null);
    if (gone.current) putRefusal({ what: name, to: paths.api(connection, { operation: name }) }, failure);
  };
  const send = (call: ApiCall, confirmation: string | null) => {
    setWasSent(operation.row.writes);
    const begun = newCall();
    setSending(begun);
    setCallingOff(false);
    commands
      .apiSend(connection, call, confirmation, begun.number)
      .then((answer) => {
        // A write that was refused is mended and sent again.
        const isDone = operation.row.writes && answer.status < 400;
        if (isDone) setTyped((before) => forgetting(operation, before));
        setCame({ call: { ...call, headers: [], body: null }, answer });
        setSending(null);
      }, failed)
      .finally(() => void queries.invalidateQueries({ queryKey: sentKey(connection) }));
  };
  const { showing, left, takenBack, start, takeBack } = useShown(connection, send, failed);
  const busy = sending !== null || showing || left !== null;
  const call = callOf(operation, typed);
  const lacking = missing(operation, typed);
  const reason =
    (operation.row.writes ? noWrites : undefined) ??
    (lacking === null ? undefined : t('explorer.missing', { name: lacking })) ??
    (isJson(typed.body) ? undefined : t('explorer.bodyBroken'));
  const begun = () => {
    setError(null);
    const show = async () => {
      const planned = await commands.apiShow(connection, call);
      setPlace(planned?.environment.name ?? '');
      return planned?.confirmation ?? null;
    };
    start(call, operation.row.writes ? show : null);
  };
  return (
    <>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (reason === undefined && !busy) begun();
        }}
      >
        {operation.parameters.map((parameter) => (
          <ParameterField
            key={fieldOf(parameter)}
            parameter={parameter}
            value={typed.values[fieldOf(parameter)] ?? ''}
            change={(value) => {
              setTyped((before) => ({
                ...before,
                values: { ...before.values, [fieldOf(parameter)]: value },
              }));
            }}
          />
        ))}
        {operation.body && (
          <Body
            operation={operation}
            value={typed.body}
            change={(body) => {
              setTyped((before) => ({ ...before, body }));
            }}
          />
        )}
        <div className={styles.actions}>
          <Button kind="primary" type="submit" reason={reason} disabled={busy}>
            {t(sending !== null ? 'explorer.sending' : 'explorer.send')}
          </Button>
          {operation.row.writes && <UnlockButton connection={connection} />}
          <CopyButton connection={connection} call={call} reason={lacking === null ? undefined : reason} />
          <Button
            kind="quiet"
            disabled={busy}
            onClick={() => {
              setTyped(freshly(operation));
            }}
          >
            {t('explorer.afresh')}
          </Button>
          {sending !== null && (
            <Button
              onClick={() => {
                setCallingOff(true);
                sending.off();
              }}
            >
              {t('cancel')}
            </Button>
          )}
        </div>
        {sending !== null && callingOff && <p role="status">{t('explorer.sentAlready')}</p>}
      </form>
      {left !== null && (
        <div className={styles.waiting}>
          <span role="status" aria-live="assertive" className={styles.waitingWords}>
            {t('explorer.writesTo', { name: operationName(call), place, seconds: left })}
          </span>
          <Button autoFocus onClick={takeBack}>
            {t('access.takeBack')}
          </Button>
        </div>
      )}
      {left === null && takenBack && <p role="status">{t('access.takenBack')}</p>}
      {error && <Problem error={error} />}
      {came && <AnswerView call={came.call} answer={came.answer} />}
    </>
  );
}

function ParameterField({
  parameter,
  value,
  change,
}: {
  parameter: ApiParameter;
  value: string;
  change: (value: string) => void;
}) {
  const { t } = useTranslation();
  const { name, place, required, description, kind, choices, example, repeats } = parameter;
  const hint = [
    t(`explorer.place.${place}`, { kind }),
    choices.length > 0 && t('explorer.oneOf', { choices: choices.join(', ') }),
    repeats && t('explorer.several'),
    description,
  ].filter((part) => typeof part === 'string');
  return (
    <Field
      label={required ? t('explorer.required', { name }) : name}
      mono
      autoComplete="off"
      spellCheck={false}
      placeholder={example ?? undefined}
      hint={hint.join(' · ')}
      value={value}
      onChange={(event) => {
        change(event.target.value);
      }}
    />
  );
}

function Body({
  operation,
  value,
  change,
}: {
  operation: ApiOperation;
  value: string;
  change: (text: string) => void;
}) {
  const { t } = useTranslation();
  const { body } = operation;
  if (body?.json !== true) return <p className={styles.about}>{t('explorer.noJson')}</p>;
  return (
    <div>
      <p className={styles.label}>
        {body.required ? t('explorer.required', { name: t('explorer.body') }) : t('explorer.body')}
      </p>
      <div className={styles.editor}>
        <Suspense fallback={null}>
          <JsonEditor label={t('explorer.body')} value={value} change={change} />
        </Suspense>
      </div>
      {body.fields.length > 0 && (
        <details className={styles.fields}>
          <summary>{t('explorer.fields')}</summary>
          <FieldTable fields={body.fields} cut={body.cut} />
        </details>
      )}
    </div>
  );
}

function CopyButton({
  connection,
  call,
  reason,
}: {
  connection: ConnectionId;
  call: ApiCall;
  reason: string | undefined;
}) {
  const { t } = useTranslation();
  const [copied, note] = useCopied();
  return (
    <Button
      aria-haspopup="menu"
      reason={reason}
      onClick={({ currentTarget }) => {
        openMenu(currentTarget, t('explorer.copyAs'), copyEntries(connection, call, note), currentTarget);
      }}
    >
      {t(copied ? 'copied' : 'explorer.copyAs')}
      <ChevronDown {...smallIcon} />
    </Button>
  );
}
