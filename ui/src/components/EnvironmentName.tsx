import { useStage } from '../app/environments';
import type { ConnectionId } from '../ipc';
import styles from './EnvironmentName.module.css';

/** An environment's name; production is called PROD and coloured as nothing else is. */
export function EnvironmentName({
  environment,
  connection,
}: {
  environment: string;
  /** Where it is another than the one in front. */
  connection?: ConnectionId;
}) {
  const { name, production } = useStage(environment, connection);
  return <span className={production ? styles.production : undefined}>{name}</span>;
}
