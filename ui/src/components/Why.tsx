import { useTranslation } from 'react-i18next';
import { imageNames } from '../app/image';
import { useNow } from '../hooks/useNow';
import { age, exactTime } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { Change as Made, Why as Reason } from '../ipc';
import { Change } from './Tag';

/** One line of why a place is unwell: what failed there, or what its health says, and for how long. */
export function Why({ why }: { why: Reason }) {
  const { t } = useTranslation();
  const now = useNow(10);
  switch (why.kind) {
    case 'failed': {
      const [from, to] = imageNames(why.from, why.to);
      return (
        <>
          <Change from={from} to={to} /> {t('why.failed')}
          {why.at !== null && (
            <span title={exactTime(why.at)}> {t('why.agoShort', { age: age(why.at, now) })}</span>
          )}
          {why.reason !== null && `: ${why.reason}`}
        </>
      );
    }
    case 'stopped':
      return why.message ?? t('why.error');
    case 'health':
      return (
        <>
          {why.message ?? t(healthWord(why.health))}
          {why.since !== null && (
            <span title={exactTime(why.since)}> {t('why.for', { age: age(why.since, now) })}</span>
          )}
          {why.after !== null && (
            <>
              {t('why.since', { time: age(why.after.at, Date.parse(why.since ?? why.after.at)) })}{' '}
              <Change {...changeOf(why.after)} />
            </>
          )}
        </>
      );
  }
}

/** The same as plain text, without how long ago: it is read elsewhere and later. */
export function whyText(why: Reason, t: Translate): string {
  switch (why.kind) {
    case 'failed': {
      const failed = `${changeText(why.from, why.to)} ${t('why.failed')}`;
      return why.reason === null ? failed : `${failed}: ${why.reason}`;
    }
    case 'stopped':
      return why.message ?? t('why.error');
    case 'health': {
      const message = why.message ?? t(healthWord(why.health));
      if (why.after === null) return message;
      const time = age(why.after.at, Date.parse(why.since ?? why.after.at));
      return `${message}${t('why.since', { time })} ${changeText(why.after.from, why.after.to)}`;
    }
  }
}

function changeText(before: string | null, after: string | null): string {
  const [from, to] = imageNames(before, after);
  return from === null || from === to ? (to ?? '–') : `${from} → ${to ?? '–'}`;
}

function changeOf(change: Made): { from: string | null; to: string | null } {
  const [from, to] = imageNames(change.from, change.to);
  return { from, to };
}

function healthWord(health: string) {
  if (health === 'degraded') return 'why.degraded';
  return health === 'unhealthy' ? 'why.unhealthy' : 'why.unknown';
}
