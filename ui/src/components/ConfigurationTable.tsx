import { useLayoutEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { isBlank, type Row, type Sheet } from '../app/configuration';
import type { ConfigurationReview, Violation } from '../ipc';
import { ConfigurationRow, type RowActs } from './ConfigurationRow';
import styles from './ConfigurationTable.module.css';
import table from './Table.module.css';

type Props = {
  sheet: Sheet;
  review: ConfigurationReview;
  /** What the names are narrowed by. */
  search: string;
  readOnly: boolean;
  acts: RowActs;
};

/** All items, edited in place. */
export function ConfigurationTable({ sheet, review, search, readOnly, acts }: Props) {
  const { t } = useTranslation();
  const wanted = search.trim().toLowerCase();
  const changed = useMemo(() => new Set(review.differences.map(({ name }) => name)), [review.differences]);
  const wrong = useMemo(() => violationsOf(sheet.rows, review.violations), [sheet.rows, review.violations]);
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = sheet.rows.length;
  const [first] = sheet.rows;
  const before = useRef(rows === 1 && first && isBlank(first) ? 0 : rows);
  // A row that was added is typed into.
  useLayoutEffect(() => {
    if (rows === before.current + 1) {
      const last = body.current?.lastElementChild?.querySelector<HTMLInputElement>('[data-column="name"]');
      if (last?.value === '') last.focus();
    }
    before.current = rows;
  }, [rows]);
  return (
    <table className={`${table.table ?? ''} ${styles.table ?? ''}`} aria-label={t('configuration.label')}>
      <thead>
        <tr>
          <th scope="col">{t('configuration.name')}</th>
          <th scope="col">{t('configuration.value')}</th>
          <th scope="col">{t('configuration.locationTitle')}</th>
          <th scope="col" className={styles.tick}>
            {t('configuration.required')}
          </th>
          <th scope="col">{t('configuration.stateTitle')}</th>
          <th scope="col">
            <span className="visually-hidden">{t('configuration.acts')}</span>
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        {sheet.rows
          .filter((row) => wanted === '' || isBlank(row) || row.item.name.toLowerCase().includes(wanted))
          .map((row) => (
            <ConfigurationRow
              key={row.id}
              row={row}
              changed={row.was !== null && (changed.has(row.item.name) || row.item.name !== row.was.name)}
              violations={wrong.get(row.id) ?? NONE}
              readOnly={readOnly}
              acts={acts}
            />
          ))}
      </tbody>
    </table>
  );
}

const NONE: Violation[] = [];

/** Broken rules by the row they are of; they are named by the place in what would be saved. */
function violationsOf(rows: Row[], violations: Violation[]): Map<number, Violation[]> {
  const saved = rows.filter((row) => !row.removed && !isBlank(row));
  const found = new Map<number, Violation[]>();
  for (const violation of violations) {
    const at = /^items\[(\d+)\]/.exec(violation.field)?.[1];
    const row = at === undefined ? undefined : saved[Number(at)];
    if (row) found.set(row.id, [...(found.get(row.id) ?? []), violation]);
  }
  return found;
}
