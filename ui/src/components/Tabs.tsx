import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { paths, TABS, type Tab } from '../app/paths';
import { Link } from './Link';
import styles from './Tabs.module.css';

type Props = {
  connection: string;
  application: string;
  environment: string;
  tab: Tab;
  /** What stands at the end of their line. */
  children?: ReactNode;
};

export function Tabs({ connection, application, environment, tab, children }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.line}>
      <nav className={styles.tabs} aria-label={t('application.tabs')}>
        {TABS.map((each) => (
          <Link
            key={each}
            to={paths.application(connection, application, environment, each)}
            className={styles.tab}
            data-label={t(`application.${each}`)}
            aria-current={each === tab ? 'page' : undefined}
          >
            {t(`application.${each}`)}
          </Link>
        ))}
      </nav>
      {children}
    </div>
  );
}
