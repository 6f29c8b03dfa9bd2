import { useMemo } from 'react';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { newestFirst } from '../app/deployments';
import { useStage } from '../app/environments';
import { paths } from '../app/paths';
import { placesOf, type PlaceIn } from '../app/places';
import { CopyCurl } from '../components/CopyCurl';
import { DeploymentTable } from '../components/DeploymentTable';
import { Empty } from '../components/Empty';
import { EnvironmentName } from '../components/EnvironmentName';
import { EnvironmentState } from '../components/EnvironmentState';
import { Header } from '../components/Header';
import { Link } from '../components/Link';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody, Sentence } from '../components/PageBody';
import { PlacesTable } from '../components/PlacesTable';
import { ResourceTable } from '../components/ResourceTable';
import { RightsTable } from '../components/RightsTable';
import { Waiting } from '../components/Waiting';
import { useFleet } from '../hooks/useFleet';
import { useFront, useResource } from '../hooks/useResource';
import type { Translate } from '../i18n/i18n';
import styles from './Environments.module.css';

/** As many of the last deployments are shown. */
const RECENT = 10;

/** One environment: what is in it and how it is, what it uses, what was deployed there, what the caller may. */
export function Environment() {
  const { t } = useTranslation();
  const { connection = '', environment: key = '' } = useParams({ strict: false });
  const environment = useResource(connection, { kind: 'environment', environment: key });
  const recent = useResource(connection, { kind: 'deployments', application: null });
  const { fleet, held } = useFleet(connection);
  const { name } = useStage(key);
  useFront(environment.reading ?? held.reading);
  const places = useMemo(() => placesOf(fleet, key), [fleet, key]);
  const deployments = useMemo(
    () => newestFirst(recent.value?.data ?? []).filter((each) => each.environment === key),
    [recent.value, key],
  );
  const found = environment.value;
  return (
    <>
      <Header title={found?.displayName || name} environment={key}>
        {found && found.displayName !== '' && found.displayName.toLowerCase() !== name.toLowerCase() && (
          <EnvironmentName environment={key} />
        )}
        {found && (
          <span className={styles.state}>
            <EnvironmentState status={found.status} />
          </span>
        )}
        {found && <CopyCurl connection={connection} resource={{ kind: 'environment', environment: key }} />}
      </Header>
      <OfflineBar reading={environment.reading ?? held.reading} />
      <PageBody>
        {held.value && <Sentence>{sentence(places, fleet.counts.unseen, t)}</Sentence>}
        <section aria-label={t('environment.applications')}>
          <Waiting held={held} what={t('applications.title')} rows={8} />
          {held.value && places.length === 0 && (
            <Empty title={t('environment.none', { name })} text={t('environment.noneText')} />
          )}
          {places.length > 0 && <PlacesTable connection={connection} environment={key} places={places} />}
        </section>
        <section className={styles.section} aria-labelledby="environment-resources">
          <h2 id="environment-resources" className={styles.heading}>
            {t('environment.resources')}
          </h2>
          <Waiting held={environment} what={t('environment.resources')} rows={4} />
          {found && found.resources.length === 0 && (
            <p className={styles.dim}>{t('environment.noResources')}</p>
          )}
          {found && found.resources.length > 0 && <ResourceTable resources={found.resources} />}
        </section>
        <section className={styles.section} aria-labelledby="environment-deployments">
          <h2 id="environment-deployments" className={styles.heading}>
            {t('environment.deployments')}
          </h2>
          <Waiting held={recent} what={t('deployments.title')} rows={4} />
          {recent.value && deployments.length === 0 && (
            <p className={styles.dim}>{t('environment.noDeployments')}</p>
          )}
          {deployments.length > 0 && (
            <DeploymentTable connection={connection} deployments={deployments.slice(0, RECENT)} everything />
          )}
          {deployments.length > RECENT && (
            <p className={styles.more}>
              <Link to={paths.deployments(connection)}>{t('environment.allDeployments')}</Link>
            </p>
          )}
        </section>
        <section className={styles.section} aria-labelledby="environment-access">
          <h2 id="environment-access" className={styles.heading}>
            {t('environment.access')}
          </h2>
          <RightsTable connection={connection} application={null} environment={key} />
          <p className={styles.more}>
            <Link to={paths.access(connection)}>{t('environment.allAccess')}</Link>
          </p>
        </section>
      </PageBody>
    </>
  );
}

/** What matters most: how much is unwell, then what is on its way. */
function sentence(places: PlaceIn[], unseen: number, t: Translate): string {
  const having = (wanted: (place: PlaceIn) => boolean) => places.filter(wanted).length;
  const unwell = having(({ place }) => place.unwell);
  const deploying = having(({ place }) => place.state === 'progress');
  const unknown = having(({ place }) => place.state === 'unknown');
  const parts = [
    unwell > 0 && t('home.unwell', { count: unwell, total: places.length }),
    deploying > 0 && t('home.deploying', { count: deploying }),
    unknown > 0 && t('home.unknown', { count: unknown }),
    unseen > 0 && t('home.unseen', { count: unseen }),
  ].filter((part) => part !== false);
  if (parts.length > 0) return parts.join(', ');
  return places.length === 0 ? t('environment.nothing') : t('home.allWell');
}
