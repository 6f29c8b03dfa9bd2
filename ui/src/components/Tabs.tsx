import { useTranslation } from 'react-i18next';
import { paths, type Tab } from '../app/paths';
import { Link } from './Link';
import styles from './Tabs.module.css';

const TABS: Tab[] = ['now', 'logs', 'deployments', 'configuration', 'manifest'];

type Props = { connection: string; application: string; environment: string; tab: Tab };

export function Tabs({ connection, application, environment, tab }: Props) {
  const { t } = useTranslation();
  return (
    <nav className={styles.tabs} aria-label={t('application.tabs')}>
      {TABS.map((each) => (
        <Link
          key={each}
          to={paths.application(connection, application, environment, each)}
          className={styles.tab}
          aria-current={each === tab ? 'page' : undefined}
        >
          {t(`application.${each}`)}
        </Link>
      ))}
    </nav>
  );
}
