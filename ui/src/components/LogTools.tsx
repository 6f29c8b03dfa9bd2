import { Columns3, WrapText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { openMenu } from '../app/layers';
import { toggleLogColumn, toggleLogWrap, type LineLook } from '../app/logLook';
import type { ConnectionId } from '../ipc';
import { IconButton } from './Button';
import { smallIcon } from './icon';
import styles from './LogSearchBar.module.css';

type Props = {
  connection: ConnectionId;
  application: string;
  look: LineLook;
  /** The names of the fields that were seen. */
  fields: Iterable<string>;
};

/** How the lines of a log are shown: broken or cut off, and which of their fields have columns. */
export function LogTools({ connection, application, look, fields }: Props) {
  const { t } = useTranslation();
  const names = [...new Set([...look.columns, ...[...fields].sort()])];
  return (
    <>
      <IconButton
        label={t('logs.wrap')}
        className={styles.toggle}
        aria-pressed={look.wrap}
        onClick={toggleLogWrap}
      >
        <WrapText {...smallIcon} />
      </IconButton>
      <IconButton
        label={t('logs.columns')}
        aria-haspopup="menu"
        disabled={names.length === 0}
        onClick={(event) => {
          const button = event.currentTarget;
          openMenu(
            button,
            t('logs.columns'),
            names.map((name) => ({
              label: name,
              checked: look.columns.includes(name),
              act: () => {
                toggleLogColumn(connection, application, name);
              },
            })),
            // The keys are for the lines again.
            document.querySelector<HTMLElement>('[data-lines]') ?? button,
          );
        }}
      >
        <Columns3 {...smallIcon} />
      </IconButton>
    </>
  );
}
