import { useStage } from '../app/environments';
import styles from './EnvironmentName.module.css';

/** An environment's name; production is called PROD and coloured as nothing else is. */
export function EnvironmentName({ environment }: { environment: string }) {
  const { name, production } = useStage(environment);
  return <span className={production ? styles.production : undefined}>{name}</span>;
}
