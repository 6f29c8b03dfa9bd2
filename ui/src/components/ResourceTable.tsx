import { useTranslation } from 'react-i18next';
import { oneLine } from '../app/printable';
import { cpu, memory } from '../i18n/format';
import type { EnvironmentResource } from '../ipc';
import { EnvironmentState } from './EnvironmentState';
import { Named } from './Named';
import styles from './ResourceTable.module.css';
import table from './Table.module.css';

/** What an environment is made of, and what each uses; what is not measured says so. */
export function ResourceTable({ resources }: { resources: EnvironmentResource[] }) {
  const { t } = useTranslation();
  const told = resources.some(({ message }) => message !== null);
  return (
    <table
      className={`${table.table ?? ''} ${styles.resources ?? ''}`}
      aria-label={t('environment.resources')}
    >
      <thead>
        <tr>
          <th scope="col">{t('environment.resource')}</th>
          <th scope="col">{t('environment.kind')}</th>
          <th scope="col">{t('environment.state')}</th>
          <th scope="col" className={table.number}>
            {t('environment.cpu')}
          </th>
          <th scope="col" className={table.number}>
            {t('environment.memory')}
          </th>
          <th scope="col" className={styles.limit}>
            {t('environment.limit')}
          </th>
          {told && (
            <th scope="col" className={table.fill}>
              {t('environment.message')}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {resources.map(({ name, kind, status, usage, message }, at) => (
          <tr key={`${name} ${String(at)}`} data-row={name}>
            <th scope="row">
              <Named text={name} />
            </th>
            <td className={table.dim}>{oneLine(kind)}</td>
            <td>
              <EnvironmentState status={status} />
            </td>
            <td className={table.number}>
              {usage?.cpuPercent === null || usage === null ? <NotMeasured /> : cpu(usage.cpuPercent)}
            </td>
            <td className={table.number}>
              {usage?.memoryBytes === null || usage === null ? <NotMeasured /> : memory(usage.memoryBytes)}
            </td>
            <td className={styles.limit}>
              <Limit used={usage?.memoryBytes ?? null} limit={usage?.memoryLimitBytes ?? null} />
            </td>
            {told && (
              <td className={`${table.dim ?? ''} ${table.fill ?? ''}`}>
                <Named text={message ?? ''} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NotMeasured() {
  const { t } = useTranslation();
  return <span className={table.dim}>{t('environment.notMeasured')}</span>;
}

/** How much may be used, with a bar that says how much of it is. */
function Limit({ used, limit }: { used: number | null; limit: number | null }) {
  const { t } = useTranslation();
  if (limit === null || limit <= 0) return <span className={table.dim}>{t('environment.noLimit')}</span>;
  const part = used === null ? null : Math.min(1, used / limit);
  return (
    <span className={styles.bounded}>
      <span className={styles.amount}>{memory(limit)}</span>
      {part !== null && (
        <span className={styles.bar} aria-hidden="true">
          <span style={{ width: `${String(Math.round(part * 100))}%` }} />
        </span>
      )}
    </span>
  );
}
