import { bandSays, type Band } from '../app/bands';
import { markWords } from '../app/marks';
import { healthState } from '../app/state';
import { duration, exactTime } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { HealthSpan, Mark, PlaceHealth, Timeline } from '../ipc';

export function healthWord({ status }: Pick<HealthSpan, 'status'>, t: Translate): string {
  const state = healthState(status);
  return state === 'unknown' ? status : t(`state.${state}`);
}

/** What happened at a moment: a mark, or a change of health with its reason. */
export function happenedAt({ marks, health }: Timeline, at: number, t: Translate): string {
  const mark: Mark | undefined = marks.find((each) => Date.parse(each.at) === at);
  if (mark) return markWords(mark, t);
  const span = health.find(({ from }) => Date.parse(from) === at);
  if (!span) return '';
  return [healthWord(span, t), span.message ?? ''].filter((part) => part !== '').join(': ');
}

/** All that is read at a moment, for those who do not see it; of no moment, how it is now. */
export function momentWords(line: Timeline, at: number | null, bands: Band[], t: Translate): string {
  const span = line.health.findLast(({ from }) => at === null || Date.parse(from) <= at);
  const happened = at === null ? '' : happenedAt(line, at, t);
  return [
    at === null ? t('timeline.now') : exactTime(new Date(at).toISOString()),
    happened,
    span ? t('timeline.healthIs', { state: healthWord(span, t) }) : '',
    ...bands.map((band) => `${band.label} ${bandSays(band, line, at)}`),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** What is pointed at, in a line: the time, and what happened then or how it was. */
export function momentLine(line: Timeline, at: number, t: Translate): string {
  const span = line.health.findLast(({ from }) => Date.parse(from) <= at);
  const happened = happenedAt(line, at, t);
  const message = happened === '' ? (span?.message ?? '') : happened;
  return [exactTime(new Date(at).toISOString()), message].filter((part) => part !== '').join(' · ');
}

/** How it is probed, as far as the manifest says. */
export function probeWords({ path, intervalSeconds }: PlaceHealth['probe'], t: Translate): string {
  const every = intervalSeconds === null ? null : duration(intervalSeconds * 1000);
  if (every !== null && path !== null) return t('timeline.probeEveryAt', { every, path });
  if (every !== null) return t('timeline.probeEvery', { every });
  return path === null ? t('timeline.probeUnsaid') : t('timeline.probeAt', { path });
}
