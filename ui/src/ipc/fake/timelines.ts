import type { Commands } from '../ipc';
import type {
  Application,
  Deployment,
  HealthSpan,
  Mark,
  MeasuredSeries,
  Reading,
  TimeRange,
  Unit,
} from '../types';
import { stage } from './parts';

const MINUTE = 60_000;
const RANGES: Record<TimeRange, [minutes: number, step: number, row: number]> = {
  quarterHour: [15, 5_000, MINUTE],
  hour: [60, 20_000, 5 * MINUTE],
  sixHours: [360, 2 * MINUTE, 30 * MINUTE],
  day: [1440, 6 * MINUTE, 120 * MINUTE],
  week: [10_080, 45 * MINUTE, 720 * MINUTE],
};

type Shape = (age: number, wave: number, isBad: boolean) => number | null;
type Metric = [name: string, unit: Unit['kind'], shape: Shape];

/** What each metric is like, by how long ago it was. */
const METRICS: Metric[] = [
  ['log_errors', 'lines', (age, wave, isBad) => (isBad ? Math.round(5 + wave * 4) : age % 11 === 3 ? 1 : 0)],
  ['error_rate', 'percent', (_, wave, isBad) => (isBad ? 31 + wave * 9 : 0)],
  ['response_ms_p50', 'milliseconds', (_, wave, isBad) => (isBad ? 610 : 9) + wave * 3],
  ['response_ms_p95', 'milliseconds', (_, wave, isBad) => (isBad ? 1900 : 48) + wave * 22],
  ['requests_per_second', 'perSecond', (_, wave) => 41 + wave * 5],
  ['cpu_percent', 'percent', (_, wave) => 12 + wave * 3],
  ['memory_bytes', 'bytes', (age) => (412 - age / 20) * 2 ** 20],
];

type Times = Pick<Commands, 'timeline' | 'timelineRange' | 'timelineFiner' | 'healthOverview'>;

/** What was before, of invented applications: well until they were not. */
export function timelines(
  applications: Application[],
  deployments: Deployment[],
  reading: <T>(value: T) => Promise<Reading<T>>,
): Times {
  const entryOf = (key: string, environment: string) =>
    applications
      .find((each) => each.key === key)
      ?.environments.find((each) => each.environment === environment);
  const unwellSince = (key: string, environment: string) => {
    const entry = entryOf(key, environment);
    return entry && ['unhealthy', 'degraded'].includes(entry.health) ? entry.healthSince : null;
  };
  const spansOf = (key: string, environment: string, from: number): HealthSpan[] => {
    const since = unwellSince(key, environment);
    const begun = new Date(from).toISOString();
    const status = entryOf(key, environment)?.health ?? 'unknown';
    if (since === null) return [{ from: begun, to: null, status, message: null }];
    const message = entryOf(key, environment)?.healthMessage ?? null;
    return [
      { from: begun, to: since, status: 'healthy', message: null },
      { from: since, to: null, status, message },
    ];
  };
  return {
    timelineRange: (_, key, environment) =>
      reading(unwellSince(key, environment) === null ? 'hour' : ('quarterHour' as const)),
    timelineFiner: (_, __, ___, range, from, to) => {
      const [begin, end] = [Date.parse(from), Date.parse(to)];
      const step = [5_000, 20_000, MINUTE].find((each) => (end - begin) / each <= 300) ?? MINUTE;
      if (step * 2 > RANGES[range][1]) return Promise.resolve(null);
      const first = Math.floor(begin / step) * step;
      const times = Array.from({ length: Math.ceil((end - first) / step) }, (_each, at) => first + at * step);
      const series = METRICS.map(([name, kind, shape]): MeasuredSeries => {
        const values = times.map((at) =>
          shape(Math.round((end - at) / step), Math.sin(at / (step * 9)), false),
        );
        return { name, unit: { kind } as Unit, values, latest: null, largest: null, total: null };
      });
      return Promise.resolve({ times, step, series });
    },
    timeline: (_, key, environment, range) => {
      const [minutes, step, row] = RANGES[range];
      const now = Math.floor(Date.now() / 1000) * 1000;
      const from = now - minutes * MINUTE;
      const since = unwellSince(key, environment);
      const first = Math.floor(from / step) * step;
      const times = Array.from(
        { length: Math.floor((now - first) / step) },
        (_each, at) => first + at * step,
      );
      const unmeasured = entryOf(key, environment)?.health === 'unknown';
      const series = METRICS.map(([name, kind, shape]): MeasuredSeries => {
        const values = times.map((at) => {
          const age = Math.round((now - at) / step);
          // Nobody measured for a while.
          if (unmeasured || (age > 150 && age < 160)) return null;
          return shape(age, Math.sin(at / (step * 9)), since !== null && at >= Date.parse(since));
        });
        const found = values.filter((value) => value !== null);
        return {
          name,
          unit: { kind } as Unit,
          values,
          latest: values.at(-1) ?? null,
          largest: found.length === 0 ? null : Math.max(...found),
          total: kind === 'lines' ? found.reduce((sum, value) => sum + value, 0) : null,
        };
      });
      const marks: Mark[] = [
        ...deployments
          .filter((each) => each.applicationKey === key && each.environment === environment)
          .map((each) => ({
            at: each.startedAt ?? each.createdAt ?? '',
            ends: each.completedAt,
            what: {
              kind: 'deployment' as const,
              id: each.id,
              from: each.previousImage,
              to: each.image,
              status: each.status,
            },
            by: each.requestedBy,
            summary: each.error,
          })),
        {
          at: new Date(now - minutes * MINUTE * 0.8).toISOString(),
          ends: null,
          what: { kind: 'configuration' as const },
          by: 'aino.laine',
          summary: 'The configuration was changed.',
        },
      ]
        .filter(({ at }) => Date.parse(at) >= from)
        .sort((a, b) => a.at.localeCompare(b.at));
      const health = spansOf(key, environment, from);
      const rows = [];
      for (let end = now; end > from;) {
        const start = Math.max(from, Math.floor((end - 1) / row) * row);
        const here = (at: number) => at >= start && at < end;
        rows.push({
          from: new Date(start).toISOString(),
          to: new Date(end).toISOString(),
          health:
            since !== null && Date.parse(since) < end
              ? (health.at(-1)?.status ?? '')
              : (health[0]?.status ?? ''),
          values: series.map(({ values }) => values[times.findIndex(here)] ?? null),
          marks: marks.flatMap(({ at }, place) => (here(Date.parse(at)) ? [place] : [])),
        });
        end = start;
      }
      return reading({
        range,
        from: new Date(from).toISOString(),
        to: new Date(now).toISOString(),
        health,
        marks,
        times,
        step,
        series,
        rows,
        moments: [...marks.map(({ at }) => at), ...health.slice(1).map((span) => span.from)].sort(),
        unwellFrom: since,
        measuredAt: new Date(now).toISOString(),
        probe: { path: '/health', intervalSeconds: 30 },
        metricsFailure: null,
        eventsFailure: null,
      });
    },
    healthOverview: (_, key) => {
      const now = Date.now();
      const from = now - 1440 * MINUTE;
      const found = applications.find((each) => each.key === key)?.environments ?? [];
      return reading(
        found.map((entry) => ({
          environment: stage(entry.environment),
          status: entry.health,
          since: entry.healthSince,
          message: entry.healthMessage,
          from: new Date(from).toISOString(),
          to: new Date(now).toISOString(),
          spans: spansOf(key, entry.environment, from),
          probe: { path: '/health', intervalSeconds: 30 },
        })),
      );
    },
  };
}
