import { useParams } from '@tanstack/react-router';

/** The connection of the address. */
export function useConnectionId(): string {
  return useParams({ strict: false, select: (params) => params.connection }) ?? '';
}

/** The application and the environment of the address. */
export function usePlace(): { connection: string; key: string; environment: string } {
  const { connection = '', key = '', environment = '' } = useParams({ strict: false });
  return { connection, key, environment };
}
