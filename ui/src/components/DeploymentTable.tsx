import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openCallMenu } from '../app/explorer';
import { imageNames, tagOf } from '../app/image';
import { paths } from '../app/paths';
import { deploymentState, isRunning } from '../app/state';
import { useNow } from '../hooks/useNow';
import { between, exactTime, percent, when } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { ConnectionId, Deployment } from '../ipc';
import { DeploymentDetails } from './DeploymentDetails';
import styles from './DeploymentTable.module.css';
import { EnvironmentName } from './EnvironmentName';
import { Link } from './Link';
import { shapeClass } from './Shape';
import table from './Table.module.css';
import { Change } from './Tag';

type Props = {
  connection: ConnectionId;
  deployments: Deployment[];
  everything?: boolean;
  /** Rows can be selected, with x too. */
  selection?: { selected: readonly string[]; toggle: (id: string) => void };
};

/** What was deployed: a row each, which opens in place. */
export function DeploymentTable({ connection, deployments, everything = false, selection }: Props) {
  const { t } = useTranslation();
  const now = useNow(10);
  const [open, setOpen] = useState<string | null>(null);
  const columns = everything ? 8 : 6;
  return (
    <table
      className={`${table.table ?? ''} ${styles.table ?? ''}`}
      data-everything={everything}
      aria-label={t('deployments.label')}
    >
      <thead>
        <tr>
          <th scope="col">{t('deployments.result')}</th>
          {everything && <th scope="col">{t('deployments.application')}</th>}
          <th scope="col">{t('deployments.image')}</th>
          {everything && <th scope="col">{t('deployments.environment')}</th>}
          <th scope="col" className={table.number}>
            {t('deployments.when')}
          </th>
          <th scope="col" className={table.number}>
            {t('deployments.duration')}
          </th>
          <th scope="col">{t('deployments.who')}</th>
          <th scope="col" className={table.fill}>
            {t('deployments.note')}
          </th>
        </tr>
      </thead>
      <tbody>
        {deployments.map((deployment) => {
          const { id, applicationKey, environment, status } = deployment;
          const [from, to] = imageNames(deployment.previousImage, deployment.image);
          const opened = open === id;
          const toggle = () => {
            setOpen(opened ? null : id);
          };
          return (
            <Fragment key={id}>
              <tr
                data-row={id}
                data-open={opened}
                onClick={toggle}
                onContextMenu={(event) => {
                  openCallMenu(connection, id, { kind: 'deployment', id }, event);
                }}
              >
                <td>
                  <span className={styles.selectable}>
                    {selection && (
                      <input
                        type="checkbox"
                        data-select=""
                        tabIndex={-1}
                        aria-label={t('deployments.select', {
                          what: `${applicationKey} ${tagOf(deployment.image) ?? ''}`,
                        })}
                        checked={selection.selected.includes(id)}
                        onClick={(event) => {
                          event.stopPropagation();
                        }}
                        onChange={() => {
                          selection.toggle(id);
                        }}
                      />
                    )}
                    <button type="button" className={table.state} data-item="" aria-expanded={opened}>
                      <span aria-hidden="true" className={shapeClass(deploymentState(status))} />
                      {statusWord(status, t)}
                      {isRunning(status) && deployment.progress !== null && (
                        <span className={table.dim}>{percent(deployment.progress)}</span>
                      )}
                      <span className="visually-hidden">{`${applicationKey} ${tagOf(deployment.image) ?? ''}`}</span>
                    </button>
                  </span>
                </td>
                {everything && (
                  <th scope="row">
                    <Link
                      to={paths.application(connection, applicationKey, environment)}
                      onClick={(event) => {
                        event.stopPropagation();
                      }}
                      tabIndex={-1}
                      title={applicationKey}
                    >
                      {applicationKey}
                    </Link>
                  </th>
                )}
                <td>
                  <Change from={from} to={to} length={22} />
                </td>
                {everything && (
                  <td>
                    <EnvironmentName environment={environment} />
                  </td>
                )}
                <td
                  className={`${table.dim ?? ''} ${table.number ?? ''}`}
                  title={exactTime(deployment.createdAt)}
                >
                  {when(deployment.createdAt, now)}
                </td>
                <td className={`${table.dim ?? ''} ${table.number ?? ''}`}>
                  {between(deployment.startedAt ?? deployment.createdAt, deployment.completedAt)}
                </td>
                <td className={table.dim} title={deployment.requestedBy ?? undefined}>
                  {deployment.requestedBy ?? t('deployments.unknownPerson')}
                </td>
                <td className={`${table.dim ?? ''} ${table.fill ?? ''}`}>{noteOf(deployment, t)}</td>
              </tr>
              {opened && (
                <tr className={styles.details}>
                  <td colSpan={columns}>
                    <DeploymentDetails connection={connection} deployment={deployment} />
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}

/** A status in a word; an unknown one as it came. */
export function statusWord(status: string, t: Translate): string {
  switch (status) {
    case 'pending':
    case 'running':
    case 'completed':
    case 'failed':
    case 'cancelled':
      return t(`deployments.status.${status}`);
    default:
      return status;
  }
}

function noteOf(deployment: Deployment, t: Translate): string {
  const how =
    deployment.rollbackOf !== null
      ? t('deployments.rollbackOf')
      : deployment.promotedFrom !== null
        ? t('deployments.promoted')
        : null;
  const why = deployment.status === 'failed' ? deployment.error : null;
  return [how, deployment.note, why].filter((each) => each !== null && each !== '').join(' · ');
}
