import 'uplot/dist/uPlot.min.css';
import { useTranslation } from 'react-i18next';
import { bandSays, bandsOf, seriesName } from '../app/bands';
import type { Course } from '../hooks/useTimeline';
import type { Timeline } from '../ipc';
import { Chart } from './Chart';
import styles from './TimelineCharts.module.css';

/** What was measured, each with its axis, all over the same time; what is pointed at in one is read in all. */
export default function TimelineCharts({ course, line }: { course: Course; line: Timeline }) {
  const { t } = useTranslation();
  return (
    <div className={styles.charts}>
      {bandsOf(line, t).map((band) => (
        <figure key={band.key} className={styles.chart}>
          <figcaption className={styles.caption}>
            <span className={styles.name}>{band.label}</span>
            {band.series.length > 1 &&
              band.series.map((series, at) => (
                <span key={series.name} className={styles.key} data-series={at}>
                  {seriesName(series, t)}
                </span>
              ))}
            <span className={styles.value}>{bandSays(band, line, course.cursor)}</span>
          </figcaption>
          <Chart band={band} line={line} course={course} />
        </figure>
      ))}
    </div>
  );
}
