import { Outlet, useSearch } from '@tanstack/react-router';
import { Ellipsis, ExternalLink } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { useStage } from '../app/environments';
import { followApplicationKeys } from '../app/applicationKeys';
import { applicationMenu } from '../app/applicationMenu';
import { useAddress, go, leaveFor } from '../app/navigation';
import { imageNames, middle } from '../app/image';
import { panelFrom, paths, tabOf, type Tab } from '../app/paths';
import { Button, IconButton } from '../components/Button';
import { Empty } from '../components/Empty';
import { EnvironmentSwitch } from '../components/EnvironmentSwitch';
import { Header } from '../components/Header';
import { MissingRight } from '../components/MissingRight';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { Tabs } from '../components/Tabs';
import { Waiting } from '../components/Waiting';
import { smallIcon } from '../components/icon';
import { usePlace } from '../hooks/useParams';
import { usePreflight } from '../hooks/usePreflight';
import { useFront, useMade, useResource } from '../hooks/useResource';
import type { Translate } from '../i18n/i18n';
import {
  asCommandError,
  commands,
  places,
  type Application as App,
  type CommandError,
  type EnvironmentEntry,
} from '../ipc';
import styles from './Application.module.css';

const DeployPanel = lazy(() => import('../components/DeployPanel'));

/** One application in one environment: header, tabs, and the deploy panel beside them. */
export function Application() {
  const { t } = useTranslation();
  const { connection, key, environment } = usePlace();
  const panel = panelFrom(
    useSearch({ strict: false, select: (search) => search.deploy }),
    useSearch({ strict: false, select: (search) => search.image }),
  );
  const granting = useSearch({ strict: false, select: (search) => search.grant }) !== undefined;
  const tab = useTab();
  const application = useResource(connection, { kind: 'application', application: key });
  const [failure, setFailure] = useState<CommandError | null>(null);
  useFront(application.reading);
  const row = useMade(connection, places(connection, key)).value;
  const forbidden = usePreflight(connection, key, environment, null).preflight?.refusal
    ? t('deploy.forbidden')
    : undefined;
  const app = application.value;
  const entry = app?.environments.find((each) => each.environment === environment);
  const before = row?.cells.find((each) => each.environment === environment)?.place?.before ?? null;
  const [, goesTo] = imageNames(entry?.image ?? null, before);
  const { name, production } = useStage(environment);
  const openForm = (image?: string) => {
    go(
      paths.application(connection, key, environment, tab, {
        form: true,
        ...(image === undefined ? {} : { image }),
      }),
    );
  };

  const entries = app?.environments;
  useEffect(
    () => followApplicationKeys(connection, key, entries ?? [], environment, tab),
    [connection, key, entries, environment, tab],
  );

  const close = useCallback(() => {
    leaveFor(paths.application(connection, key, environment, tab));
  }, [connection, key, environment, tab]);
  return (
    <>
      <Header
        title={key}
        environment={environment}
        crowded={before !== null}
        covered={app !== undefined && (panel !== null || (granting && tab === 'access'))}
        actions={
          app && (
            <>
              {before !== null && (
                <Button
                  kind={production ? 'productionOutline' : 'plain'}
                  data-key="r"
                  reason={forbidden}
                  onClick={() => {
                    openForm(before);
                  }}
                >
                  <span>
                    <Trans
                      t={t}
                      i18nKey="application.rollBackHere"
                      values={{ environment: name, tag: middle(goesTo ?? '', 14) }}
                      components={{ place: <span className={styles.place} /> }}
                      shouldUnescape
                    />
                  </span>
                </Button>
              )}
              <Button
                data-key="d"
                reason={forbidden}
                onClick={() => {
                  openForm();
                }}
              >
                {t('deploy.action')}
              </Button>
              <Button
                data-key="R"
                reason={forbidden ?? (entry?.image ? undefined : t('application.notRunning'))}
                onClick={() => {
                  openForm(entry?.image ?? undefined);
                }}
              >
                {t('application.restart')}
              </Button>
              <Button
                kind="quiet"
                title={t('application.open')}
                reason={openReason(entry, t)}
                onClick={() => {
                  commands.applicationOpen(connection, key, environment).then(
                    () => {
                      setFailure(null);
                    },
                    (thrown: unknown) => {
                      setFailure(asCommandError(thrown));
                    },
                  );
                }}
              >
                <span className={styles.word}>{t('application.open')}</span>
                <ExternalLink {...smallIcon} size={13} />
              </Button>
              <IconButton
                label={t('menu.more')}
                className={styles.more}
                aria-haspopup="menu"
                onClick={(event) => {
                  const url = entry?.url ?? null;
                  applicationMenu(event.currentTarget, {
                    connection,
                    application: key,
                    environment,
                    tab,
                    url,
                  });
                }}
              >
                <Ellipsis {...smallIcon} />
              </IconButton>
            </>
          )
        }
      >
        {row && <EnvironmentSwitch connection={connection} row={row} environment={environment} tab={tab} />}
      </Header>
      <OfflineBar reading={application.reading} />
      <Tabs connection={connection} application={key} environment={environment} tab={tab}>
        {app && tab !== 'access' && (
          <MissingRight
            connection={connection}
            application={key}
            environment={environment}
            permission="applications:deploy"
          />
        )}
      </Tabs>
      {failure && (
        <PageBody>
          <Problem error={failure} />
        </PageBody>
      )}
      {!app && (
        <PageBody>
          <Waiting held={application} what={key} />
        </PageBody>
      )}
      {app && !entry && !ANYWHERE.includes(tab) && (
        <NotDeployed
          connection={connection}
          application={app}
          environment={environment}
          tab={tab}
          forbidden={forbidden}
        />
      )}
      {app && (entry ?? ANYWHERE.includes(tab)) && <Outlet key={`${key} ${environment}`} />}
      {app && panel && (
        <Suspense fallback={null}>
          <DeployPanel
            key={key}
            connection={connection}
            application={app}
            reading={application.reading}
            environment={environment}
            tab={tab}
            panel={panel}
            close={close}
          />
        </Suspense>
      )}
    </>
  );
}

type Place = {
  connection: string;
  application: App;
  environment: string;
  tab: Tab;
  forbidden: string | undefined;
};

function NotDeployed({ connection, application, environment, tab, forbidden }: Place) {
  const { t } = useTranslation();
  const { name } = useStage(environment);
  return (
    <PageBody>
      <Empty
        title={t('application.notDeployed', { environment: name })}
        text={t('application.notDeployedText')}
      >
        <Button
          reason={forbidden}
          onClick={() => {
            go(paths.application(connection, application.key, environment, tab, { form: true }));
          }}
        >
          {t('deploy.action')}
        </Button>
      </Empty>
    </PageBody>
  );
}

function openReason(entry: EnvironmentEntry | undefined, t: Translate): string | undefined {
  if (!entry || entry.status === 'stopped') return t('application.notRunning');
  return entry.url === null ? t('application.noAddress') : undefined;
}

/** What an application has that was deployed nowhere. */
const ANYWHERE: Tab[] = ['configuration', 'access', 'manifest'];

function useTab(): Tab {
  return tabOf(useAddress().split('?')[0] ?? '');
}
