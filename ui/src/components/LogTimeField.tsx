import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { carefully } from '../app/carefully';
import { commands, type TypedTime } from '../ipc';
import styles from './LogTimeField.module.css';

/** Takes a time to go to, or a span to narrow a log to, in the words that Rust understands. */
export function LogTimeField({ typed }: { typed: (time: TypedTime) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [unread, setUnread] = useState(false);
  const read = () => {
    void carefully(async () => {
      const time = await commands.timeRead(text);
      setUnread(time === null);
      if (time === null) return;
      setText('');
      document.querySelector<HTMLElement>('[data-lines]')?.focus();
      typed(time);
    });
  };
  return (
    <input
      className={styles.time}
      type="text"
      data-time=""
      aria-label={t('logs.goTo')}
      aria-invalid={unread}
      title={unread ? t('logs.noTime') : t('logs.times')}
      placeholder={t('logs.goTo')}
      autoComplete="off"
      spellCheck={false}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        setUnread(false);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && text.trim() !== '') {
          event.preventDefault();
          read();
        }
        if (event.key === 'Escape') {
          event.stopPropagation();
          if (text === '') event.currentTarget.blur();
          else setText('');
          setUnread(false);
        }
      }}
    />
  );
}
