import { timeOfDay } from './format';
import { i18n } from './i18n';

const DAY = 24 * 60 * 60_000;

/** A time as people say it: "16:00", "yesterday 16:00", "24 Nov 16:00". */
export function momentWords(time: string, now: number): string {
  const clock = timeOfDay(time, Date.parse(time));
  const said = timeOfDay(time, now);
  const isYesterday = said !== clock && timeOfDay(time, now - DAY) === clock;
  return isYesterday ? i18n.t('past.yesterday', { time: clock }) : said;
}
