import { X } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { unlock } from '../app/carefully';
import { stageIn } from '../app/environments';
import { anyLayerOpen } from '../app/layers';
import { modifier } from '../app/platform';
import { useConnection } from '../app/shell';
import { useBatch } from '../hooks/useBatch';
import { useBatchReview } from '../hooks/useBatchReview';
import { useTakeBack } from '../hooks/useTakeBack';
import { number } from '../i18n/format';
import {
  asCommandError,
  commands,
  type BatchAct,
  type BatchItem,
  type BatchOrder,
  type CommandError,
  type ConnectionId,
  type Stage,
} from '../ipc';
import { BatchItems } from './BatchItems';
import { BatchResults } from './BatchResults';
import { Button, IconButton } from './Button';
import styles from './DeployPanel.module.css';
import { Field } from './Field';
import { icon } from './icon';
import { Kbd } from './Kbd';
import { useLock } from './Lock';
import { Problem } from './Problem';
import { Segmented } from './Segmented';

type Props = {
  connection: ConnectionId;
  /** The applications that are selected. */
  keys: string[];
  kind: BatchAct['kind'];
  environments: Stage[];
  close: () => void;
};

/** What is confirmed, as it was seen. */
type Order = { environment: string; orders: BatchOrder[]; confirmation: string | null };

