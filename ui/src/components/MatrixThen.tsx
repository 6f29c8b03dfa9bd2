import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { middle } from '../app/image';
import { history } from '../app/navigation';
import { paths } from '../app/paths';
import { useRoom } from '../hooks/useRoom';
import { useRowWindow } from '../hooks/useRowWindow';
import { age, exactTime } from '../i18n/format';
import type { ConnectionId, FleetThen, PlaceThen } from '../ipc';
import { follow } from './Link';
import styles from './Matrix.module.css';
import { shapeClass } from './Shape';

/** What stands beside a key in its column, in pixels. */
const PLAIN = 12;

/** The fleet as it was known at a time: to read, and to go from to how it is now. */
export function MatrixThen({ connection, then }: { connection: ConnectionId; then: FleetThen }) {
  const { t } = useTranslation();
  const table = useRef<HTMLTableElement>(null);
  const { environments, rows } = then;
  const shown = useRowWindow(table, rows.length);
  const room = useRoom(table, PLAIN, 28);
  const at = Date.parse(then.at);
  return (
    <table
      ref={table}
      className={styles.matrix}
      aria-label={t('past.matrix')}
      aria-rowcount={rows.length + 1}
      data-bare={environments.length === 0}
    >
      <thead>
        <tr>
          <th scope="col" className={styles.name}>
            {t('matrix.application')}
          </th>
          <th scope="col" className={styles.type}>
            {t('matrix.type')}
          </th>
          {environments.map(({ key, name, production }) => (
            <th key={key} scope="col" data-production={production}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.before > 0 && <tr aria-hidden="true" style={{ height: shown.before }} />}
        {rows.slice(shown.from, shown.to).map(({ key, displayName, type, cells }, row) => {
          const to = paths.application(connection, key, cells.at(-1)?.environment ?? 'dev');
          const name = middle(key, room);
          return (
            <tr key={key} data-row={key} aria-rowindex={shown.from + row + 2}>
              <th scope="row" className={styles.name}>
                <span className={styles.named}>
                  <a
                    href={history.createHref(to)}
                    draggable={false}
                    title={displayName === key && name === key ? undefined : displayName}
                    data-item=""
                    onClick={(event) => {
                      follow(event, to);
                    }}
                  >
                    {name}
                  </a>
                </span>
              </th>
              <td className={styles.type}>{type ?? '–'}</td>
              {cells.map((cell) => (
                <td key={cell.environment} data-environment={cell.environment}>
                  <span className={styles.cell}>
                    <CellThen then={cell.then} at={at} />
                  </span>
                </td>
              ))}
            </tr>
          );
        })}
        {shown.after > 0 && <tr aria-hidden="true" style={{ height: shown.after }} />}
      </tbody>
    </table>
  );
}

function CellThen({ then, at }: { then: PlaceThen; at: number }) {
  const { t } = useTranslation();
  switch (then.kind) {
    case 'known':
      return (
        <>
          <span role="img" aria-label={t(`state.${then.state}`)} className={shapeClass(then.state)} />
          <span className={styles.tag} title={then.image ?? undefined}>
            {then.tag === null ? '–' : middle(then.tag, 10)}
          </span>
          <span className={styles.age} title={exactTime(then.since)}>
            {age(then.since, at) || '–'}
          </span>
        </>
      );
    case 'notObserved':
      return (
        <>
          <span aria-hidden="true" className={shapeClass('unknown')} />
          <span className={styles.said}>{t('past.notObserved')}</span>
        </>
      );
    case 'before':
      return <span className={styles.absent}>{t('past.before')}</span>;
    case 'absent':
      return <span className={styles.absent}>{t('matrix.notThere')}</span>;
  }
}
