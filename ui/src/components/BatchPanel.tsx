import { useState } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { stageIn } from '../app/environments';
import { modifier } from '../app/platform';
import { useConnection } from '../app/shell';
import { useBatch } from '../hooks/useBatch';
import { useBatchReview } from '../hooks/useBatchReview';
import { useDraft } from '../hooks/useDraft';
import { useFleet } from '../hooks/useFleet';
import { useNoWrites } from '../hooks/useNoWrites';
import { useSendKey } from '../hooks/useSendKey';
import { number } from '../i18n/format';
import type { BatchAct, BatchItem, ConnectionId, Stage } from '../ipc';
import { BatchItems } from './BatchItems';
import { BatchResults } from './BatchResults';
import { Button } from './Button';
import styles from './DeployPanel.module.css';
import { DraftLine } from './DraftLine';
import { Field } from './Field';
import { Kbd } from './Kbd';
import { Problem } from './Problem';
import { Segmented } from './Segmented';
import { SidePanel } from './SidePanel';
import { UnlockButton } from './UnlockButton';

type Props = {
  connection: ConnectionId;
  /** The applications that are selected. */
  keys: string[];
  kind: BatchAct['kind'];
  environments: Stage[];
  close: () => void;
};

/** The same for several applications: one review, one confirmation, then one after the other. */
export default function BatchPanel({ connection, keys: selected, kind: first, environments, close }: Props) {
  const { t } = useTranslation();
  const view = useConnection(connection);
  const noWriting = useNoWrites(connection, useFleet(connection).held.reading);
  // What is selected meanwhile is none of this batch's matter.
  const [keys] = useState(selected);
  const [kind, setKind] = useState(first);
  const { form: typing, draft } = useDraft(connection, 'batch', { tag: '' });
  const tag = useWatch({ control: typing.control, name: 'tag' });
  const [environment, setEnvironment] = useState(environments[0]?.key ?? 'dev');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const wanted = tag.trim();
  const act: BatchAct = kind === 'restart' ? { kind } : { kind, tag: wanted };
  const batch = useBatch(connection, draft.sent);
  const waiting = batch.phase === 'waiting';
  const begun = batch.phase === 'sending' || batch.phase === 'done';
  const { review, error: unread } = useBatchReview(connection, environment, keys, act, begun);
  const busy = batch.phase !== 'reviewing';
  const { production, name } = stageIn(view, environment);
  const goes = (item: BatchItem) => item.refusal === null && !left.has(item.application);
  const chosen = review?.items.filter(goes) ?? [];
  const reason =
    noWriting !== undefined
      ? noWriting
      : kind === 'deploy' && wanted === ''
        ? t('deploy.tagNeeded')
        : review && chosen.length === 0
          ? t('batch.nothing')
          : undefined;
  // What is being sent stays in sight, and can be stopped.
  const sending = batch.phase === 'sending';
  const submit = () => {
    if (busy || reason !== undefined || !review) return;
    const orders = {
      environment,
      orders: chosen.map(({ application, image }) => ({
        application,
        image: kind === 'restart' ? null : image,
      })),
    };
    batch.start(orders, production);
  };
  const form = useSendKey<HTMLFormElement>(submit);
  const effect = { count: chosen.length, formatted: number(chosen.length), tag: wanted, environment: name };

  return (
    <SidePanel
      title={t('batch.titleOf', { count: keys.length, formatted: number(keys.length) })}
      label={t('batch.title')}
      production={production}
      stays={sending}
      close={close}
    >
      <form
        ref={form}
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className={styles.content}>
          <section className={styles.section}>
            <div className={styles.acts}>
              <Segmented
                label={t('batch.what')}
                value={kind}
                disabled={busy}
                options={[
                  { value: 'restart', label: t('application.restart') },
                  { value: 'deploy', label: t('batch.deployTag') },
                ]}
                change={setKind}
              />
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
            </div>
          </section>
          {kind === 'deploy' && (
            <section className={styles.section}>
              <DraftLine draft={draft} disabled={busy} />
              <Field
                label={t('batch.tag')}
                hint={t('batch.tagHint')}
                mono
                autoFocus
                autoComplete="off"
                spellCheck={false}
                readOnly={busy}
                {...typing.register('tag')}
              />
            </section>
          )}
          <section className={styles.section}>
            {unread && <Problem error={unread} />}
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
                  seconds: batch.left,
                })
              : batch.takenBack
                ? t('deploy.takenBack')
                : begun
                  ? batch.summary
                  : production
                    ? t('deploy.thenTakeBack')
                    : null}
          </span>
          {!begun && <UnlockButton connection={connection} />}
          {begun ? (
            <>
              {sending && (
                <Button onClick={batch.stop} aria-disabled={batch.stopped}>
                  {t(batch.stopped ? 'batch.stopping' : 'batch.stop')}
                </Button>
              )}
              {!sending && <Button onClick={close}>{t('connection.close')}</Button>}
            </>
          ) : waiting ? (
            <Button key="back" autoFocus onClick={batch.takeBack}>
              {t('deploy.takeBack')}
              <span className={styles.kbd}>{t('keys.escape')}</span>
            </Button>
          ) : (
            <Button
              key="send"
              type="submit"
              kind={production ? 'production' : 'primary'}
              reason={reason}
              disabled={!review || batch.phase === 'showing'}
              autoFocus={batch.takenBack}
            >
              {kind === 'deploy' && wanted === ''
                ? t('deploy.action')
                : t(kind === 'restart' ? 'batch.restartIn' : 'batch.deployTo', effect)}
              <Kbd keys={`${modifier} ⏎`} />
            </Button>
          )}
        </footer>
      </form>
    </SidePanel>
  );
}
