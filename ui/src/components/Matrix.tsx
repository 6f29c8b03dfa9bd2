import { useMemo, useRef, type MouseEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DEPLOYED, TYPE } from '../app/filter';
import { middle } from '../app/image';
import { history } from '../app/navigation';
import { paths } from '../app/paths';
import { useChanged } from '../hooks/useChanged';
import { useNow } from '../hooks/useNow';
import { useRoom } from '../hooks/useRoom';
import { useRowWindow } from '../hooks/useRowWindow';
import { age, exactTime, when } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { ConnectionId, FleetRow, Place, Stage } from '../ipc';
import { follow } from './Link';
import styles from './Matrix.module.css';
import { shapeClass } from './Shape';

type Props = {
  connection: ConnectionId;
  label: string;
  environments: Stage[];
  rows: FleetRow[];
  /** What stands before a row's name, a star for one. */
  lead?: (row: FleetRow) => ReactNode;
  /** Sorting by a column; null is the name's. Without it the columns are plain. */
  sort?: { column: string | null; descending: boolean; by: (column: string | null) => void };
  /** The columns beside the environments; the type's alone where nothing is said. */
  columns?: { type: boolean; image: boolean; deployed: boolean };
  onMenu?: (row: FleetRow, environment: string | null, event: MouseEvent) => void;
};

/** What stands beside a key in its column, in pixels: its padding, and what leads a row. */
const PLAIN = 12;
const WITH_LEAD = 68;

/**
 * The fleet: application × environment. Rows are plain markup, because a tree of components for each row is
 * what makes a long list slow.
 */
export function Matrix({
  connection,
  label,
  environments,
  rows,
  lead,
  sort,
  columns = USUAL,
  onMenu,
}: Props) {
  const { t } = useTranslation();
  const now = useNow(10);
  const table = useRef<HTMLTableElement>(null);
  const shown = useRowWindow(table, rows.length);
  const room = useRoom(table, lead ? WITH_LEAD : PLAIN, 28);
  const signatures = useMemo(() => signaturesOf(rows), [rows]);
  const changed = useChanged(signatures);

  const heading = (column: string | null, text: string) =>
    sort ? (
      <button
        type="button"
        className={styles.sort}
        onClick={() => {
          sort.by(column);
        }}
      >
        {text}
        {sort.column === column && <span aria-hidden="true">{sort.descending ? ' ↓' : ' ↑'}</span>}
      </button>
    ) : (
      text
    );
  const sorted = (column: string | null) =>
    sort?.column === column ? (sort.descending ? 'descending' : 'ascending') : undefined;

  return (
    <table
      ref={table}
      className={styles.matrix}
      aria-label={label}
      aria-rowcount={rows.length + 1}
      data-lead={Boolean(lead)}
      data-bare={environments.length === 0}
    >
      <thead>
        <tr>
          <th scope="col" className={styles.name} aria-sort={sorted(null)}>
            {heading(null, t('matrix.application'))}
          </th>
          {columns.type && (
            <th scope="col" className={styles.type} aria-sort={sorted(TYPE)}>
              {heading(TYPE, t('matrix.type'))}
            </th>
          )}
          {columns.image && (
            <th scope="col" className={styles.image}>
              {t('matrix.image')}
            </th>
          )}
          {environments.map(({ key: environment, name, production }) => (
            <th
              key={environment}
              scope="col"
              className={styles.environment}
              data-production={production}
              aria-sort={sorted(environment)}
            >
              {heading(environment, name)}
            </th>
          ))}
          {columns.deployed && (
            <th scope="col" className={styles.deployed} aria-sort={sorted(DEPLOYED)}>
              {heading(DEPLOYED, t('matrix.deployed'))}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {shown.before > 0 && <tr aria-hidden="true" style={{ height: shown.before }} />}
        {rows.slice(shown.from, shown.to).map((row, at) => {
          const { key, displayName, type, target } = row;
          const home = paths.application(connection, key, target);
          const name = middle(key, room);
          return (
            <tr
              key={key}
              data-row={key}
              data-application={key}
              data-target={target}
              data-before={row.cells.find((cell) => cell.environment === target)?.place?.before ?? undefined}
              aria-rowindex={shown.from + at + 2}
              onContextMenu={(event) => {
                onMenu?.(row, environmentUnder(event), event);
              }}
            >
              <th scope="row" className={styles.name}>
                <span className={styles.named}>
                  {lead?.(row)}
                  <a
                    href={history.createHref(home)}
                    draggable={false}
                    title={displayName === key && name === key ? undefined : displayName}
                    data-item=""
                    onClick={(event) => {
                      follow(event, home);
                    }}
                  >
                    {name}
                  </a>
                </span>
              </th>
              {columns.type && <td className={styles.type}>{type}</td>}
              {columns.image && (
                <td className={styles.image} title={row.image ?? undefined}>
                  {row.image === null ? '–' : middle(row.image, 30)}
                </td>
              )}
              {environments.map(({ key: environment }) => {
                const place = row.cells.find((cell) => cell.environment === environment)?.place ?? null;
                const to = paths.application(connection, key, environment);
                return (
                  <td
                    key={environment}
                    data-environment={environment}
                    data-before={place?.before ?? undefined}
                    data-changed={changed.has(`${key} ${environment}`)}
                  >
                    <a
                      className={styles.cell}
                      href={history.createHref(to)}
                      draggable={false}
                      tabIndex={-1}
                      data-item=""
                      onClick={(event) => {
                        follow(event, to);
                      }}
                    >
                      {place ? (
                        <>
                          <span
                            role="img"
                            aria-label={t(`state.${place.state}`)}
                            className={shapeClass(place.state)}
                          />
                          <span className={styles.tag} title={place.image ?? undefined}>
                            {place.tag === null ? '–' : middle(place.tag, 10)}
                          </span>
                          <span className={styles.age} title={exactTime(place.since)}>
                            {remark(place, now, t)}
                          </span>
                        </>
                      ) : (
                        <span className={styles.absent}>
                          {type === 'external' ? '–' : t('matrix.notThere')}
                        </span>
                      )}
                    </a>
                  </td>
                );
              })}
              {columns.deployed && (
                <td className={styles.deployed} title={exactTime(row.lastDeployedAt)}>
                  {when(row.lastDeployedAt, now) || '–'}
                </td>
              )}
            </tr>
          );
        })}
        {shown.after > 0 && <tr aria-hidden="true" style={{ height: shown.after }} />}
      </tbody>
    </table>
  );
}

const USUAL = { type: true, image: false, deployed: false };

/** The word beside the tag: what matters most about this cell. */
function remark({ standing, state, since, unwell }: Place, now: number, t: Translate): string {
  if (state === 'progress') return t('matrix.now');
  if (state === 'off') return t('state.off');
  if (unwell) return age(since, now);
  if (standing.kind === 'behind')
    return standing.count === null ? t('matrix.behind') : t('matrix.behindBy', { count: standing.count });
  if (standing.kind === 'ahead') return t('matrix.ahead');
  if (state === 'unknown') return t('state.unknown');
  return age(since, now) || '–';
}

function signaturesOf(rows: FleetRow[]): Map<string, string> {
  const signatures = new Map<string, string>();
  for (const row of rows)
    for (const { environment, place } of row.cells)
      signatures.set(`${row.key} ${environment}`, `${place?.state ?? ''} ${place?.tag ?? ''}`);
  return signatures;
}

function environmentUnder(event: MouseEvent): string | null {
  const cell = (event.target as Element).closest('[data-environment]');
  return cell?.getAttribute('data-environment') ?? null;
}
