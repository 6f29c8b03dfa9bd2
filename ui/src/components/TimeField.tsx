import { useState } from 'react';
import { carefully } from '../app/carefully';
import { commands, type TypedTime } from '../ipc';
import styles from './TimeField.module.css';

type Props = {
  label: string;
  /** What can be typed; said on hover. */
  hint: string;
  /** The same of what was typed and means nothing here. */
  wrong: string;
  wide?: boolean;
  onFocus?: () => void;
  /** Takes the time that was typed; whether it means something here. */
  take: (time: TypedTime) => boolean;
  /** Hears that it was left with nothing in it. */
  left?: () => void;
};

/** Takes a time, or a span, in the words that Rust understands. */
export function TimeField({ label, hint, wrong, wide = false, onFocus, take, left }: Props) {
  const [text, setText] = useState('');
  const [unread, setUnread] = useState(false);
  const read = () => {
    void carefully(async () => {
      const time = await commands.timeRead(text);
      const taken = time !== null && take(time);
      setUnread(!taken);
      if (taken) setText('');
    });
  };
  return (
    <input
      className={styles.time}
      type="text"
      data-time=""
      data-wide={wide}
      aria-label={label}
      aria-invalid={unread}
      title={unread ? wrong : hint}
      placeholder={label}
      autoComplete="off"
      spellCheck={false}
      value={text}
      onFocus={onFocus}
      onChange={(event) => {
        setText(event.target.value);
        setUnread(false);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && text.trim() !== '') {
          event.preventDefault();
          read();
        }
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        setUnread(false);
        if (text !== '') {
          setText('');
          return;
        }
        event.currentTarget.blur();
        left?.();
      }}
    />
  );
}
