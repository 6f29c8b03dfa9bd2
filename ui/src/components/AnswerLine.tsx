import { useTranslation } from 'react-i18next';
import { answerText } from '../app/answer';
import { useNow } from '../hooks/useNow';
import { exactTime } from '../i18n/format';
import type { Answer } from '../ipc';

/** The answer in one line; all of it, and since when exactly, on hover. */
export function AnswerLine({ answer }: { answer: Answer }) {
  const { t } = useTranslation();
  const now = useNow(10);
  const text = answerText(answer, t, now);
  // Where there is no room for all of it, it can be read whole.
  const whole = answer.since === null ? text : `${text}\n${exactTime(answer.since)}`;
  return <span title={whole}>{text}</span>;
}
