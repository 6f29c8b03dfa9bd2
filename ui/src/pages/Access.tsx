import { useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { go, leaveFor } from '../app/navigation';
import { paths } from '../app/paths';
import { oneLine } from '../app/printable';
import { ApplicationChooser } from '../components/ApplicationChooser';
import { AskForm } from '../components/AskForm';
import { Button } from '../components/Button';
import { DecideForm } from '../components/DecideForm';
import { Header } from '../components/Header';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody, Sentence } from '../components/PageBody';
import { RequestTable } from '../components/RequestTable';
import { RightsTable } from '../components/RightsTable';
import { Waiting } from '../components/Waiting';
import { useConnectionId } from '../hooks/useParams';
import { useFront, useMade, useResource } from '../hooks/useResource';
import type { Translate } from '../i18n/i18n';
import { askedAccess, type AskedAccess, type CommandError } from '../ipc';
import styles from './Access.module.css';

/** What the caller may do, asked for, and decides; and the way to who may do what with one application. */
export function Access() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const { ask, in: environment, request } = useSearch({ strict: false });
  const asked = useMade(connection, askedAccess(connection));
  const me = useResource(connection, { kind: 'me' });
  useResource(connection, { kind: 'environments' });
  // It may have been found out by the last question alone, with an answer of before still kept.
  const notOffered = isNotOffered(asked.error ?? asked.reading?.failure);
  const reading = notOffered ? me.reading : (asked.reading ?? me.reading);
  useFront(reading);
  const page = paths.access(connection);
  const close = useCallback(() => {
    leaveFor(page);
  }, [page]);
  const requests = (notOffered ? null : asked.value) ?? [];
  const chosen = requests.find((each) => each.request.id === request);
  const askFor = () => {
    go(paths.access(connection, { ask: null }));
  };
  return (
    <>
      <Header
        title={t('access.title')}
        covered={ask !== undefined || chosen !== undefined}
        actions={
          <Button reason={notOffered ? t('access.notOffered') : undefined} onClick={askFor}>
            {t('access.askAction')}
          </Button>
        }
      />
      <OfflineBar reading={reading} />
      <PageBody>
        <Sentence>{sentence(requests, notOffered, t)}</Sentence>
        {notOffered ? (
          <p className={styles.dim}>{t('access.notOfferedText')}</p>
        ) : (
          <Waiting held={asked} what={t('access.requests')} rows={3} />
        )}
        {asked.value && !notOffered && requests.length === 0 && (
          <p className={styles.dim}>{t('access.noRequestsText')}</p>
        )}
        {requests.length > 0 && (
          <RequestTable
            requests={requests}
            open={({ request: { id } }) => {
              go(paths.access(connection, { request: id }));
            }}
          />
        )}
        <div className={styles.sides}>
          <section className={styles.section} aria-labelledby="access-mine">
            <div className={styles.head}>
              <h2 id="access-mine">{t('access.mine')}</h2>
            </div>
            <Waiting held={me} what={t('access.mine')} rows={4} />
            {me.value && (
              <p className={styles.dim}>
                {me.value.roles.length === 0
                  ? t('access.noRoles', { who: oneLine(me.value.username) })
                  : t('access.roles', {
                      who: oneLine(me.value.username),
                      roles: me.value.roles.map(oneLine).join(', '),
                    })}
              </p>
            )}
            <RightsTable connection={connection} application={null} />
          </section>
          <section className={styles.section} aria-labelledby="access-of">
            <div className={styles.head}>
              <h2 id="access-of">{t('access.chooser')}</h2>
            </div>
            <ApplicationChooser connection={connection} />
          </section>
        </div>
      </PageBody>
      {ask !== undefined && !notOffered && (
        <AskForm
          key={`${ask} ${environment ?? ''}`}
          connection={connection}
          application={ask}
          environment={environment ?? null}
          reading={reading}
          close={close}
        />
      )}
      {chosen && ask === undefined && (
        <DecideForm
          key={chosen.request.id}
          connection={connection}
          asked={chosen}
          reading={asked.reading}
          close={close}
        />
      )}
    </>
  );
}

function isNotOffered(error: Pick<CommandError, 'code'> | null | undefined): boolean {
  return error?.code === 'not_offered';
}

function sentence(requests: AskedAccess[], notOffered: boolean, t: Translate): string {
  const waiting = requests.filter((each) => each.toDecide).length;
  if (waiting > 0) return t('access.waiting', { count: waiting });
  const own = requests.filter((each) => each.own && each.request.status === 'pending').length;
  if (own > 0) return t('access.ownWaiting', { count: own });
  return notOffered ? t('access.notOffered') : t('access.nothingWaits');
}
