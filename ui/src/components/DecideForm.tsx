import { useTranslation } from 'react-i18next';
import { saidAbout, saidElsewhere } from '../app/access';
import { paths } from '../app/paths';
import { oneLine } from '../app/printable';
import { useConnection } from '../app/shell';
import { useDraft } from '../hooks/useDraft';
import { useNoWrites } from '../hooks/useNoWrites';
import { useResource } from '../hooks/useResource';
import { useWrite } from '../hooks/useWrite';
import { commands, type AskedAccess, type ConnectionId, type Reading } from '../ipc';
import { Button } from './Button';
import { placesBriefly, placesIn } from './Choices';
import styles from './DecideForm.module.css';
import panel from './DeployPanel.module.css';
import { DraftLine } from './DraftLine';
import { EnvironmentNames } from './EnvironmentNames';
import { Field } from './Field';
import { Link } from './Link';
import { Named } from './Named';
import { Problem } from './Problem';
import { requestWord } from './RequestTable';
import { PanelContent, PanelFoot, PanelSection, SidePanel } from './SidePanel';
import { Age } from './Time';
import { UnlockButton } from './UnlockButton';

type Props = {
  connection: ConnectionId;
  asked: AskedAccess;
  reading: Reading<unknown> | undefined;
  close: () => void;
};

type Choice = 'approved' | 'denied';

/** One request for access, and the decision about it where it is the caller's. */
export function DecideForm({ connection, asked, reading, close }: Props) {
  const { t } = useTranslation();
  const { request, toDecide, production } = asked;
  const [first] = request.environments;
  const view = useConnection(connection);
  const { form, draft } = useDraft(connection, ['decide', request.id].join(' '), { note: '' });
  const noWrites = useNoWrites(connection, reading);
  const places = placesBriefly(view, request.environments, t);
  const deciding = useWrite<Choice>(
    (decision) => {
      const said = form.getValues('note').trim();
      return commands.accessDecide(connection, request.id, { decision, note: said === '' ? null : said });
    },
    (inView) => {
      draft.sent();
      if (inView) close();
    },
    () => ({
      what: t('refusals.decide', {
        who: oneLine(request.requestedBy ?? '–'),
        application: oneLine(request.applicationKey),
        places,
      }),
      to: paths.access(connection, { request: request.id }),
    }),
  );
  const { error, busy, left } = deciding;
  const details = error?.details ?? [];
  return (
    <SidePanel
      title={t('access.requestTitle')}
      production={toDecide && production}
      stays={deciding.phase === 'sending'}
      close={close}
    >
      <PanelContent>
        <PanelSection>
          <dl className={styles.facts}>
            <dt>{t('access.who')}</dt>
            <dd>{asked.own ? t('access.you') : <Named text={request.requestedBy ?? '–'} />}</dd>
            <dt>{t('access.application')}</dt>
            <dd>
              <Named text={request.applicationKey} />
            </dd>
            <dt>{t('access.role')}</dt>
            <dd>
              <Named text={request.role} />
            </dd>
            <dt>{t('access.environments')}</dt>
            <dd>
              <EnvironmentNames environments={request.environments} />
            </dd>
            <dt>{t('access.when')}</dt>
            <dd>
              <Age time={request.createdAt} words />
            </dd>
            <dt>{t('access.reason')}</dt>
            <dd className={styles.text}>
              <bdi>{request.reason === null ? '–' : oneLine(request.reason)}</bdi>
            </dd>
            {toDecide && request.requestedBy !== null && (
              <Today
                connection={connection}
                application={request.applicationKey}
                subject={request.requestedBy}
              />
            )}
            <dt>{t('access.status')}</dt>
            <dd>{requestWord(request.status, t)}</dd>
            {request.decidedBy !== null && (
              <>
                <dt>{t('access.decidedBy')}</dt>
                <dd>
                  <Named text={request.decidedBy} /> <Age time={request.decidedAt} words />
                </dd>
              </>
            )}
            {request.note !== null && (
              <>
                <dt>{t('access.note')}</dt>
                <dd className={styles.text}>
                  <bdi>{oneLine(request.note)}</bdi>
                </dd>
              </>
            )}
          </dl>
        </PanelSection>
        {toDecide && (
          <PanelSection>
            <DraftLine draft={draft} disabled={busy} />
            <Field
              label={t('access.note')}
              placeholder={t('access.notePlaceholder')}
              readOnly={busy}
              dir="auto"
              error={saidAbout(details, 'note')}
              {...form.register('note')}
            />
          </PanelSection>
        )}
        {error && (
          <PanelSection>
            <Problem
              error={{ ...error, details: saidElsewhere(details, ['note']) }}
              brief={error.code === 'outcome_unknown'}
            >
              {error.code === 'outcome_unknown' && <p>{t('access.unknownAsk')}</p>}
            </Problem>
          </PanelSection>
        )}
        {request.status === 'approved' && first !== undefined && (
          <PanelSection>
            <Link
              className={panel.quietLink}
              to={paths.application(connection, request.applicationKey, first, 'access')}
            >
              {t('access.see', { application: oneLine(request.applicationKey) })}
            </Link>
          </PanelSection>
        )}
      </PanelContent>
      {toDecide && (
        <PanelFoot
          waiting={left !== null}
          note={
            left !== null
              ? t('access.approving', { places, seconds: left })
              : deciding.takenBack
                ? t('access.takenBack')
                : null
          }
        >
          <UnlockButton connection={connection} />
          {left !== null ? (
            <Button key="back" autoFocus onClick={deciding.takeBack}>
              {t('access.takeBack')}
            </Button>
          ) : (
            <>
              <Button
                key="deny"
                reason={noWrites}
                aria-disabled={busy}
                onClick={() => {
                  deciding.start('denied', false);
                }}
              >
                {t('access.deny')}
              </Button>
              <Button
                key="approve"
                kind={production ? 'production' : 'primary'}
                reason={noWrites}
                aria-disabled={busy}
                autoFocus={deciding.takenBack}
                onClick={() => {
                  deciding.start('approved', production);
                }}
              >
                {busy ? t('access.sending') : t('access.approveFor', { places })}
              </Button>
            </>
          )}
        </PanelFoot>
      )}
    </SidePanel>
  );
}

/** What who asked has there today: it is replaced or added to. */
function Today({
  connection,
  application,
  subject,
}: {
  connection: ConnectionId;
  application: string;
  subject: string;
}) {
  const { t } = useTranslation();
  const view = useConnection(connection);
  const rows = useResource(connection, { kind: 'access', application }).value;
  if (!rows) return null;
  const row = rows.find((each) => each.subject === subject);
  return (
    <>
      <dt>{t('access.today')}</dt>
      <dd>
        {row
          ? t('access.has', { role: oneLine(row.role), places: placesIn(view, row.environments) })
          : t('access.hasNothing')}
      </dd>
    </>
  );
}
