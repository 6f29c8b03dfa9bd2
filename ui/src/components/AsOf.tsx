import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { carefully } from '../app/carefully';
import { commands, type ConnectionId } from '../ipc';
import { useObserved } from '../hooks/usePast';
import styles from './AsOf.module.css';
import { Scrubber } from './Scrubber';

type Props = {
  connection: ConnectionId;
  /** The time that is shown; null for now. */
  at: string | null;
  /** Shows how it was at a time, or now. */
  show: (at: string | null) => void;
  /** What stands beside it: the page's answer. */
  children: ReactNode;
};

/** Where one says as of when the fleet is shown: typed as people say it, or along the time that is known. */
export function AsOf({ connection, at, show, children }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [unread, setUnread] = useState(false);
  const [opened, setOpened] = useState(false);
  const isOpen = opened || at !== null;
  const observed = useObserved(connection, isOpen);
  const open = () => {
    setOpened(true);
  };
  const read = () => {
    void carefully(async () => {
      const time = await commands.timeRead(text);
      setUnread(time?.kind !== 'at');
      if (time?.kind !== 'at') return;
      setText('');
      show(time.time);
    });
  };
  return (
    <div className={styles.asOf}>
      <div className={styles.beside}>{children}</div>
      <input
        className={styles.time}
        type="text"
        aria-label={t('past.asOf')}
        aria-invalid={unread}
        title={unread ? t('past.noTime') : t('past.times')}
        placeholder={t('past.asOf')}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onFocus={open}
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
          setOpened(false);
          if (at !== null) show(null);
        }}
      />
      {isOpen && observed !== undefined && (
        <div className={styles.along}>
          <Scrubber observed={observed} at={at} show={show} onFocus={open} />
        </div>
      )}
    </div>
  );
}
