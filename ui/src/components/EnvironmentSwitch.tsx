import { useTranslation } from 'react-i18next';
import { environmentName, inOrder, isProduction } from '../app/environments';
import { middle, tagOf } from '../app/image';
import { paths, type Tab } from '../app/paths';
import { stateOf } from '../app/state';
import type { Application } from '../ipc';
import styles from './EnvironmentSwitch.module.css';
import { Link } from './Link';
import { Shape } from './Shape';

type Props = { connection: string; application: Application; environment: string; tab: Tab };

/** The environments of an application, each with its state and version. */
export function EnvironmentSwitch({ connection, application, environment, tab }: Props) {
  const { t } = useTranslation();
  const deployed = application.environments.map((entry) => entry.environment);
  return (
    <nav className={styles.switch} aria-label={t('application.environments')}>
      {inOrder([...deployed, environment]).map((each) => {
        const entry = application.environments.find((candidate) => candidate.environment === each);
        const tag = entry ? tagOf(entry.image) : null;
        return (
          <Link
            key={each}
            to={paths.application(connection, application.key, each, tab)}
            className={styles.segment}
            aria-current={each === environment ? 'page' : undefined}
            data-production={isProduction(each)}
          >
            <Shape state={entry ? stateOf(entry) : 'unknown'} labelled />
            <span className={styles.name}>{environmentName(each)}</span>
            <span className={styles.tag} title={entry?.image ?? undefined}>
              {tag === null ? '–' : middle(tag, 12)}
            </span>
          </Link>
        );
      })}
    </nav>
  );
}