/** The same for several applications: one review, one confirmation, then one after the other. */
export default function BatchPanel({ connection, keys: selected, kind: first, environments, close }: Props) {
  const { t } = useTranslation();
  const view = useConnection(connection);
  const { locked } = useLock(view);
  // What is selected meanwhile is none of this batch's matter.
  const [keys] = useState(selected);
  const [kind, setKind] = useState(first);
  const [tag, setTag] = useState('');
  const [environment, setEnvironment] = useState(environments[0]?.key ?? 'dev');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [taken, setTaken] = useState(false);
  const [showing, setShowing] = useState(false);
  const [failure, setFailure] = useState<CommandError | null>(null);
  const wanted = tag.trim();
  const act: BatchAct = kind === 'restart' ? { kind } : { kind, tag: wanted };
  const { review, error: unread } = useBatchReview(connection, environment, keys, act);
  const batch = useBatch(connection);
  const countdown = useTakeBack((order: Order) => {
    batch.send(order.environment, order.orders, order.confirmation);
  });
  const waiting = countdown.left !== null;
  const begun = batch.told.length > 0;
  const busy = waiting || begun;
  const { production, name } = stageIn(view, environment);
  const goes = (item: BatchItem) => item.refusal === null && !left.has(item.application);
  const chosen = review?.items.filter(goes) ?? [];
  const reason = locked
    ? t('lock.reason')
    : kind === 'deploy' && wanted === ''
      ? t('deploy.tagNeeded')
      : review && chosen.length === 0
        ? t('batch.nothing')
        : undefined;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = panel.current;
    if (element && !element.contains(document.activeElement)) element.focus();
  }, []);
  const { cancel: stop, what } = countdown;
  const confirmation = what?.confirmation ?? null;
  const cancel = useCallback(() => {
    stop();
    // It is not sent by this page any more, whatever Rust answers.
    if (confirmation !== null) commands.deploymentsTakeBack(connection, confirmation).catch(() => undefined);
  }, [stop, connection, confirmation]);
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.repeat || event.defaultPrevented || anyLayerOpen()) return;
      event.preventDefault();
      if (waiting) {
        cancel();
        setTaken(true);
      } else close();
    };
    document.addEventListener('keydown', heard);
    return () => {
      document.removeEventListener('keydown', heard);
    };
  }, [close, waiting, cancel]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || showing || reason !== undefined || !review) return;
    setTaken(false);
    setFailure(null);
    const order = {
      environment,
      orders: chosen.map(({ application, image }) => ({
        application,
        image: kind === 'restart' ? null : image,
      })),
    };
    if (!production) {
      batch.send(order.environment, order.orders, null);
      return;
    }
    const shown = order.orders.map(({ application, image }) => ({
      application,
      request: { environment, image, note: null, configuration: null, from: null, dryRun: null },
    }));
    setShowing(true);
    commands
      .deploymentsShow(connection, shown)
      .then(
        (confirmed) => {
          countdown.start({ ...order, confirmation: confirmed });
        },
        (thrown: unknown) => {
          setFailure(asCommandError(thrown));
        },
      )
      .finally(() => {
        setShowing(false);
      });
  };
  const effect = { count: chosen.length, formatted: number(chosen.length), tag: wanted, environment: name };

  return (
    <aside
      ref={panel}
      tabIndex={-1}
      className={styles.panel}
      data-panel=""
      aria-label={t('batch.title')}
      data-production={production}
    >
      <header className={styles.head}>
        <h2 className={styles.title}>
          {t('batch.titleOf', { count: keys.length, formatted: number(keys.length) })}
        </h2>
        <IconButton label={t('deploy.close')} onClick={close}>
          <X {...icon} />
        </IconButton>
      </header>
      <form
        className={styles.form}
        noValidate
        onSubmit={submit}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return;
          submit(event);
        }}
      >
        <div className={styles.content}>
          <section className={styles.section}>
            <Segmented
              label={t('batch.what')}
              value={kind}
              disabled={busy}
              options={[
                { value: 'restart', label: t('application.restart') },
                { value: 'deploy', label: t('batch.deployTag') },
              ]}
              change={setKind}
            />{' '}
            <Segmented
              label={t('deploy.environment')}
              value={environment}
              disabled={busy}
              options={environments.map((stage) => ({
                value: stage.key,
                label: stage.name,
                production: stage.production,
              }))}
              change={setEnvironment}
            />
          </section>
          {kind === 'deploy' && (
            <section className={styles.section}>
              <Field
                label={t('batch.tag')}
                hint={t('batch.tagHint')}
                mono
                autoFocus
                autoComplete="off"
                spellCheck={false}
                readOnly={busy}
                value={tag}
                onChange={({ target }) => {
                  setTag(target.value);
                }}
              />
            </section>
          )}
          <section className={styles.section}>
            {unread && <Problem error={unread} />}
            {failure && <Problem error={failure} />}
            {begun ? (
              <BatchResults connection={connection} environment={environment} told={batch.told} />
            ) : (
              review && (
                <BatchItems
                  review={review}
                  left={left}
                  disabled={busy}
                  toggle={(key) => {
                    setLeft((before) => {
                      const next = new Set(before);
                      if (!next.delete(key)) next.add(key);
                      return next;
                    });
                  }}
                />
              )
            )}
            {batch.error && <Problem error={batch.error} />}
          </section>
        </div>
        <footer className={styles.foot} data-waiting={waiting}>
          <span role="status" aria-live="assertive" className={styles.note}>
            {waiting
              ? t(kind === 'restart' ? 'batch.takingBackRestart' : 'batch.takingBack', {
                  ...effect,
                  seconds: countdown.left,
                })
              : taken
                ? t('deploy.takenBack')
                : begun
                  ? batch.summary
                  : production
                    ? t('deploy.thenTakeBack')
                    : null}
          </span>
          {locked && !begun && (
            <Button
              onClick={() => {
                unlock(connection);
              }}
            >
              {t('lock.unlock')}
            </Button>
          )}
          {begun ? (
            <>
              {batch.sending && (
                <Button onClick={batch.stop} aria-disabled={batch.stopped}>
                  {t(batch.stopped ? 'batch.stopping' : 'batch.stop')}
                </Button>
              )}
              {!batch.sending && <Button onClick={close}>{t('connection.close')}</Button>}
            </>
          ) : waiting ? (
            <Button
              key="back"
              autoFocus
              onClick={() => {
                cancel();
                setTaken(true);
              }}
            >
              {t('deploy.takeBack')}
              <span className={styles.kbd}>{t('keys.escape')}</span>
            </Button>
          ) : (
            <Button
              key="send"
              type="submit"
              kind={production ? 'production' : 'primary'}
              reason={reason}
              disabled={!review}
              autoFocus={taken}
            >
              {t(kind === 'restart' ? 'batch.restartIn' : 'batch.deployTo', effect)}
              <Kbd keys={`${modifier} ⏎`} />
            </Button>
          )}
        </footer>
      </form>
    </aside>
  );
}
