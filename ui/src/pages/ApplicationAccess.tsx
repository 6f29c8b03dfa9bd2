import { useCallback } from 'react';
import { useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ask } from '../app/layers';
import { go, leaveFor } from '../app/navigation';
import { paths } from '../app/paths';
import { oneLine } from '../app/printable';
import { useConnection } from '../app/shell';
import { AccessForm } from '../components/AccessForm';
import { AccessTable } from '../components/AccessTable';
import { Button } from '../components/Button';
import { placesIn } from '../components/Choices';
import { Empty } from '../components/Empty';
import { AskLink, MissingRight } from '../components/MissingRight';
import { PageBody } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { RightsTable } from '../components/RightsTable';
import { TakeBackBar } from '../components/TakeBackBar';
import { UnlockButton } from '../components/UnlockButton';
import { Waiting } from '../components/Waiting';
import { useNoWrites } from '../hooks/useNoWrites';
import { usePlace } from '../hooks/useParams';
import { useFront, useMade, useResource } from '../hooks/useResource';
import { useWrite } from '../hooks/useWrite';
import { accessGrid, commands, type AccessRow } from '../ipc';
import styles from './Access.module.css';

/** Who may do what with an application, in every environment; and what the caller may. */
export function ApplicationAccess() {
  const { t } = useTranslation();
  const { connection, key, environment } = usePlace();
  const grant = useSearch({ strict: false, select: (search) => search.grant });
  const held = useMade(connection, accessGrid(connection, key));
  // Which environments there are, and which are production, is told by these.
  useResource(connection, { kind: 'environments' });
  useResource(connection, { kind: 'me' });
  useFront(held.reading, 'inner');
  const view = useConnection(connection);
  const noWrites = useNoWrites(connection, held.reading);
  const page = paths.application(connection, key, environment, 'access');
  const close = useCallback(() => {
    leaveFor(page);
  }, [page]);
  const revoking = useWrite<AccessRow>(
    ({ entry }) => commands.accessRevoke(connection, key, entry),
    () => undefined,
    ({ entry }) => ({
      what: t('refusals.revoke', {
        subject: oneLine(entry.subject),
        application: key,
        places: placesIn(view, entry.environments),
      }),
      to: page,
    }),
  );
  const grid = held.value;
  const lacks = (missing: string | null) =>
    noWrites ?? (missing === null ? undefined : t('rights.missing', { permission: missing }));
  const revoke = async (row: AccessRow) => {
    if (revoking.busy || lacks(row.missing) !== undefined) return;
    const { subject, environments } = row.entry;
    const words = { subject: oneLine(subject), places: placesIn(view, environments), application: key };
    const yes = await ask({
      title: t('access.revokeTitle', words),
      text: t('access.revokeText', words),
      action: t('access.revokeAction', words),
      careful: true,
    });
    if (yes) revoking.start(row, row.production);
  };
  return (
    <>
      <PageBody>
        {grid && grid.missing !== null && (
          <MissingRight
            connection={connection}
            application={key}
            environment={environment}
            permission={grid.missing}
          />
        )}
        <Waiting held={held} what={t('access.of', { application: key })} rows={4} />
        {held.error?.code === 'forbidden' && (
          <p>
            <AskLink connection={connection} application={key} environment={environment} />
          </p>
        )}
        <TakeBackBar
          writing={revoking}
          said={(row, seconds) =>
            t('access.revoking', {
              subject: oneLine(row.entry.subject),
              places: placesIn(view, row.entry.environments),
              seconds,
            })
          }
        />
        {revoking.error && (
          <Problem error={revoking.error} brief={revoking.error.code === 'outcome_unknown'}>
            {revoking.error.code === 'outcome_unknown' && <p>{t('access.unknownText')}</p>}
            <Button onClick={revoking.forget}>{t('dismiss')}</Button>
          </Problem>
        )}
        {grid && (
          <section aria-labelledby="access-grid">
            <div className={styles.head}>
              <h2 id="access-grid">{t('access.count', { count: grid.rows.length })}</h2>
              <span className={styles.headActions}>
                <UnlockButton connection={connection} />
                <Button
                  reason={lacks(grid.missing)}
                  onClick={() => {
                    go(paths.application(connection, key, environment, 'access', { grant: null }));
                  }}
                >
                  {t('access.grantAction')}
                </Button>
              </span>
            </div>
            {grid.rows.length === 0 ? (
              <Empty title={t('access.none')} text={t('access.noneText')} />
            ) : (
              <AccessTable
                grid={grid}
                environment={environment}
                reason={(row) => lacks(row.missing)}
                change={(row) => {
                  go(paths.application(connection, key, environment, 'access', { grant: row.entry.subject }));
                }}
                revoke={(row) => void revoke(row)}
              />
            )}
          </section>
        )}
        <section className={styles.section} aria-labelledby="access-mine">
          <div className={styles.head}>
            <h2 id="access-mine">{t('access.mineOf', { application: key })}</h2>
          </div>
          <RightsTable connection={connection} application={key} />
        </section>
      </PageBody>
      {held.reading && grant !== undefined && (
        <AccessForm
          key={grant}
          connection={connection}
          application={key}
          reading={held.reading}
          subject={grant === '' ? null : grant}
          close={close}
        />
      )}
    </>
  );
}
