import { User, Users } from 'lucide-react';
import { useMemo, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { openMenu } from '../app/layers';
import { oneLine } from '../app/printable';
import { useChanged } from '../hooks/useChanged';
import type { AccessGrid, AccessRow } from '../ipc';
import styles from './AccessTable.module.css';
import { Button } from './Button';
import { copyText } from './copy';
import { smallIcon } from './icon';
import { Named } from './Named';
import table from './Table.module.css';

type Props = {
  grid: AccessGrid;
  /** The environment of the page. */
  environment: string;
  /** Why a row may not be changed. */
  reason: (row: AccessRow) => string | undefined;
  change: (row: AccessRow) => void;
  revoke: (row: AccessRow) => void;
};

/** Who has access: subjects × environments, with the role in the cell. A subject has one role. */
export function AccessTable({ grid, environment, reason, change, revoke }: Props) {
  const { t } = useTranslation();
  const signatures = useMemo(
    () =>
      new Map(grid.rows.map(({ entry }) => [entry.subject, `${entry.role} ${entry.environments.join(' ')}`])),
    [grid.rows],
  );
  const changed = useChanged(signatures);
  const menu = (row: AccessRow, event: MouseEvent) => {
    event.preventDefault();
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    const byKey = event.clientX === 0 && event.clientY === 0 && focused;
    openMenu(
      byKey ? focused : { x: event.clientX, y: event.clientY },
      oneLine(row.entry.subject),
      [
        {
          label: t('access.change'),
          shortcut: '⏎',
          reason: reason(row),
          act: () => {
            change(row);
          },
        },
        {
          label: t('access.revoke'),
          reason: reason(row),
          act: () => {
            revoke(row);
          },
        },
        'divider',
        {
          label: t('access.copySubject'),
          act: () => {
            copyText(row.entry.subject);
          },
        },
      ],
      focused,
    );
  };
  return (
    <table className={`${table.table ?? ''} ${styles.grid ?? ''}`} aria-label={t('access.label')}>
      <thead>
        <tr>
          <th scope="col">{t('access.subject')}</th>
          {grid.environments.map(({ environment: { key, name, production } }) => (
            <th
              key={key}
              scope="col"
              className={styles.cell}
              data-production={production}
              data-here={key === environment}
            >
              {name}
            </th>
          ))}
          <th scope="col" className={styles.actions}>
            <span className="visually-hidden">{t('access.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {grid.rows.map((row, at) => {
          const { subject, subjectType, role } = row.entry;
          const isGroup = subjectType === 'group';
          const Icon = isGroup ? Users : User;
          return (
            <tr
              key={`${subject} ${String(at)}`}
              data-row={subject}
              data-changed={changed.has(subject)}
              onContextMenu={(event) => {
                menu(row, event);
              }}
            >
              <th scope="row" className={styles.subject}>
                <span className={styles.who}>
                  <Icon {...smallIcon} />
                  <Named text={subject} />
                  <span className={table.dim}>{row.own ? t('access.you') : kindWord(subjectType, t)}</span>
                </span>
              </th>
              {row.held.map((held, column) => (
                <td key={grid.environments[column]?.environment.key} className={styles.cell}>
                  {held ? <Named text={role} /> : <span className={styles.none}>{'–'}</span>}
                </td>
              ))}
              <td className={styles.actions}>
                <span className={styles.buttons}>
                  <Button
                    kind="quiet"
                    data-item=""
                    reason={reason(row)}
                    aria-label={t('access.changeNamed', { subject: oneLine(subject) })}
                    onClick={() => {
                      change(row);
                    }}
                  >
                    {t('access.change')}
                  </Button>
                  <Button
                    kind="quiet"
                    data-item=""
                    reason={reason(row)}
                    aria-label={t('access.revokeNamed', { subject: oneLine(subject) })}
                    onClick={() => {
                      revoke(row);
                    }}
                  >
                    {t('access.revoke')}
                  </Button>
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** What a subject is, in a word; another than the API names as it came. */
function kindWord(kind: string, t: (key: 'access.group' | 'access.user') => string): string {
  if (kind === 'group') return t('access.group');
  return kind === 'user' ? t('access.user') : oneLine(kind);
}
