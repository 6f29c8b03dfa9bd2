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
  answer,
}: Question & { answer: (yes: boolean) => void }) {
  const { t } = useTranslation();
  const yes = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      title={title}
      focus={yes}
      close={() => {
        answer(false);
      }}
    >
      <p className={styles.text}>{text}</p>
      <div className={styles.actions}>
        <Button
          onClick={() => {
            answer(false);
          }}
        >
          {t('cancel')}
        </Button>
        <Button
          ref={yes}
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
