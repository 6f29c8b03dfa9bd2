import type { ConnectionId, ConnectionView, Stage } from '../ipc';
import { useConnection, useShell } from './shell';

/** An environment as Rust calls and marks it; one of which nothing is known is called by its key. */
export function stageIn(connection: ConnectionView | null, key: string): Stage {
  return (
    connection?.environments.find((stage) => stage.key === key) ?? {
      key,
      name: key,
      production: connection?.production ?? false,
    }
  );
}

/** The same, kept up, of the connection in front or of another one. */
export function useStage(key: string, connection?: ConnectionId): Stage {
  const current = useShell((value) => value.current);
  return stageIn(useConnection(connection ?? current), key);
}

/** Each environment once, on the way of a release; one of which nothing is known stands last. */
export function inOrder(connection: ConnectionView | null, keys: Iterable<string>): string[] {
  const known = connection?.environments ?? [];
  const wanted = new Set(keys);
  const ordered = known.map((stage) => stage.key).filter((key) => wanted.delete(key));
  return [...ordered, ...wanted];
}

/** The same, kept up, of the connection in front. */
export function useInOrder(keys: Iterable<string>): string[] {
  const current = useShell((value) => value.current);
  return inOrder(useConnection(current), keys);
}
