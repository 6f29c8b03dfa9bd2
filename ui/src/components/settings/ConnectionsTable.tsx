import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { useShell } from '../../app/shell';
import type { ConnectionView } from '../../ipc';
import table from '../Table.module.css';
import styles from './ConnectionsSection.module.css';
import section from './Section.module.css';

type Props = {
  label: string;
  /** What the columns are called; what can be done stands in one more. */
  columns: string[];
  row: ComponentType<{ connection: ConnectionView }>;
};

/** All connections, a row each. */
export function ConnectionsTable({ label, columns, row: Row }: Props) {
  const { t } = useTranslation();
  const connections = useShell((value) => value.connections);
  if (connections.length === 0) return <p className={section.dim}>{t('settings.noConnections')}</p>;
  return (
    <div className={styles.wide}>
      <table className={table.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">
              <span className="visually-hidden">{t('settings.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {connections.map((connection) => (
            <Row key={connection.id} connection={connection} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
