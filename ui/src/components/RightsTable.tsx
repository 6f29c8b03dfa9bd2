import { Check } from 'lucide-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { number } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import { commands, rightsHeldKey, type ConnectionId, type Held } from '../ipc';
import { smallIcon } from './icon';
import { Named } from './Named';
import styles from './RightsTable.module.css';
import table from './Table.module.css';

type Props = {
  connection: ConnectionId;
  /** With one application; without it, with all that are known. */
  application: string | null;
  /** In one environment only. */
  environment?: string;
};

/** What the caller may do: permissions × environments, as far as the instance says. */
export function RightsTable({ connection, application, environment }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: rightsHeldKey(connection, application),
    queryFn: () => commands.rightsHeld(connection, application),
  });
  if (!data) return null;
  const columns = data.environments
    .map((stage, at) => ({ ...stage, at }))
    .filter(({ key }) => environment === undefined || key === environment);
  if (columns.length === 0) return <p className={table.dim}>{t('access.nothingKnown')}</p>;
  return (
    <table className={`${table.table ?? ''} ${styles.rights ?? ''}`} aria-label={t('access.rightsLabel')}>
      <thead>
        <tr>
          <th scope="col">{t('access.permission')}</th>
          {columns.map(({ key, name, production }) => (
            <th key={key} scope="col" className={styles.cell} data-production={production}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.rows.map(({ permission, held }) => (
          <tr key={permission}>
            <th scope="row">
              <Named text={permission} mono />
            </th>
            {columns.map(({ key, at }) => {
              const how = held[at];
              return (
                <td key={key} className={styles.cell} data-held={how?.kind}>
                  {how && (how.kind === 'yes' ? <Yes /> : heldWord(how, t))}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Yes() {
  const { t } = useTranslation();
  return (
    <span className={styles.yes}>
      <Check {...smallIcon} />
      <span className="visually-hidden">{t('access.held.yes')}</span>
    </span>
  );
}

function heldWord(how: Exclude<Held, { kind: 'yes' }>, t: Translate): string {
  if (how.kind === 'some')
    return t('access.held.some', { count: how.count, part: number(how.count), of: number(how.of) });
  return t(`access.held.${how.kind}`);
}
