import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStage } from '../app/environments';
import { fleetMenu } from '../app/fleetMenu';
import { middle } from '../app/image';
import { history } from '../app/navigation';
import { paths } from '../app/paths';
import type { PlaceIn } from '../app/places';
import { useChanged } from '../hooks/useChanged';
import { useNow } from '../hooks/useNow';
import { useRowWindow } from '../hooks/useRowWindow';
import { exactTime, when } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { ConnectionId, Place } from '../ipc';
import { follow } from './Link';
import styles from './PlacesTable.module.css';
import { shapeClass } from './Shape';
import table from './Table.module.css';

type Props = { connection: ConnectionId; environment: string; places: PlaceIn[] };

/** The applications of an environment. Rows are plain markup: there may be very many. */
export function PlacesTable({ connection, environment, places }: Props) {
  const { t } = useTranslation();
  const now = useNow(10);
  const { name } = useStage(environment);
  const ref = useRef<HTMLTableElement>(null);
  const shown = useRowWindow(ref, places.length);
  const signatures = useMemo(
    () => new Map(places.map(({ row, place }) => [row.key, `${place.state} ${place.tag ?? ''}`])),
    [places],
  );
  const changed = useChanged(signatures);
  return (
    <table
      ref={ref}
      className={`${table.table ?? ''} ${styles.places ?? ''}`}
      aria-label={t('environment.label', { name })}
      aria-rowcount={places.length + 1}
    >
      <thead>
        <tr>
          <th scope="col">{t('environment.application')}</th>
          <th scope="col">{t('environment.state')}</th>
          <th scope="col">{t('environment.version')}</th>
          <th scope="col" className={table.number}>
            {t('environment.since')}
          </th>
          <th scope="col">{t('environment.standing')}</th>
        </tr>
      </thead>
      <tbody>
        {shown.before > 0 && <tr aria-hidden="true" style={{ height: shown.before }} />}
        {places.slice(shown.from, shown.to).map(({ row, place }, at) => {
          const { key, displayName } = row;
          const to = paths.application(connection, key, environment);
          return (
            <tr
              key={key}
              data-row={key}
              data-application={key}
              data-target={environment}
              data-before={place.before ?? undefined}
              data-changed={changed.has(key)}
              aria-rowindex={shown.from + at + 2}
              onContextMenu={(event) => {
                fleetMenu(connection, row, environment, event);
              }}
            >
              <th scope="row">
                <a
                  className={styles.name}
                  href={history.createHref(to)}
                  draggable={false}
                  title={displayName === key ? undefined : displayName}
                  data-item=""
                  onClick={(event) => {
                    follow(event, to);
                  }}
                >
                  {middle(key, 40)}
                </a>
              </th>
              <td>
                <span className={table.state}>
                  <span aria-hidden="true" className={shapeClass(place.state)} />
                  {t(`state.${place.state}`)}
                </span>
              </td>
              <td className={table.mono} title={place.image ?? undefined}>
                {place.tag === null ? '–' : middle(place.tag, 22)}
              </td>
              <td className={`${table.dim ?? ''} ${table.number ?? ''}`} title={exactTime(place.since)}>
                {when(place.since, now) || '–'}
              </td>
              <td className={table.dim}>{standingWord(place, t)}</td>
            </tr>
          );
        })}
        {shown.after > 0 && <tr aria-hidden="true" style={{ height: shown.after }} />}
      </tbody>
    </table>
  );
}

function standingWord({ standing }: Place, t: Translate): string {
  switch (standing.kind) {
    case 'behind':
      return standing.count === null
        ? t('environment.behind')
        : t('environment.behindBy', { count: standing.count });
    case 'ahead':
      return t('environment.ahead');
    case 'same':
      return t('environment.same');
  }
}
