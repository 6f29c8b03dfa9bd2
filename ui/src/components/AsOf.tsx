import { Undo2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConnectionId } from '../ipc';
import { useObserved } from '../hooks/usePast';
import styles from './AsOf.module.css';
import { Button } from './Button';
import { smallIcon } from './icon';
import { Scrubber } from './Scrubber';
import { TimeField } from './TimeField';

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
  const [opened, setOpened] = useState(false);
  const isOpen = opened || at !== null;
  const observed = useObserved(connection, isOpen);
  const open = () => {
    setOpened(true);
  };
  return (
    <div className={styles.asOf}>
      <div className={styles.beside}>{children}</div>
      <TimeField
        label={t('past.asOf')}
        hint={t('past.times')}
        wrong={t('past.noTime')}
        wide
        onFocus={open}
        take={(time) => {
          if (time.kind !== 'at') return false;
          show(time.time);
          return true;
        }}
        left={() => {
          setOpened(false);
          if (at !== null) show(null);
        }}
      />
      {isOpen && (
        <div className={styles.along}>
          <div className={styles.time}>
            {observed !== undefined && <Scrubber observed={observed} at={at} show={show} onFocus={open} />}
          </div>
          {at !== null && (
            <Button
              onClick={() => {
                show(null);
              }}
            >
              <Undo2 {...smallIcon} />
              {t('past.backToNow')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
