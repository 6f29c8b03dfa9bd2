import { useTranslation } from 'react-i18next';
import { rowMenu } from '../app/rowMenu';
import { middle } from '../app/image';
import { paths } from '../app/paths';
import { healthState, isUnwell } from '../app/state';
import { EnvironmentName } from '../components/EnvironmentName';
import { EnvironmentState } from '../components/EnvironmentState';
import { Empty } from '../components/Empty';
import { Header } from '../components/Header';
import { Link } from '../components/Link';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody } from '../components/PageBody';
import { Shape } from '../components/Shape';
import table from '../components/Table.module.css';
import { Waiting } from '../components/Waiting';
import { useFleet } from '../hooks/useFleet';
import { useConnectionId } from '../hooks/useParams';
import { useFront, useResource } from '../hooks/useResource';
import { number } from '../i18n/format';
import type { Environment, Fleet, Resource } from '../ipc';
import styles from './Environments.module.css';

/** As many as are named in a row. */
const NAMED = 3;

/** A row for each environment: its state, what is in it and what of it is unwell. */
export function Environments() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const environments = useResource(connection, { kind: 'environments' });
  const { fleet } = useFleet(connection);
  useFront(environments.reading);
  const list = environments.value ?? [];
  const measured = list.some((each) => each.resources.length > 0);
  return (
    <>
      <Header title={t('environments.title')} />
      <OfflineBar reading={environments.reading} />
      <PageBody>
        <Waiting held={environments} what={t('environments.title')} rows={3} />
        {environments.value && list.length === 0 && (
          <Empty title={t('environments.none')} text={t('environments.noneText')} />
        )}
        {list.length > 0 && (
          <table className={table.table} aria-label={t('environments.label')}>
            <thead>
              <tr>
                <th scope="col">{t('environments.environment')}</th>
                <th scope="col">{t('environments.state')}</th>
                <th scope="col" className={table.number}>
                  {t('environments.applications')}
                </th>
                <th scope="col" className={table.number}>
                  {t('environments.behind')}
                </th>
                <th scope="col" className={measured ? undefined : table.fill}>
                  {t('environments.unwell')}
                </th>
                {measured && (
                  <th scope="col" className={table.fill}>
                    {t('environments.resources')}
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {list.map((environment) => (
                <Row
                  key={environment.key}
                  connection={connection}
                  environment={environment}
                  fleet={fleet}
                  measured={measured}
                />
              ))}
            </tbody>
          </table>
        )}
      </PageBody>
    </>
  );
}

function Row({
  connection,
  environment,
  fleet,
  measured,
}: {
  connection: string;
  environment: Environment;
  fleet: Fleet;
  /** Whether the instance says what its environments are made of. */
  measured: boolean;
}) {
  const { t } = useTranslation();
  const unwell = fleet.unwell
    .filter((place) => place.environment.key === environment.key)
    .map(({ application, state }) => ({ key: application, state }));
  const behind = fleet.rows.filter(({ cells }) =>
    cells.some((cell) => cell.environment === environment.key && cell.place?.standing.kind === 'behind'),
  ).length;
  const troubled = environment.resources.filter((resource) => isUnwell(healthState(resource.status)));
  const { key, displayName } = environment;
  const path = paths.environment(connection, key);
  return (
    <tr
      data-row={key}
      data-link={path}
      onContextMenu={(event) => {
        const resource: Resource = { kind: 'environment', environment: key };
        rowMenu(connection, { name: displayName, path, resource }, event);
      }}
    >
      <th scope="row">
        <Link to={path} data-item="" title={environment.displayName}>
          <EnvironmentName environment={environment.key} />
        </Link>
      </th>
      <td>
        <EnvironmentState status={environment.status} />
      </td>
      <td className={table.number}>
        <Link
          to={paths.applications(connection, { environment: environment.key })}
          className={styles.count}
          aria-label={t('environments.applicationsIn', {
            count: environment.applications.length,
            formatted: number(environment.applications.length),
            name: environment.displayName,
          })}
        >
          {number(environment.applications.length)}
        </Link>
      </td>
      <td className={behind === 0 ? `${table.number ?? ''} ${table.dim ?? ''}` : table.number}>
        {number(behind)}
      </td>
      <td>
        <span className={styles.names}>
          {unwell.length === 0 && <span className={table.dim}>{t('environments.allWell')}</span>}
          {unwell.slice(0, NAMED).map(({ key, state }) => (
            <Link
              key={key}
              className={styles.name}
              to={paths.application(connection, key, environment.key)}
              title={key}
            >
              <Shape state={state} labelled />
              {middle(key, 24)}
            </Link>
          ))}
          {unwell.length > NAMED && (
            <span className={table.dim}>{t('environments.andMore', { count: unwell.length - NAMED })}</span>
          )}
        </span>
      </td>
      {measured && (
        <td className={table.fill}>
          <span className={styles.names}>
            {troubled.length === 0 && (
              <span className={table.dim}>{environment.resources.map((each) => each.name).join(', ')}</span>
            )}
            {troubled.map((resource) => (
              <span key={resource.name} className={styles.name}>
                <Shape state={healthState(resource.status)} labelled />
                {resource.name}
                {resource.message !== null && <span className={table.dim}>{resource.message}</span>}
              </span>
            ))}
          </span>
        </td>
      )}
    </tr>
  );
}
