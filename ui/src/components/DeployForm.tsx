import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { saidAbout, saidElsewhere } from '../app/access';
import { inOrder, stageIn } from '../app/environments';
import { imageNames, imageWords } from '../app/image';
import { goInstead, history as way } from '../app/navigation';
import { paths, sameAddress, type Panel } from '../app/paths';
import { useConnection, useShell } from '../app/shell';
import { useAskedPermissions } from '../hooks/useAskedPermissions';
import { useDraft } from '../hooks/useDraft';
import { useNoWrites } from '../hooks/useNoWrites';
import { usePreflight } from '../hooks/usePreflight';
import { useMade, useResource } from '../hooks/useResource';
import { useRights } from '../hooks/useRights';
import { useSending } from '../hooks/useSending';
import { useSendKey } from '../hooks/useSendKey';
import { places, type DeployChoices, type DeployRequest, type WantedImage } from '../ipc';
import type { PanelProps } from './DeployPanel';
import styles from './DeployPanel.module.css';
import { DraftLine } from './DraftLine';
import { Choice } from './Choice';
import { DryRun } from './DryRun';
import { CompareLink } from './CompareLink';
import { PendingConfiguration } from './PendingConfiguration';
import { Field } from './Field';
import { Link } from './Link';
import { OwnComparison } from './OwnComparison';
import { Preflight } from './Preflight';
import { Problem } from './Problem';
import { Segmented } from './Segmented';
import { SendFoot } from './SendFoot';
import { Suggestions } from './Suggestions';
import { Change } from './Tag';

/** `whole` holds a word while the whole image is edited, not its tag alone. */
type Values = { tag: string; image: string; note: string; whole: string };

const FIELDS = ['image', 'note'];
const NONE: never[] = [];

/** How the button and the seconds before it is sent name what will happen. */
const WORDS = {
  deploy: { send: 'deploy.sendTo', about: 'deploy.takingBack' },
  restart: { send: 'deploy.restartIn', about: 'deploy.takingBackRestart' },
  rollBack: { send: 'application.rollBackTo', about: 'deploy.takingBackRollBack' },
} as const;

