import type { Translate } from '../i18n/i18n';
import { measured, measuredPair } from '../i18n/measured';
import type { MeasuredSeries, Timeline, Unit } from '../ipc';
import { stepAt } from './timeline';

/** Series that are drawn in one place. */
export type Band = { key: string; label: string; series: MeasuredSeries[]; counted: boolean };

/** The metrics that the platform names, with those that are read together. */
const BANDS = [
  ['logErrors', 'log_errors'],
  ['errorRate', 'error_rate'],
  ['response', 'response_ms_p50', 'response_ms_p95'],
  ['requests', 'requests_per_second'],
  ['cpu', 'cpu_percent'],
  ['memory', 'memory_bytes'],
] as const;

/** What was measured, by bands; what the platform does not name comes last and under its own name. */
export function bandsOf({ series }: Timeline, t: Translate): Band[] {
  const known: Band[] = BANDS.flatMap(([key, ...names]) => {
    const found = series.filter(({ name }) => names.some((each) => each === name));
    return found.length === 0
      ? []
      : [{ key, label: t(`timeline.${key}`), series: found, counted: key === 'logErrors' }];
  });
  const named = new Set<string>(BANDS.flatMap(([, ...names]) => names));
  const others = series.filter(({ name }) => !named.has(name));
  return [
    ...known,
    ...others.map((each) => ({ key: each.name, label: each.name, series: [each], counted: false })),
  ];
}

/** What a band says at a moment; without one, what it says now, of what is counted over the whole time. */
export function bandSays(band: Band, { times, step }: Timeline, at: number | null): string {
  const place = at === null ? null : stepAt(times, step ?? 1, at);
  const values = band.series.map(({ values: all, latest, total }) =>
    at === null ? (band.counted ? total : latest) : place === null ? null : (all[place] ?? null),
  );
  const [first] = band.series;
  const [lower, upper] = values;
  if (!first || values.every((each) => each === null)) return '–';
  if (typeof lower === 'number' && typeof upper === 'number') return measuredPair(first.unit, lower, upper);
  return values.map((each) => (each === null ? '–' : measured(first.unit, each))).join(' / ');
}

/** What fills a band at least, by unit: what hardly stirs is drawn low, not as high as it is seldom. */
const FULL: Record<Unit['kind'], number> = {
  percent: 10,
  bytes: 2 ** 24,
  perSecond: 1,
  milliseconds: 20,
  lines: 8,
  other: 0,
};

/** What fills a band. */
export function fullOf({ series }: Band): number {
  return Math.max(...series.map(({ unit, largest }) => Math.max(largest ?? 0, FULL[unit.kind])));
}

/** The name of a series by itself. */
export function seriesName({ name }: MeasuredSeries, t: Translate): string {
  switch (name) {
    case 'response_ms_p50':
      return t('timeline.p50');
    case 'response_ms_p95':
      return t('timeline.p95');
    default: {
      const band = BANDS.find(([, ...names]) => names.some((each) => each === name));
      return band ? t(`timeline.${band[0]}`) : name;
    }
  }
}
