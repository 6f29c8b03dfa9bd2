import { os } from '../app/platform';
import { shell } from '../app/shell';
import { wordsOfAdvice, type Translate } from '../i18n/i18n';
import type { CommandError, Diagnosis, Examined } from '../ipc';
import { errorWords } from './Problem';

/** Whether the way itself is free, and what is missing is a session, a permission or time. */
export function isFree({ advice }: Examined): boolean {
  return advice !== null && ['signIn', 'askForAccess', 'wait'].includes(advice.kind);
}

/** What to do about a step that is broken. */
export function advised({ advice, failure }: Examined): string | null {
  if (advice) return wordsOfAdvice(advice.kind, advice.params);
  if (!failure) return null;
  const { title, text } = errorWords(failure);
  return text ?? title;
}

/** What the other side, or the system, said. */
export function wordsOf(failure: CommandError): string | null {
  const { reason, excerpt } = failure.params;
  const words = [failure.message, reason, excerpt].filter((word) => word !== undefined && word !== null);
  return words.filter((word) => word !== '').join(' · ') || null;
}

/** How long a step took; null where nothing was asked. */
export function tookWords({ outcome, milliseconds }: Examined, t: Translate): string | null {
  if (outcome !== 'well' && outcome !== 'broken') return null;
  return milliseconds < 1 ? t('doctor.tookNothing') : t('doctor.took', { value: milliseconds });
}

/** What was found as plain text, to send to who can help; nothing in it is a secret. */
export function report(address: string, diagnosis: Diagnosis, t: Translate): string {
  const steps = diagnosis.steps.flatMap((examined) => {
    const { step, outcome, seen, failure } = examined;
    const took = tookWords(examined, t);
    return [
      `${t(`doctor.steps.${step}`)}: ${t(`doctor.outcomes.${outcome}`)}${took === null ? '' : `, ${took}`}`,
      ...seen.map(({ kind, value }) => `  ${t(`doctor.seen.${kind}`)}: ${value}`),
      ...(failure
        ? [errorWords(failure).title, advised(examined), wordsOf(failure)]
            .filter((line) => line !== null)
            .map((line) => `  ${line}`)
        : []),
    ];
  });
  const head = `${t('product')} ${shell.get().version}, ${os}, ${new Date().toISOString()}`;
  const blind = diagnosis.blind.map((each) => t(`doctor.blind.${each}`));
  return [head, address, '', ...steps, ...(blind.length > 0 ? ['', ...blind] : []), ''].join('\n');
}
