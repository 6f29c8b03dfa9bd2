import { environmentName, isProduction } from '../app/environments';
import styles from './EnvironmentName.module.css';

/** An environment's name; production is called PROD and coloured as nothing else is. */
export function EnvironmentName({ environment }: { environment: string }) {
  return (
    <span className={isProduction(environment) ? styles.production : undefined}>
      {environmentName(environment)}
    </span>
  );
}
