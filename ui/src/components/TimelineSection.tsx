import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Course } from '../hooks/useTimeline';
import { useNow } from '../hooks/useNow';
import { ago } from '../i18n/format';
import type { TimeRange, Timeline } from '../ipc';
import { Button } from './Button';
import { HealthTable } from './HealthTable';
import { Loading } from './Loading';
import { errorWords } from './Problem';
import { Remark } from './Remark';
import { Segmented } from './Segmented';
import { TimelineBands } from './TimelineBands';
import styles from './TimelineSection.module.css';
import { momentLine } from './timelineWords';
import { TimelineTable } from './TimelineTable';
import { Waiting } from './Waiting';

const TimelineCharts = lazy(() => import('./TimelineCharts'));

const RANGES: TimeRange[] = ['quarterHour', 'hour', 'sixHours', 'day', 'week'];
const LOOKS = ['bands', 'charts', 'table', 'environments'] as const;
type Look = (typeof LOOKS)[number];

type Props = { connection: string; application: string; environments: string[]; course: Course };

/** What was before, over one axis: as bands, as charts, as a table; and the health everywhere. */
export function TimelineSection({ connection, application, environments, course }: Props) {
  const { t } = useTranslation();
  const [look, setLook] = useState<Look>('bands');
  const { known: line, range, choose, isPart, whole, cursor, picked, held } = course;
  return (
    <section className={styles.section} aria-label={t('timeline.title')} data-look={look}>
      <div className={styles.bar}>
        <Segmented
          label={t('timeline.look')}
          value={look}
          options={LOOKS.map((value) => ({ value, label: t(`timeline.looks.${value}`) }))}
          change={setLook}
        />
        <span className={styles.said} aria-hidden="true">
          {line && cursor !== null && momentLine(line, cursor, t)}
        </span>
        {look !== 'environments' && (
          <>
            {isPart ? (
              <Button onClick={whole}>{t('timeline.whole')}</Button>
            ) : (
              picked !== null &&
              cursor === null && (
                <Button
                  kind="quiet"
                  onClick={() => {
                    course.zoomTo(picked);
                  }}
                >
                  {t('timeline.zoom')}
                </Button>
              )
            )}
            {range !== null && (
              <Segmented
                label={t('timeline.range')}
                value={range}
                options={RANGES.map((value) => ({ value, label: t(`timeline.ranges.${value}`) }))}
                change={choose}
              />
            )}
          </>
        )}
      </div>
      {look === 'environments' ? (
        <HealthTable connection={connection} application={application} environments={environments} />
      ) : !line ? (
        <Waiting held={held} what={t('timeline.title')} rows={8} />
      ) : (
        <div
          className={styles.body}
          tabIndex={look === 'bands' ? undefined : 0}
          role="group"
          aria-label={t(`timeline.looks.${look}`)}
        >
          {look !== 'table' && <TimelineBands course={course} line={line} measured={look === 'bands'} />}
          {look === 'table' && <TimelineTable line={line} view={course.view} />}
          {look === 'charts' && line.series.length > 0 && (
            <Suspense fallback={<Loading what={t('timeline.looks.charts')} rows={6} />}>
              <TimelineCharts course={course} line={line} />
            </Suspense>
          )}
          <Measured line={line} />
          {line.eventsFailure && look !== 'charts' && <Remark>{t('timeline.noEvents')}</Remark>}
        </div>
      )}
    </section>
  );
}

/** What is to be said of what was measured: why there is none, or how old it is. */
function Measured({ line }: { line: Timeline }) {
  const { t } = useTranslation();
  const now = useNow(10);
  const { metricsFailure, measuredAt, series, step } = line;
  if (metricsFailure)
    return <Remark>{t('timeline.noMetrics', { why: errorWords(metricsFailure).title })}</Remark>;
  if (series.every(({ largest }) => largest === null))
    return <Remark>{t('timeline.nothingMeasured')}</Remark>;
  if (measuredAt === null || now - Date.parse(measuredAt) < Math.max(OLD, 2 * (step ?? 0))) return null;
  return <Remark>{t('timeline.measured', { ago: ago(measuredAt, now) })}</Remark>;
}

/** What was measured so many milliseconds ago is old. */
const OLD = 150_000;
