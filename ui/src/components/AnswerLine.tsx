import { useTranslation } from 'react-i18next';
import { answerText } from '../app/answer';
import { useNow } from '../hooks/useNow';
import { exactTime } from '../i18n/format';
import type { Answer } from '../ipc';

/** The answer in one line; since when exactly on hover. */
export function AnswerLine({ answer }: { answer: Answer }) {
  const { t } = useTranslation();
  const now = useNow(10);
  return (
    <span title={answer.since === null ? undefined : exactTime(answer.since)}>
      {answerText(answer, t, now)}
    </span>
  );
}
