import { useState } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { stageIn } from '../app/environments';
import { rolloutSummary, type Rollout } from '../app/rollouts';
import { useConnection } from '../app/shell';
import { useBatch } from '../hooks/useBatch';
import { useBatchReview } from '../hooks/useBatchReview';
import { useDraft } from '../hooks/useDraft';
import { useFleet } from '../hooks/useFleet';
import { useNoWrites } from '../hooks/useNoWrites';
import { useSendKey } from '../hooks/useSendKey';
import { useShowsRollout } from '../hooks/useShowsRollout';
import { number } from '../i18n/format';
import type { BatchAct, BatchItem, ConnectionId, Stage } from '../ipc';
import { BatchItems } from './BatchItems';
import { BatchResults } from './BatchResults';
import { Button } from './Button';
import styles from './DeployPanel.module.css';
import { DraftLine } from './DraftLine';
import { Field } from './Field';
import { Problem } from './Problem';
import { Segmented } from './Segmented';
import { SendFoot } from './SendFoot';
import { PanelContent, PanelFoot, PanelSection, SidePanel } from './SidePanel';
import { StopRollout } from './StopRollout';

type Props = {
  connection: ConnectionId;
  /** The applications that are selected. */
  keys: string[];
  kind: BatchAct['kind'];
  environments: Stage[];
  /** What was sent, in the place of what would be. */
  rollout: Rollout | null;
  close: () => void;
};

/** The same for several applications: one review, one confirmation, then one after the other. */
export default function BatchPanel({
  connection,
  keys: selected,
  kind,
  environments,
  rollout,
  close,
}: Props) {
  const { t } = useTranslation();
  const view = useConnection(connection);
  // What is selected meanwhile is none of this batch's matter.
  const [keys] = useState(selected);
  const [environment, setEnvironment] = useState(environments[0]?.key ?? 'dev');
  const of = rollout?.of.kind === 'batch' ? rollout.of : null;
  const stage = of?.environment ?? stageIn(view, environment);
  const count = (rollout?.applications ?? keys).length;
  return (
    <SidePanel
      title={t('batch.titleOf', { count, formatted: number(count) })}
      label={t('batch.title')}
      production={stage.production}
      about={rollout === null ? null : String(rollout.id)}
      close={close}
    >
      {rollout ? (
        <BatchProgress rollout={rollout} environment={stage.key} close={close} />
      ) : (
        <BatchForm
          connection={connection}
          keys={keys}
          kind={kind}
          environments={environments}
          environment={stage}
          change={setEnvironment}
        />
      )}
    </SidePanel>
  );
}

/** What was sent, and what has become of it. */
function BatchProgress({
  rollout,
  environment,
  close,
}: {
  rollout: Rollout;
  environment: string;
  close: () => void;
}) {
  const { t } = useTranslation();
  useShowsRollout(rollout);
  return (
    <>
      <PanelContent>
        <PanelSection>
          <BatchResults rollout={rollout} environment={environment} />
          {rollout.error && <Problem error={rollout.error} />}
        </PanelSection>
        {rollout.phase === 'sending' && (
          <PanelSection>
            <p className={styles.note}>{t('rollout.dock')}</p>
          </PanelSection>
        )}
      </PanelContent>
      <PanelFoot note={rolloutSummary(rollout)}>
        <StopRollout rollout={rollout} />
        <Button onClick={close}>{t('connection.close')}</Button>
      </PanelFoot>
    </>
  );
}

type FormProps = Pick<Props, 'connection' | 'keys' | 'kind' | 'environments'> & {
  environment: Stage;
  change: (environment: string) => void;
};

/** What would be sent, and the button that does. */
function BatchForm({ connection, keys, kind: first, environments, environment: stage, change }: FormProps) {
  const { t } = useTranslation();
  const noWriting = useNoWrites(connection, useFleet(connection).held.reading);
  const [kind, setKind] = useState(first);
  const { form: typing, draft } = useDraft(connection, 'batch', { tag: '' });
  const tag = useWatch({ control: typing.control, name: 'tag' });
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const { key: environment, name, production } = stage;
  const wanted = tag.trim();
  const act: BatchAct = kind === 'restart' ? { kind } : { kind, tag: wanted };
  const batch = useBatch(connection, draft.sent);
  const waiting = batch.phase === 'waiting';
  const { review, error: unread } = useBatchReview(connection, environment, keys, act);
  const busy = batch.phase !== 'reviewing';
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
  const submit = () => {
    if (busy || reason !== undefined || !review) return;
    batch.start({
      environment: stage,
      tag: kind === 'restart' ? null : wanted,
      orders: chosen.map(({ application, image }) => ({
        application,
        image: kind === 'restart' ? null : image,
      })),
    });
  };
  const form = useSendKey<HTMLFormElement>(submit);
  const effect = { count: chosen.length, formatted: number(chosen.length), tag: wanted, environment: name };

  return (
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
              change={change}
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
          {review && (
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
          )}
          {batch.error && <Problem error={batch.error} />}
        </section>
      </div>
      <SendFoot
        connection={connection}
        production={production}
        note={
          waiting
            ? t(kind === 'restart' ? 'batch.takingBackRestart' : 'batch.takingBack', {
                ...effect,
                seconds: batch.left,
              })
            : batch.takenBack
              ? t('deploy.takenBack')
              : production
                ? t('deploy.thenTakeBack')
                : null
        }
        waiting={waiting}
        takeBack={batch.takeBack}
        takenBack={batch.takenBack}
        reason={reason}
        disabled={!review || batch.phase === 'showing'}
        sending={false}
        stale={false}
      >
        {kind === 'deploy' && wanted === ''
          ? t('deploy.action')
          : t(kind === 'restart' ? 'batch.restartIn' : 'batch.deployTo', effect)}
      </SendFoot>
    </form>
  );
}
