import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { effectOf, rowOf, saidAbout, saidElsewhere } from '../app/access';
import { paths } from '../app/paths';
import { oneLine } from '../app/printable';
import { useConnection } from '../app/shell';
import { useDraft } from '../hooks/useDraft';
import { useInvalidFocus } from '../hooks/useInvalidFocus';
import { useNoWrites } from '../hooks/useNoWrites';
import { useWrite } from '../hooks/useWrite';
import { useSendKey } from '../hooks/useSendKey';
import {
  commands,
  type AccessEntry,
  type AccessGrant,
  type AccessGrid,
  type ConnectionId,
  type Reading,
} from '../ipc';
import { Button } from './Button';
import panel from './DeployPanel.module.css';
import { DraftLine } from './DraftLine';
import { Environments, OneOf, environmentsFrom, environmentsIn, placesBriefly, placesIn } from './Choices';
import { Field } from './Field';
import { Named } from './Named';
import { Problem } from './Problem';
import { PanelContent, PanelFoot, PanelSection, SidePanel } from './SidePanel';
import { UnlockButton } from './UnlockButton';

type Values = { subject: string; kind: string; role: string; environments: string };
/** What is given, in place of what was seen as it was confirmed: what it is by then is not seen by anybody. */
type Wanted = { subject: string; grant: AccessGrant; seen: AccessEntry | null };

/** The API's own words for what a subject is; another is shown as it came. */
const KINDS = ['user', 'group'];
const FIELDS = ['subject', 'subjectType', 'role', 'environments'];

type Props = {
  connection: ConnectionId;
  application: string;
  reading: Reading<AccessGrid>;
  /** Whose row is changed; null for a new one. */
  subject: string | null;
  close: () => void;
};

