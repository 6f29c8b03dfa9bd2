import { errorWords } from '../components/Problem';
import { timeOfDay } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { LogName, Recording } from '../ipc';
import { isSameLog } from './logNames';

/** How the recording of a log goes, in a few words; null where nothing is known of it. */
export function recordingWords(
  recordings: Recording[],
  log: LogName,
  now: number,
  t: Translate,
): string | null {
  const state = recordings.find((each) => isSameLog(each, log))?.state;
  switch (state?.kind) {
    case undefined:
      return null;
    case 'beginning':
      return t('recording.beginning');
    case 'recorded':
      return t('recording.since', { time: timeOfDay(state.since, now) });
    case 'held': {
      const reason =
        state.failure.code === 'budget_wait' ? t('recording.budget') : errorWords(state.failure).title;
      return state.since === null
        ? t('recording.not', { reason })
        : t('recording.held', { time: timeOfDay(state.since, now), reason });
    }
    case 'tooMany':
      return t('recording.tooMany');
  }
}

/** The same of all logs of an application, each with its environment; null where there are none. */
export function recordingTitle(
  recordings: Recording[],
  application: string,
  now: number,
  t: Translate,
): string | null {
  const words = recordings
    .filter((each) => each.application === application)
    .map((each) => `${each.environment}: ${recordingWords(recordings, each, now, t) ?? ''}`);
  return words.length === 0 ? null : words.join('\n');
}
