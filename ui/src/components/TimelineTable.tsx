import { useTranslation } from 'react-i18next';
import { seriesName } from '../app/bands';
import { markWords } from '../app/marks';
import { healthState } from '../app/state';
import type { View } from '../app/timeline';
import { exactTime, timeOfDay } from '../i18n/format';
import { measured } from '../i18n/measured';
import type { Timeline } from '../ipc';
import { Shape } from './Shape';
import styles from './TimelineTable.module.css';
import { healthWord } from './timelineWords';

/** A timeline as a table, newest first: what is drawn, for those who read it. */
export function TimelineTable({ line, view }: { line: Timeline; view: View }) {
  const { t } = useTranslation();
  const rows = line.rows.filter(({ from, to }) => Date.parse(to) > view.from && Date.parse(from) <= view.to);
  const now = Date.parse(line.to);
  return (
    <table className={styles.table} aria-label={t('timeline.title')}>
      <thead>
        <tr>
          <th scope="col">{t('timeline.time')}</th>
          <th scope="col">{t('timeline.health')}</th>
          {line.series.map((each) => (
            <th key={each.name} scope="col" className={styles.number}>
              {seriesName(each, t)}
            </th>
          ))}
          <th scope="col">{t('timeline.changes')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.from}>
            <th scope="row" title={exactTime(row.from)}>
              {timeOfDay(row.from, now)}
            </th>
            <td>
              <span className={styles.state}>
                <Shape state={healthState(row.health)} />
                {healthWord({ status: row.health }, t)}
              </span>
            </td>
            {line.series.map(({ name: key, unit }, at) => {
              const value = row.values[at] ?? null;
              return (
                <td key={key} className={styles.number}>
                  {value === null ? '–' : measured(unit, value)}
                </td>
              );
            })}
            <td className={styles.changes}>
              {row.marks.map((place) => {
                const mark = line.marks[place];
                return mark && <span key={place}>{markWords(mark, t)}</span>;
              })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