/** Gives a subject access, or changes what it has: one role, in some environments. */
export function AccessForm({ connection, application, reading, subject, close }: Props) {
  const { t } = useTranslation();
  const grid = reading.value;
  const view = useConnection(connection);
  const own = subject === null ? undefined : rowOf(grid, subject)?.entry;
  const { form, draft } = useDraft<Values>(
    connection,
    ['access', application, ...(subject === null ? [] : [subject])].join(' '),
    {
      subject: subject ?? '',
      kind: own?.subjectType ?? KINDS[0] ?? '',
      role: own?.role ?? '',
      environments: environmentsIn(own?.environments ?? []),
    },
  );
  const typed = useWatch({ control: form.control });
  const name = subject ?? (typed.subject ?? '').trim();
  const role = typed.role ?? '';
  const places = environmentsFrom(typed.environments ?? '');
  const before = rowOf(grid, name);
  const effect = effectOf(grid, before, places);
  const unchanged =
    before !== undefined &&
    before.entry.role === role &&
    before.entry.subjectType === typed.kind &&
    effect.gone.length === 0 &&
    places.length === before.entry.environments.length;

  const writing = useWrite<Wanted>(
    ({ subject: to, grant, seen }) => commands.accessGrant(connection, application, to, grant, seen),
    (inView) => {
      draft.sent();
      if (inView) close();
    },
    (wanted) => ({
      what: t('refusals.grant', {
        subject: oneLine(wanted.subject),
        application,
        places: placesBriefly(view, wanted.grant.environments, t),
      }),
      to: paths.application(connection, application, wanted.grant.environments[0] ?? '', 'access'),
    }),
  );
  const { error, busy, left } = writing;
  const details = error?.details ?? [];
  const fields = useInvalidFocus<HTMLDivElement>(error);
  const noWrites = useNoWrites(connection, reading);
  const missing = grid.missing ?? before?.missing ?? null;
  const incomplete =
    name === ''
      ? t('access.subjectNeeded')
      : role === ''
        ? t('access.roleNeeded')
        : places.length === 0
          ? t('access.environmentNeeded')
          : unchanged
            ? t('access.unchanged')
            : undefined;
  const reason =
    noWrites ?? (missing === null ? undefined : t('rights.missing', { permission: missing })) ?? incomplete;

  const submit = form.handleSubmit((values) => {
    if (busy || reason !== undefined) return;
    writing.start(
      {
        subject: name,
        grant: { subjectType: values.kind, role, environments: places },
        seen: before?.entry ?? null,
      },
      effect.production,
    );
  });
  const written = { places: placesBriefly(view, [...places, ...effect.gone], t) };
  const has = (as: string, keys: string[]) => ({
    role: as === '' ? '–' : oneLine(as),
    places: keys.length === 0 ? '–' : placesIn(view, keys),
  });
  const kinds = [...KINDS, ...(own && !KINDS.includes(own.subjectType) ? [own.subjectType] : [])];
  const sends = useSendKey<HTMLFormElement>(() => void submit());
  return (
    <SidePanel
      title={subject === null ? t('access.grantTitle', { application }) : t('access.changeTitle')}
      mark={subject === null ? null : <Named text={subject} />}
      production={effect.production}
      stays={writing.phase === 'sending'}
      close={close}
    >
      <form ref={sends} className={panel.form} onSubmit={(event) => void submit(event)} noValidate>
        <PanelContent>
          <div ref={fields}>
            <DraftLine draft={draft} disabled={busy} />
            {subject === null && (
              <PanelSection>
                <Field
                  label={t('access.subject')}
                  autoFocus
                  autoComplete="off"
                  spellCheck={false}
                  readOnly={busy}
                  dir="auto"
                  error={saidAbout(details, 'subject')}
                  hint={
                    before === undefined
                      ? t('access.subjectHint')
                      : t('access.subjectThere', has(before.entry.role, before.entry.environments))
                  }
                  careful={before !== undefined}
                  {...form.register('subject')}
                />
              </PanelSection>
            )}
            <PanelSection>
              <OneOf
                label={t('access.kind')}
                words={kinds}
                value={typed.kind ?? ''}
                disabled={busy}
                change={(word) => {
                  form.setValue('kind', word, { shouldDirty: true });
                }}
                error={saidAbout(details, 'subjectType')}
              />
            </PanelSection>
            <PanelSection>
              <OneOf
                label={t('access.role')}
                words={grid.roles}
                value={role}
                disabled={busy}
                change={(word) => {
                  form.setValue('role', word, { shouldDirty: true });
                }}
                hint={t('access.oneRole')}
                error={saidAbout(details, 'role')}
              />
            </PanelSection>
            <PanelSection>
              <Environments
                label={t('access.environments')}
                all={grid.environments.map(({ environment, missing: lacks }) => ({
                  environment,
                  reason: lacks === null ? undefined : t('rights.missing', { permission: lacks }),
                }))}
                value={places}
                disabled={busy}
                change={(keys) => {
                  form.setValue('environments', environmentsIn(keys), { shouldDirty: true });
                }}
                error={saidAbout(details, 'environments')}
              />
            </PanelSection>
            {before !== undefined && !unchanged && (
              <PanelSection title={t('access.effect')}>
                <p>{t('access.effectNow', has(before.entry.role, before.entry.environments))}</p>
                <p>{t('access.effectThen', has(role, places))}</p>
              </PanelSection>
            )}
            {error && (
              <PanelSection>
                <Problem
                  error={{ ...error, details: saidElsewhere(details, FIELDS) }}
                  brief={error.code === 'outcome_unknown'}
                >
                  {error.code === 'outcome_unknown' && <p>{t('access.unknownText')}</p>}
                </Problem>
              </PanelSection>
            )}
          </div>
        </PanelContent>
        <PanelFoot
          waiting={left !== null}
          note={
            left !== null
              ? t('access.granting', { ...written, seconds: left })
              : writing.takenBack
                ? t('access.takenBack')
                : effect.production && reason === undefined
                  ? t('access.thenTakeBack')
                  : null
          }
        >
          <UnlockButton connection={connection} />
          {left !== null ? (
            <Button key="back" autoFocus onClick={writing.takeBack}>
              {t('access.takeBack')}
            </Button>
          ) : (
            <Button
              key="send"
              type="submit"
              kind={effect.production ? 'production' : 'primary'}
              reason={reason}
              aria-disabled={busy}
              autoFocus={writing.takenBack}
            >
              {writing.phase === 'sending'
                ? t('access.sending')
                : places.length === 0
                  ? t('access.grant')
                  : t(before === undefined ? 'access.grantIn' : 'access.changeIn', written)}
            </Button>
          )}
        </PanelFoot>
      </form>
    </SidePanel>
  );
}
