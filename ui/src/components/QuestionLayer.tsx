import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Question } from '../app/layers';
import { Button } from './Button';
import { Dialog } from './Dialog';
import styles from './QuestionLayer.module.css';

/** One question before something is lost. */
export function QuestionLayer({
  title,
  text,
  action,
  careful = false,
  answer,
}: Question & { answer: (yes: boolean) => void }) {
  const { t } = useTranslation();
  const first = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      title={title}
      focus={first}
      close={() => {
        answer(false);
      }}
    >
      <p className={styles.text}>{text}</p>
      <div className={styles.actions}>
        <Button
          ref={careful ? first : null}
          onClick={() => {
            answer(false);
          }}
        >
          {t('cancel')}
        </Button>
        <Button
          ref={careful ? null : first}
          kind="primary"
          onClick={() => {
            answer(true);
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
