import { ChevronLeft, ChevronRight, Search } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStage } from '../app/environments';
import { back, forward, useCanGo } from '../app/navigation';
import { openPalette } from '../app/layers';
import { modifier } from '../app/platform';
import { useConnection, useShell } from '../app/shell';
import { useTitle } from '../hooks/useTitle';
import { IconButton } from './Button';
import { Kbd } from './Kbd';
import { icon, smallIcon } from './icon';
import styles from './Header.module.css';

type Props = {
  title: string;
  /** The environment of an application, whose name then is larger than a page's. */
  environment?: string;
  children?: ReactNode;
  /** In place of the search field. */
  actions?: ReactNode;
  /** What is done here is done to production. */
  production?: boolean;
  /** One action more than usual stands at its end: in a small window the rest makes room for it. */
  crowded?: boolean;
  /** A panel lies over its end: the actions are not there, and the rest makes room. */
  covered?: boolean;
};

export function Header({
  title,
  environment,
  children,
  actions,
  production: writes = false,
  crowded = false,
  covered = false,
}: Props) {
  const prominent = environment !== undefined;
  const connection = useConnection(useShell((value) => value.current))?.name;
  const { name, production } = useStage(environment ?? '');
  useTitle(prominent ? `${title} · ${name}` : title, connection);
  return (
    <header
      className={styles.header}
      data-production={writes || (prominent && production)}
      data-crowded={crowded}
      data-covered={covered}
    >
      <BackAndForward />
      <h1 className={prominent ? styles.prominent : styles.title}>{title}</h1>
      {children}
      <div className={styles.actions} hidden={covered}>
        {actions ?? <SearchField />}
      </div>
    </header>
  );
}

function BackAndForward() {
  const { t } = useTranslation();
  const can = useCanGo();
  return (
    <div className={styles.history}>
      <IconButton label={t('frame.back')} disabled={!can.back} onClick={back}>
        <ChevronLeft {...icon} />
      </IconButton>
      <IconButton label={t('frame.forward')} disabled={!can.forward} onClick={forward}>
        <ChevronRight {...icon} />
      </IconButton>
    </div>
  );
}

function SearchField() {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      className={styles.search}
      onClick={() => {
        openPalette();
      }}
      aria-haspopup="dialog"
    >
      <Search {...smallIcon} size={13} />
      <span>{t('palette.open')}</span>
      <Kbd keys={`${modifier} K`} />
    </button>
  );
}
