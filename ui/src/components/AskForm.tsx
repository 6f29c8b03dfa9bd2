import { useQuery } from '@tanstack/react-query';
import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { saidAbout, saidElsewhere } from '../app/access';
import { paths } from '../app/paths';
import { oneLine } from '../app/printable';
import { useConnection } from '../app/shell';
import { useDraft } from '../hooks/useDraft';
import { useFleet } from '../hooks/useFleet';
import { useInvalidFocus } from '../hooks/useInvalidFocus';
import { useNoWrites } from '../hooks/useNoWrites';
import { useSearched } from '../hooks/useSearched';
import { useWrite } from '../hooks/useWrite';
import { useSendKey } from '../hooks/useSendKey';
import { accessChoicesKey, commands, type AccessWish, type ConnectionId, type Reading } from '../ipc';
import { Button } from './Button';
import { Environments, environmentsFrom, environmentsIn, OneOf, placesBriefly } from './Choices';
import panel from './DeployPanel.module.css';
import { DraftLine } from './DraftLine';
import { Field } from './Field';
import { Problem } from './Problem';
import { PanelContent, PanelFoot, PanelSection, SidePanel } from './SidePanel';
import { UnlockButton } from './UnlockButton';

type Values = { application: string; role: string; environments: string; reason: string };

const FIELDS = ['applicationKey', 'role', 'environments', 'reason'];
/** As many applications are offered while typing. */
const OFFERED = 5;

type Props = {
  connection: ConnectionId;
  /** What the address fills in; empty for nothing. */
  application: string;
  environment: string | null;
  reading: Reading<unknown> | undefined;
  close: () => void;
};

/** Asks for access to an application: as what, where, and what for. Who may give it decides. */
export function AskForm({ connection, application, environment, reading, close }: Props) {
  const { t } = useTranslation();
  const { form, draft } = useDraft<Values>(
    connection,
    ['ask', application, environment ?? ''].join(' ').trim(),
    {
      application,
      role: '',
      environments: environment === null ? '' : environmentsIn([environment]),
      reason: '',
    },
  );
  const view = useConnection(connection);
  const typed = useWatch({ control: form.control });
  const key = (typed.application ?? '').trim();
  const role = typed.role ?? '';
  const places = environmentsFrom(typed.environments ?? '');
  const { data: choices } = useQuery({
    queryKey: accessChoicesKey(connection, key),
    queryFn: () => commands.accessChoices(connection, key),
    placeholderData: (before) => before,
  });
  const asking = useWrite<AccessWish>(
    (wish) => commands.accessAsk(connection, wish),
    (inView) => {
      draft.sent();
      if (inView) close();
    },
    (wish) => ({
      what: t('refusals.ask', {
        application: oneLine(wish.applicationKey),
        places: placesBriefly(view, wish.environments, t),
      }),
      to: paths.access(connection),
    }),
  );
  const { error, busy } = asking;
  const details = error?.details ?? [];
  const fields = useInvalidFocus<HTMLDivElement>(error);
  const noWrites = useNoWrites(connection, reading);
  const incomplete =
    key === ''
      ? t('access.applicationNeeded')
      : role === ''
        ? t('access.roleNeeded')
        : places.length === 0
          ? t('access.environmentNeeded')
          : undefined;
  const reason = noWrites ?? incomplete;
  const submit = form.handleSubmit((values) => {
    if (busy || reason !== undefined) return;
    const why = values.reason.trim();
    asking.start({ applicationKey: key, role, environments: places, reason: why === '' ? null : why }, false);
  });
  const sends = useSendKey<HTMLFormElement>(() => void submit());
  return (
    <SidePanel title={t('access.askTitle')} stays={busy} close={close}>
      <form ref={sends} className={panel.form} onSubmit={(event) => void submit(event)} noValidate>
        <PanelContent>
          <div ref={fields}>
            <DraftLine draft={draft} disabled={busy} />
            <PanelSection>
              <Field
                label={t('access.application')}
                mono
                autoFocus={application === ''}
                autoComplete="off"
                spellCheck={false}
                readOnly={busy}
                error={saidAbout(details, 'applicationKey')}
                {...form.register('application')}
              />
              <Offered
                connection={connection}
                typed={key}
                disabled={busy}
                choose={(chosen) => {
                  form.setValue('application', chosen, { shouldDirty: true });
                }}
              />
            </PanelSection>
            <PanelSection>
              <OneOf
                label={t('access.role')}
                words={choices?.roles ?? []}
                value={role}
                disabled={busy}
                change={(word) => {
                  form.setValue('role', word, { shouldDirty: true });
                }}
                error={saidAbout(details, 'role')}
              />
            </PanelSection>
            <PanelSection>
              <Environments
                label={t('access.environments')}
                all={(choices?.environments ?? []).map((stage) => ({
                  environment: stage,
                  reason: undefined,
                }))}
                value={places}
                disabled={busy}
                change={(keys) => {
                  form.setValue('environments', environmentsIn(keys), { shouldDirty: true });
                }}
                error={saidAbout(details, 'environments')}
              />
            </PanelSection>
            <PanelSection>
              <Field
                label={t('access.reason')}
                placeholder={t('access.reasonPlaceholder')}
                maxLength={choices?.longestReason}
                readOnly={busy}
                dir="auto"
                error={saidAbout(details, 'reason')}
                {...form.register('reason')}
              />
            </PanelSection>
            {error && (
              <PanelSection>
                <Problem
                  error={{ ...error, details: saidElsewhere(details, FIELDS) }}
                  brief={error.code === 'outcome_unknown' || error.code === 'conflict'}
                >
                  {error.code === 'outcome_unknown' && <p>{t('access.unknownAsk')}</p>}
                </Problem>
              </PanelSection>
            )}
          </div>
        </PanelContent>
        <PanelFoot>
          <UnlockButton connection={connection} />
          <Button type="submit" kind="primary" reason={reason} aria-disabled={busy}>
            {busy ? t('access.sending') : t('access.ask')}
          </Button>
        </PanelFoot>
      </form>
    </SidePanel>
  );
}

/** Applications whose key fits what is typed; others can be typed too, those that are not seen among them. */
function Offered({
  connection,
  typed,
  disabled,
  choose,
}: {
  connection: ConnectionId;
  typed: string;
  disabled: boolean;
  choose: (key: string) => void;
}) {
  const { fleet } = useFleet(connection);
  const wanted = typed.toLowerCase();
  const near = fleet.rows.filter(({ key }) => key.toLowerCase().includes(wanted));
  // Others cost a request.
  const { found: others } = useSearched(connection, typed, near.length < OFFERED);
  const all = [...near, ...others];
  if (all.some(({ key }) => key === typed)) return null;
  const found = all.slice(0, OFFERED);
  if (found.length === 0) return null;
  return (
    <div className={panel.chips}>
      {found.map(({ key }) => (
        <button
          key={key}
          type="button"
          className={panel.chip}
          disabled={disabled}
          onClick={() => {
            choose(key);
          }}
        >
          {key}
        </button>
      ))}
    </div>
  );
}
