import { useTranslation } from 'react-i18next';
import { oneLine } from '../app/printable';
import { useNow } from '../hooks/useNow';
import { exactTime, when } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { AskedAccess, State } from '../ipc';
import { Button } from './Button';
import { EnvironmentNames } from './EnvironmentNames';
import { Named } from './Named';
import styles from './RequestTable.module.css';
import { shapeClass } from './Shape';
import table from './Table.module.css';

/** Requests for access, those first that wait for the caller; a row opens beside the page. */
export function RequestTable({
  requests,
  open,
}: {
  requests: AskedAccess[];
  open: (asked: AskedAccess) => void;
}) {
  const { t } = useTranslation();
  const now = useNow(10);
  return (
    <table className={`${table.table ?? ''} ${styles.requests ?? ''}`} aria-label={t('access.requests')}>
      <thead>
        <tr>
          <th scope="col">{t('access.status')}</th>
          <th scope="col">{t('access.who')}</th>
          <th scope="col">{t('access.application')}</th>
          <th scope="col">{t('access.role')}</th>
          <th scope="col">{t('access.environments')}</th>
          <th scope="col" className={table.number}>
            {t('access.when')}
          </th>
          <th scope="col" className={styles.reason}>
            {t('access.reason')}
          </th>
          <th scope="col">
            <span className="visually-hidden">{t('access.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {requests.map((asked) => {
          const { request, own, toDecide } = asked;
          const { id, applicationKey, role, environments, status, createdAt, requestedBy } = request;
          return (
            <tr
              key={id}
              data-row={id}
              onClick={() => {
                open(asked);
              }}
            >
              <td>
                <span className={table.state}>
                  <span aria-hidden="true" className={shapeClass(requestState(status))} />
                  {requestWord(status, t)}
                </span>
              </td>
              <td>{own ? t('access.you') : requestedBy === null ? '–' : <Named text={requestedBy} />}</td>
              <th scope="row">
                <Named text={applicationKey} />
              </th>
              <td>
                <Named text={role} />
              </td>
              <td>
                <EnvironmentNames environments={environments} />
              </td>
              <td className={`${table.dim ?? ''} ${table.number ?? ''}`} title={exactTime(createdAt)}>
                {when(createdAt, now)}
              </td>
              <td className={`${table.dim ?? ''} ${styles.reason ?? ''}`}>
                <Named text={request.note ?? request.reason ?? ''} />
              </td>
              <td className={styles.action}>
                <Button
                  kind={toDecide ? 'plain' : 'quiet'}
                  data-item=""
                  aria-label={t(toDecide ? 'access.decideNamed' : 'access.openNamed', {
                    who: own ? t('access.you') : oneLine(requestedBy ?? ''),
                    application: oneLine(applicationKey),
                  })}
                >
                  {t(toDecide ? 'access.decide' : 'access.open')}
                </Button>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The shape of a request's status; one we do not know is not known. */
export function requestState(status: string): State {
  switch (status) {
    case 'pending':
      return 'progress';
    case 'approved':
      return 'well';
    case 'denied':
      return 'off';
    default:
      return 'unknown';
  }
}

/** Its word; an unknown one as it came. */
export function requestWord(status: string, t: Translate): string {
  switch (status) {
    case 'pending':
    case 'approved':
    case 'denied':
      return t(`access.statuses.${status}`);
    default:
      return oneLine(status);
  }
}
