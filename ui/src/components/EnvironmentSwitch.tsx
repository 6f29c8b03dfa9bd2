import { useTranslation } from 'react-i18next';
import { inOrder, stageIn } from '../app/environments';
import { middle } from '../app/image';
import { paths, type Tab } from '../app/paths';
import { useConnection } from '../app/shell';
import type { FleetRow } from '../ipc';
import styles from './EnvironmentSwitch.module.css';
import { Link } from './Link';
import { Shape } from './Shape';

type Props = { connection: string; row: FleetRow; environment: string; tab: Tab };

/** The environments of an application, each with its state and version. */
export function EnvironmentSwitch({ connection, row, environment, tab }: Props) {
  const { t } = useTranslation();
  const view = useConnection(connection);
  const deployed = row.cells.map((cell) => cell.environment);
  return (
    <nav className={styles.switch} aria-label={t('application.environments')}>
      {inOrder(view, [...deployed, environment]).map((each) => {
        const place = row.cells.find((cell) => cell.environment === each)?.place;
        const { name, production } = stageIn(view, each);
        return (
          <Link
            key={each}
            to={paths.application(connection, row.key, each, tab)}
            className={styles.segment}
            aria-current={each === environment ? 'page' : undefined}
            data-production={production}
          >
            <Shape state={place?.state ?? 'unknown'} labelled />
            <span className={styles.name}>{name}</span>
            <span className={styles.tag} title={place?.image ?? undefined}>
              {place?.tag ? middle(place.tag, 12) : '–'}
            </span>
          </Link>
        );
      })}
    </nav>
  );
}
