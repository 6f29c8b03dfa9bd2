import type { Hours, Spoken } from '../ipc';
import { i18n } from './i18n';

/** How numbers and times are written. */
export type Look = {
  language: Spoken;
  /** The zone by its IANA name; null for the system's. */
  zone: string | null;
  hours: Hours;
  /** Whether lists show when something was instead of how long ago. */
  exact: boolean;
  /** The system's locale, which says how its people count hours; null where that is not known. */
  locale: string | null;
};

// Fixed locales: the system's may be "C", on which Intl throws.
const LOCALES = { en: 'en-GB', fi: 'fi-FI' } satisfies Record<Spoken, string>;
/** For hours from 1 to 12: the British write a zero before them. */
const HALVED = { en: 'en-AU', fi: 'fi-FI' } satisfies Record<Spoken, string>;

let look: Look = { language: 'en', zone: null, hours: 'system', exact: false, locale: null };
let write = writers(look);

/** Has everything written so from now on. What is on screen is written anew. */
export function writeAs(next: Look): void {
  look = next;
  write = writers(next);
  i18n.emit(WRITTEN_ANEW);
}

/** Told to what shows words, as a change of the language is. */
export const WRITTEN_ANEW = 'writtenAnew';

function writers({ language, zone, hours, locale }: Look) {
  const halved = isHalved(hours, locale, language);
  const where = (halved ? HALVED : LOCALES)[language];
  const inZone = { timeZone: isZone(zone) ? zone : undefined };
  const time = { ...inZone, ...cycle(halved) };
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(where, options);
  return {
    clock: format({ ...time, hour: halved ? 'numeric' : '2-digit', minute: '2-digit' }),
    seconds: format({ ...time, timeStyle: 'medium' }),
    day: format({ ...inZone, day: 'numeric', month: language === 'fi' ? 'numeric' : 'short' }),
    date: format({ ...inZone, dateStyle: 'short' }),
    exact: format({ ...time, dateStyle: 'medium', timeStyle: 'medium' }),
    zoned: format({ ...time, dateStyle: 'medium', timeStyle: 'long' }),
    // Alike in every language, as logs are read beside other tools.
    log: new Intl.DateTimeFormat('en-GB', {
      ...inZone,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
    }),
    count: new Intl.NumberFormat(where),
    percentage: new Intl.NumberFormat(where, { maximumFractionDigits: 0 }),
    amount: new Intl.NumberFormat(where, { maximumSignificantDigits: 3 }),
  };
}

/** Of the hours of a day; said so that midnight is 0 or 12 in every engine. */
function cycle(halved: boolean): Intl.DateTimeFormatOptions {
  return { hourCycle: halved ? 'h12' : 'h23' };
}

/** Whether hours go from 1 to 12. */
function isHalved(hours: Hours, locale: string | null, language: Spoken): boolean {
  if (hours !== 'system') return hours === 'half';
  // Finns count them to 24, whatever the system's people do.
  if (locale === null || language === 'fi') return false;
  try {
    return new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12 ?? false;
  } catch {
    // No locale that is known, "C" for one.
    return false;
  }
}

/** Whether a zone is one that is known here. */
export function isZone(zone: string | null): zone is string {
  if (zone === null) return false;
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** How long ago, in one unit: "40 s", "6 min", "2 h", "3 d". */
export function age(time: string | null, now: number): string {
  const at = millis(time);
  if (at === null) return '';
  return duration(now - at);
}

/** The same as words within a sentence: "6 min ago", "just now". */
export function ago(time: string | null, now: number): string {
  const at = millis(time);
  if (at === null) return '';
  return now - at < 2000 ? i18n.t('age.justNow') : i18n.t('age.ago', { age: duration(now - at) });
}

/** How long ago, or when, as was chosen. */
export function when(time: string | null, now: number): string {
  return look.exact ? timeOfDay(time, now) : age(time, now);
}

/** The same as words within a sentence. */
export function whenInWords(time: string | null, now: number): string {
  return look.exact ? timeOfDay(time, now) : ago(time, now);
}

/** A length of time in one unit. */
export function duration(milliseconds: number): string {
  // Nothing lasts no time at all, whatever two clocks say.
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  if (seconds < 60) return i18n.t('age.seconds', { value: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return i18n.t('age.minutes', { value: minutes });
  const hours = Math.round(minutes / 60);
  if (hours < 24) return i18n.t('age.hours', { value: hours });
  return i18n.t('age.days', { value: Math.round(hours / 24) });
}

/** From start to end, with two units where that says more: "0.3 s", "48 s", "2 min 10 s". */
export function between(start: string | null, end: string | null): string {
  const from = millis(start);
  const to = millis(end);
  if (from === null || to === null) return '';
  if (to - from < 950)
    return i18n.t('age.seconds', { value: number(Math.max(0.1, Math.round((to - from) / 100) / 10)) });
  const seconds = Math.round((to - from) / 1000);
  if (seconds % 60 === 0 || seconds < 60 || seconds >= 3600) return duration(seconds * 1000);
  return i18n.t('age.minutesSeconds', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

/** The time of day, with the day where it is not today's. */
export function timeOfDay(time: string | null, now: number): string {
  const at = millis(time);
  if (at === null) return '';
  const sameDay = write.date.format(at) === write.date.format(now);
  return sameDay ? write.clock.format(at) : `${write.day.format(at)} ${write.clock.format(at)}`;
}

/** The time of day in some zone. */
export function timeIn(zone: string, now: number): string {
  const halved = isHalved(look.hours, look.locale, look.language);
  const options = { timeZone: zone, ...cycle(halved), timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat((halved ? HALVED : LOCALES)[look.language], options).format(now);
}

/** The time of day to the second. */
export function clockTime(time: string): string {
  const at = millis(time);
  return at === null ? '' : write.seconds.format(at);
}

/** Date and time to the second. */
export function exactTime(time: string | null): string {
  const at = millis(time);
  return at === null ? '' : write.exact.format(at);
}

/** The same with its zone, for who reads it elsewhere. */
export function zonedTime(time: string | null): string {
  const at = millis(time);
  return at === null ? '' : write.zoned.format(at);
}

/** The time of a log line to the millisecond. */
export function logTime(time: string): string {
  const at = millis(time);
  return at === null ? time : write.log.format(at);
}

export function number(value: number): string {
  return write.count.format(value);
}

const UNITS = ['bytes', 'kibibytes', 'mebibytes', 'gibibytes', 'tebibytes'] as const;

/** An amount of memory in the unit in which it is a small number: "412 MiB". */
export function memory(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return i18n.t(`environment.${UNITS[step] ?? 'bytes'}`, {
    value: value >= 1000 ? number(Math.round(value)) : write.amount.format(value),
  });
}

/** Percent of one core: with a decimal below ten, where it says something. */
export function cpu(value: number): string {
  return i18n.t('age.percent', {
    value: number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value)),
  });
}

export function percent(value: number): string {
  return i18n.t('age.percent', { value: write.percentage.format(value) });
}

function millis(time: string | null): number | null {
  if (time === null) return null;
  const at = Date.parse(time);
  return Number.isNaN(at) ? null : at;
}
