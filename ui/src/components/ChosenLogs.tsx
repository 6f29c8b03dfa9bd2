import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { middle } from '../app/image';
import { hueOf, isSameLog, logWord } from '../app/logNames';
import { oneLine } from '../app/printable';
import type { LogName } from '../ipc';
import { IconButton } from './Button';
import { EnvironmentName } from './EnvironmentName';
import { smallIcon } from './icon';
import styles from './ChosenLogs.module.css';
import { Swatch } from './Swatch';

/** Characters of an application's key. */
const WIDEST = 24;

type Props = {
  logs: LogName[];
  /** Takes one away; null where they are what they are. */
  choose: ((logs: LogName[]) => void) | null;
  /** What can be done with them. */
  children: ReactNode;
};

/** Whose logs are shown, each with its colour. */
export function ChosenLogs({ logs, choose, children }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.chips}>
      <ul className={styles.list} aria-label={t('manyLogs.shown')}>
        {logs.map((log, at) => (
          <li key={logWord(log)} className={styles.chip} data-plain={choose === null}>
            <Swatch hue={hueOf(at)} />
            <span title={log.application}>{middle(oneLine(log.application), WIDEST)}</span>
            {log.environment !== '' && <EnvironmentName environment={log.environment} />}
            {choose && (
              <IconButton
                label={t('manyLogs.remove', { log: logWord(log) })}
                onClick={() => {
                  choose(logs.filter((other) => !isSameLog(other, log)));
                }}
              >
                <X {...smallIcon} />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      <div className={styles.acts}>{children}</div>
    </div>
  );
}