/** What to deploy where. For production the button counts three seconds down before anything is sent. */
export function DeployForm({
  connection,
  application,
  environment,
  tab,
  reading,
  image: wanted,
  choices: known,
  tellSending,
}: PanelProps & {
  /** What the address asks for. It fills the form and sends nothing. */
  image?: string;
  choices: DeployChoices;
  /** Hears while it is being sent. */
  tellSending: (sending: boolean) => void;
}) {
  const { t } = useTranslation();
  const { key } = application;
  // What could be meant, and what is known before, is made of it.
  useResource(connection, { kind: 'deployments', application: key });
  const environments = useResource(connection, { kind: 'environments' });
  const entry = application.environments.find((each) => each.environment === environment);
  useAskedPermissions(connection, key, environment, (entry?.permissions.length ?? 0) > 0);
  const can = useRights(connection, key, environment);
  useResource(
    connection,
    can('configuration:read') ? { kind: 'configuration', application: key, environment } : null,
  );
  const view = useConnection(connection);
  const named = (each: string) => stageIn(view, each).name;

  const placed = useMade(connection, places(connection, key)).value;
  const place = placed?.cells.find((each) => each.environment === environment)?.place;
  const { repository, first, goesBack } = known;
  const typedAt = ['deploy', key, environment, ...(wanted === undefined ? [] : [wanted])].join(' ');
  const { form, draft } = useDraft<Values>(connection, typedAt, {
    tag: first.tag,
    image: first.image,
    note: '',
    whole: first.byTag ? '' : 'whole',
  });
  const [tag, wholeImage, word] = useWatch({ control: form.control, name: ['tag', 'image', 'whole'] });
  const whole = word !== '';
  const setWhole = (next: boolean) => {
    form.setValue('whole', next ? 'whole' : '');
  };
  const typed: WantedImage = whole ? { kind: 'image', image: wholeImage } : { kind: 'tag', repository, tag };
  const isTyped = (whole ? wholeImage : tag).trim() !== '';

  const panel: Panel = wanted === undefined ? { form: true } : { form: true, image: wanted };
  const address = paths.application(connection, key, environment, tab, panel);
  const { phase, left, busy, takenBack, error, start, takeBack } = useSending(
    connection,
    key,
    (request) => {
      const words = { application: key, environment: named(request.environment) };
      return {
        what:
          request.image === null
            ? t('refusals.restart', words)
            : t('refusals.deploy', { ...words, tag: imageWords(null, request.image).to }),
        to: paths.application(connection, key, request.environment, 'deployments'),
      };
    },
    (deployment, failure) => {
      if (deployment !== null || failure?.code === 'outcome_unknown') draft.sent();
      // Who has gone elsewhere meanwhile is not called back; a word tells how it ended.
      if (deployment === null || !sameAddress(way.location.href, address)) return;
      goInstead(
        paths.application(connection, key, deployment.environment, tab, { deployment: deployment.id }),
      );
    },
  );
  useEffect(() => {
    tellSending(phase === 'sending');
  }, [phase, tellSending]);
  const { preflight, stale } = usePreflight(connection, key, environment, isTyped ? typed : null);
  // All of it, as Rust has it of what was typed; while that is looked up, of what was typed before.
  const image = (isTyped && preflight?.image) || '';
  // What the last one was started with is known by its own reading alone.
  const last = preflight?.last ?? null;
  useResource(
    connection,
    last !== null && can('configuration:read') ? { kind: 'deployment', id: last } : null,
  );
  const noWrites = useNoWrites(connection, reading);
  // Going back brings the configuration of then; another image that ran here before does so if it is wanted.
  const [asThen, setAsThen] = useState<boolean | null>(null);
  const repeats = stale ? null : (preflight?.repeats ?? null);
  const forbidden = noWrites ?? (preflight?.refusal ? t('deploy.forbidden') : undefined);
  const { production } = preflight?.environment ?? stageIn(view, environment);
  const waiting = left !== null;

  // Of a place that is unwell it may be known a moment later what ran before. It is offered then, once, and
  // never over what was typed.
  const offered = useRef(wanted !== undefined || goesBack || draft.restored !== null);
  const { isDirty } = form.formState;
  useEffect(() => {
    if (offered.current || !place) return;
    if (place.unwell && !goesBack && !isDirty) return;
    offered.current = true;
    if (!goesBack || isDirty || busy || !first.byTag) return;
    form.reset({ ...form.getValues(), tag: first.tag, image: first.image });
  }, [place, goesBack, first, isDirty, busy, form]);

  // Typing the key is asked for only where somebody chose it.
  const [typedKey, setTypedKey] = useState('');
  const asksForKey = useShell((value) => value.settings.typeToDeploy) && production;
  const keyMissing = asksForKey && typedKey.trim() !== key;

  const does = preflight?.effect ?? 'deploy';
  const repeated = (asThen ?? does === 'rollBack') ? repeats : null;
  const wish: DeployRequest = {
    environment,
    // What runs there by then, whatever is known of it now.
    image: does === 'restart' ? null : image,
    note: null,
    configuration: null,
    from: repeated === null ? null : { deploymentId: repeated, as: 'rollback' },
    dryRun: null,
  };

  const submit = form.handleSubmit(() => {
    if (busy || forbidden !== undefined || keyMissing || !preflight || stale) return;
    const note = form.getValues('note').trim();
    start({ ...wish, note: note === '' ? null : note }, production);
  });
  const sends = useSendKey<HTMLFormElement>(() => void submit());
  const keyDown = (event: KeyboardEvent) => {
    // A key held down confirms nothing, and takes nothing back.
    if (event.key === 'Enter' && event.repeat) event.preventDefault();
  };

  const choices = inOrder(view, [
    ...application.environments.map((each) => each.environment),
    ...(environments.value ?? []).map((each) => each.key),
    environment,
  ]);
  const change = [entry?.image ?? null, image === '' ? null : image] as const;
  const [from, to] = imageNames(...change);
  const details = error?.details ?? NONE;
  const effect = { tag: imageWords(...change).to, environment: named(environment) };
  const imageError = form.formState.errors[whole ? 'image' : 'tag']?.message ?? saidAbout(details, 'image');

  return (
    <form
      ref={sends}
      className={styles.form}
      onSubmit={(event) => void submit(event)}
      onKeyDown={keyDown}
      noValidate
    >
      <div className={styles.content}>
        <DraftLine draft={draft} disabled={busy} />
        <section className={styles.section}>
          <h3 className={styles.heading}>{t('deploy.environment')}</h3>
          <Segmented
            label={t('deploy.environment')}
            value={environment}
            disabled={busy}
            options={choices.map((value) => ({
              value,
              label: named(value),
              production: stageIn(view, value).production,
            }))}
            change={(value) => {
              goInstead(paths.application(connection, key, value, tab, panel));
            }}
          />
        </section>
        <section className={styles.section}>
          {whole ? (
            <Field
              key="image"
              label={t('deploy.image')}
              mono
              autoFocus
              autoComplete="off"
              spellCheck={false}
              readOnly={busy}
              error={imageError}
              {...form.register('image', {
                validate: (value) => value.trim() !== '' || t('deploy.imageNeeded'),
              })}
            />
          ) : (
            <Field
              key="tag"
              label={t('deploy.image')}
              mono
              autoFocus
              autoComplete="off"
              spellCheck={false}
              prefix={`${repository}:`}
              readOnly={busy}
              error={imageError}
              onFocus={(event) => {
                event.target.select();
              }}
              {...form.register('tag', { validate: (value) => value.trim() !== '' || t('deploy.tagNeeded') })}
            />
          )}
          <Suggestions
            suggestions={known.others}
            named={named}
            disabled={busy}
            choose={(chip) => {
              setWhole(whole || !chip.byTag);
              form.setValue('tag', chip.tag);
              form.setValue('image', chip.image);
            }}
          />
          <div className={styles.change}>
            <span className={styles.both}>
              {does === 'restart' ? (
                <span className={styles.note}>{t('deploy.sameImage')}</span>
              ) : (
                <Change from={from} to={to} />
              )}
              {preflight?.comparable === true && entry?.image && (
                <CompareLink
                  connection={connection}
                  application={key}
                  before={entry.image}
                  after={image}
                  disabled={busy}
                />
              )}
            </span>
            <button
              type="button"
              className={styles.quietLink}
              disabled={busy}
              onClick={() => {
                if (!whole && image !== '') form.setValue('image', image);
                if (whole) form.setValue('tag', preflight?.tag ?? '');
                setWhole(!whole);
              }}
            >
              {whole ? t('deploy.onlyTag') : t('deploy.wholeImage')}
            </button>
          </div>
        </section>
        {image !== '' && repeated === null && preflight?.configuration && (
          <PendingConfiguration difference={preflight.configuration} />
        )}
        {image !== '' && (
          <section className={styles.section}>
            <h3 className={styles.heading}>{t('deploy.beforeYouSend')}</h3>
            <Preflight application={key} findings={preflight?.findings ?? NONE} />
            {repeats !== null && (
              <div className={styles.choice}>
                <Choice
                  label={t('deploy.asThen')}
                  checked={repeated !== null}
                  disabled={busy}
                  change={setAsThen}
                />
              </div>
            )}
            {preflight?.dryRun === true && noWrites === undefined && !stale && !busy && (
              <DryRun key={JSON.stringify(wish)} connection={connection} application={key} request={wish} />
            )}
            {preflight?.dryRun === false && <OwnComparison before={entry?.image ?? null} after={image} />}
          </section>
        )}
        <section className={styles.section}>
          <Field
            label={t('deploy.note')}
            labelled="spoken"
            placeholder={t('deploy.notePlaceholder')}
            maxLength={preflight?.longestNote}
            readOnly={busy}
            error={saidAbout(details, 'note')}
            {...form.register('note')}
          />
        </section>
        {asksForKey && (
          <section className={styles.section}>
            <Field
              label={t('deploy.typeKey', { key, environment: named(environment) })}
              mono
              autoComplete="off"
              spellCheck={false}
              readOnly={busy}
              value={typedKey}
              onChange={(event) => {
                setTypedKey(event.target.value);
              }}
            />
          </section>
        )}
        {error && (
          <section className={styles.section}>
            <Problem error={{ ...error, details: saidElsewhere(details, FIELDS) }}>
              {error.code === 'outcome_unknown' && (
                <Link to={paths.application(connection, key, environment, 'deployments')}>
                  {t('deploy.unknownActions')}
                </Link>
              )}
            </Problem>
          </section>
        )}
      </div>
      <SendFoot
        connection={connection}
        production={production}
        note={
          waiting
            ? t(WORDS[does].about, { ...effect, seconds: left })
            : takenBack
              ? t('deploy.takenBack')
              : (noWrites ?? (production ? t('deploy.thenTakeBack') : null))
        }
        waiting={waiting}
        takeBack={takeBack}
        takenBack={takenBack}
        reason={forbidden ?? (keyMissing ? t('deploy.keyNotTyped') : undefined)}
        disabled={!preflight}
        sending={phase !== 'editing'}
        stale={stale}
      >
        {phase === 'sending'
          ? t('deploy.sending')
          : image === ''
            ? t('deploy.action')
            : t(WORDS[does].send, effect)}
      </SendFoot>
    </form>
  );
}
