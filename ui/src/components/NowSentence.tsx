import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { answerPieces, evidencePath } from '../app/answer';
import { useNow } from '../hooks/useNow';
import type { Answer, ConnectionId, Evidence } from '../ipc';
import { Link } from './Link';
import styles from './NowSentence.module.css';

type Props = {
  connection: ConnectionId;
  application: string;
  environment: string;
  answer: Answer;
  /** The deployment there has not begun. */
  waits?: boolean;
  /** Shows evidence that is on this page; whether it is. */
  onShow: (evidence: Evidence) => boolean;
};

/** How it is here and what is known of why, in a sentence whose parts lead to where they are from. */
export function NowSentence({ connection, application, environment, answer, waits = false, onShow }: Props) {
  const { t } = useTranslation();
  const now = useNow(1);
  return (
    <h2 className={styles.sentence}>
      {answerPieces(answer, t, now, waits).map(({ text, part }, at) => {
        const evidence = part?.evidence ?? null;
        // The parts of an answer keep their order.
        if (evidence === null) return <Fragment key={at}>{text}</Fragment>;
        return (
          <Link
            key={at}
            className={styles.link}
            to={evidencePath(connection, application, environment, evidence)}
            onClick={(event) => {
              if (onShow(evidence)) event.preventDefault();
            }}
          >
            {text}
          </Link>
        );
      })}
    </h2>
  );
}
