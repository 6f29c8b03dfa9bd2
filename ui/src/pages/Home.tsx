import { useTranslation } from 'react-i18next';
import { unwellCells } from '../app/fleet';
import { fleetMenu } from '../app/fleetMenu';
import { paths } from '../app/paths';
import { EnvironmentName } from '../components/EnvironmentName';
import { Empty } from '../components/Empty';
import { Header } from '../components/Header';
import { Link } from '../components/Link';
import { Loading } from '../components/Loading';
import { Matrix } from '../components/Matrix';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody, Sentence } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { Shape } from '../components/Shape';
import { Why } from '../components/Why';
import { useConnectionId } from '../hooks/useParams';
import { useFleet } from '../hooks/useFleet';
import { useFront } from '../hooks/useResource';
import styles from './Home.module.css';

/** As many of the unwell as stand above the matrix; it shows the others first. */
const FIRST = 5;

export function Home() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const { applications, deployments, fleet, unwell } = useFleet(connection);
  useFront(applications.reading);
  const cells = unwellCells(fleet);
  const total = applications.value?.meta?.total ?? fleet.rows.length;

  return (
    <>
      <Header title={t('home.title')} />
      <OfflineBar reading={applications.reading} />
      <PageBody>
        {applications.pending && <Loading what={t('applications.title')} rows={18} />}
        {applications.error && <Problem error={applications.error} />}
        {applications.value && total === 0 && (
          <Empty
            title={t('applications.none')}
            text={t('applications.noneText')}
            example={t('applications.noneExample')}
          />
        )}
        {applications.value && total > 0 && (
          <>
            <Sentence>
              {unwell === 0 ? t('home.allWell') : t('home.unwell', { count: unwell, total })}
            </Sentence>
            {cells.length > 0 && (
              <ul className={styles.unwell} aria-label={t('home.unwellList')}>
                {cells.slice(0, FIRST).map(({ row, cell }) => {
                  const { key } = row.application;
                  return (
                    <li
                      key={`${key} ${cell.environment}`}
                      data-row={key}
                      data-application={key}
                      data-target={cell.environment}
                      onContextMenu={(event) => {
                        fleetMenu(connection, row.application, cell.environment, event);
                      }}
                    >
                      <Link
                        to={paths.application(connection, key, cell.environment)}
                        className={styles.row}
                        data-item=""
                      >
                        <Shape state={cell.state} labelled />
                        <span className={styles.key}>{key}</span>
                        <span className={styles.environment}>
                          <EnvironmentName environment={cell.environment} />
                        </span>
                        <span className={styles.why}>
                          <Why application={key} entry={cell.entry} deployments={deployments} />
                        </span>
                      </Link>
                    </li>
                  );
                })}
                {cells.length > FIRST && (
                  <li className={styles.more}>{t('home.moreUnwell', { count: cells.length - FIRST })}</li>
                )}
              </ul>
            )}
            <Matrix
              connection={connection}
              label={t('matrix.label')}
              environments={fleet.environments}
              rows={fleet.rows}
              onMenu={(row, environment, event) => {
                fleetMenu(connection, row.application, environment, event);
              }}
            />
          </>
        )}
      </PageBody>
    </>
  );
}
