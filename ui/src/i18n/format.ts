import { i18n } from './i18n';

// A fixed locale: the system's may be "C", on which Intl throws.
const LOCALE = 'en-GB';
const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const seconds = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });
const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' });
const count = new Intl.NumberFormat(LOCALE);
const percentage = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

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
    return i18n.t('age.seconds', { value: Math.max(0.1, Math.round((to - from) / 100) / 10) });
  const seconds = Math.round((to - from) / 1000);
  if (seconds % 60 === 0 || seconds < 60 || seconds >= 3600) return duration(seconds * 1000);
  return i18n.t('age.minutesSeconds', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

/** The time of day, with the day where it is not today's. */
export function timeOfDay(time: string | null, now: number): string {
  const at = millis(time);
  if (at === null) return '';
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return sameDay ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}

/** The time of day to the second. */
export function clockTime(time: string): string {
  const at = millis(time);
  return at === null ? '' : seconds.format(at);
}

/** Date and time to the second. */
export function exactTime(time: string | null): string {
  const at = millis(time);
  return at === null ? '' : exact.format(at);
}

/** The time of a log line to the millisecond, in the local zone. */
export function logTime(time: string): string {
  const at = millis(time);
  if (at === null) return time;
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}

export function number(value: number): string {
  return count.format(value);
}

const amount = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });
const UNITS = ['bytes', 'kibibytes', 'mebibytes', 'gibibytes', 'tebibytes'] as const;

/** An amount of memory in the unit in which it is a small number: "412 MiB". */
export function memory(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return i18n.t(`environment.${UNITS[step] ?? 'bytes'}`, {
    value: value >= 1000 ? count.format(Math.round(value)) : amount.format(value),
  });
}

/** Percent of one core: with a decimal below ten, where it says something. */
export function cpu(value: number): string {
  return i18n.t('age.percent', {
    value: count.format(value < 10 ? Math.round(value * 10) / 10 : Math.round(value)),
  });
}

export function percent(value: number): string {
  return i18n.t('age.percent', { value: percentage.format(value) });
}

function millis(time: string | null): number | null {
  if (time === null) return null;
  const at = Date.parse(time);
  return Number.isNaN(at) ? null : at;
}
