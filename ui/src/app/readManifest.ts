import { commands } from '../ipc';
import type { Manifest } from './manifest';

/** A manifest as the server had it, and its version. */
export type Read = { manifest: Manifest; version: string | null };

/** What the server says now. */
export async function readManifest(connection: string, application: string): Promise<Read> {
  const { value, version } = await commands.manifest(connection, application);
  return { manifest: value as Manifest, version };
}
