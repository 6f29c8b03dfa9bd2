import { useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { fleetMenu } from '../app/fleetMenu';
import { imageWords } from '../app/image';
import { go, goInstead, leaveFor } from '../app/navigation';
import { paths } from '../app/paths';
import { AsOf } from '../components/AsOf';
import { AnswerLine } from '../components/AnswerLine';
import { EnvironmentName } from '../components/EnvironmentName';
import { Header } from '../components/Header';
import { Kbd } from '../components/Kbd';
import { Link } from '../components/Link';
import { Matrix } from '../components/Matrix';
import { NoApplications } from '../components/NoApplications';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody, Sentence } from '../components/PageBody';
import { Shape } from '../components/Shape';
import { Since } from '../components/Since';
import { Waiting } from '../components/Waiting';
import { useConnectionId } from '../hooks/useParams';
import { useFleet } from '../hooks/useFleet';
import { useFront } from '../hooks/useResource';
import { number } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { Counts } from '../ipc';
import styles from './Home.module.css';
import { MatrixAt, ThenBar, ThenSentence } from '../components/HomeThen';

/** As many of the unwell as stand above the matrix; it shows the others first. */
const FIRST = 5;

export function Home() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const { fleet, held } = useFleet(connection);
  const { unwell, counts } = fleet;
  useFront(held.reading);
  const { at, show, leave } = useAsOf(connection);
  const nothingPlaced = counts.placed + counts.unseen === 0;
  const allElsewhere = nothingPlaced && fleet.rows.every((row) => row.type === 'external');
  const words = { count: counts.total, formatted: number(counts.total) };

  return (
    <>
      <Header title={t('home.title')} />
      <OfflineBar reading={held.reading} />
      {at !== null && <ThenBar at={at} leave={leave} />}
      <div className={styles.page}>
        <PageBody>
          <Waiting held={held} what={t('applications.title')} rows={18} />
          {held.value && counts.total === 0 && <NoApplications connection={connection} />}
          {(at !== null || counts.total > 0) && (
            <AsOf connection={connection} at={at} show={show}>
              {at === null ? (
                <Sentence>{allElsewhere ? t('home.allElsewhere', words) : sentence(counts, t)}</Sentence>
              ) : (
                <ThenSentence connection={connection} at={at} />
              )}
            </AsOf>
          )}
          {at !== null && <MatrixAt connection={connection} at={at} />}
          {at === null && held.value && counts.total > 0 && (
            <>
              {nothingPlaced && !allElsewhere && <p className={styles.next}>{t('home.nothingPlacedText')}</p>}
              {unwell.length > 0 && (
                <ul className={styles.unwell} aria-label={t('home.unwellList')}>
                  {unwell.slice(0, FIRST).map(({ application: key, environment, state, answer, before }) => {
                    const row = fleet.rows.find((each) => each.key === key);
                    const cell = row?.cells.find((each) => each.environment === environment.key);
                    return (
                      <li
                        key={`${key} ${environment.key}`}
                        data-row={key}
                        data-application={key}
                        data-target={environment.key}
                        data-before={before ?? undefined}
                        className={styles.place}
                        onContextMenu={(event) => {
                          if (row) fleetMenu(connection, row, environment.key, event);
                        }}
                      >
                        <Link
                          to={paths.application(connection, key, environment.key)}
                          className={styles.row}
                          data-item=""
                        >
                          <Shape state={state} labelled />
                          <span className={styles.key}>{key}</span>
                          <span className={styles.environment}>
                            <EnvironmentName environment={environment.key} />
                          </span>
                          <span className={styles.why}>
                            <AnswerLine answer={answer} />
                          </span>
                        </Link>
                        {before !== null && (
                          <Link
                            className={styles.errand}
                            to={paths.application(connection, key, environment.key, 'now', {
                              form: true,
                              image: before,
                            })}
                            title={t('application.rollBackTo', {
                              environment: environment.name,
                              tag: imageWords(cell?.place?.image ?? null, before).to,
                            })}
                          >
                            {t('home.rollBack')}
                            <Kbd keys="r" />
                          </Link>
                        )}
                      </li>
                    );
                  })}
                  {unwell.length > FIRST && (
                    <li className={styles.more}>{t('home.moreUnwell', { count: unwell.length - FIRST })}</li>
                  )}
                </ul>
              )}
              <Matrix
                connection={connection}
                label={t('matrix.label')}
                environments={fleet.environments}
                rows={fleet.rows}
                onMenu={(row, environment, event) => {
                  fleetMenu(connection, row, environment, event);
                }}
              />
              {fleet.nextPage !== null && (
                <p className={styles.others}>
                  <Link to={paths.applications(connection)}>
                    {t('home.others', { count: counts.unseen, formatted: number(counts.unseen) })}
                  </Link>
                </p>
              )}
            </>
          )}
        </PageBody>
        {counts.total > 0 && <Since key={connection} connection={connection} />}
      </div>
    </>
  );
}

/** The time as of which the fleet is shown, as it stands in the address; null for now. */
function useAsOf(connection: string) {
  const word = useSearch({ strict: false, select: (search) => search.at });
  const at = word !== undefined && !Number.isNaN(Date.parse(word)) ? word : null;
  const leave = useCallback(() => {
    leaveFor(paths.home(connection));
  }, [connection]);
  const show = (time: string | null) => {
    if (time === null) leave();
    // From one time to the next there is no way back but to now.
    else (at === null ? go : goInstead)(paths.home(connection, time));
  };
  return { at, show, leave };
}

/** All is well only where Rust says so; else what is not, and of what it is not known. */
function sentence(counts: Counts, t: Translate): string {
  const { allWell, placed, unwell, total, deploying, unknown, unseen } = counts;
  if (allWell) return t('home.allWell');
  if (placed + unseen === 0) return t('home.nothingPlaced');
  const loaded = { loaded: total - unseen, total };
  if (placed === 0) return t('home.noneOfLoaded', loaded);
  return [
    // What is not loaded is not said to be well, nor to be anything.
    unseen > 0 && t('home.unwellOfLoaded', { count: unwell, ...loaded }),
    unseen === 0 && unwell > 0 && t('home.unwell', { count: unwell, total }),
    deploying > 0 && t('home.deploying', { count: deploying }),
    unknown > 0 && t('home.unknown', { count: unknown }),
  ]
    .filter((part) => part !== false)
    .join(', ');
}
