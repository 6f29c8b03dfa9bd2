/** The connection of an address, or null. */
export function connectionOf(address: string): string | null {
  const match = /^\/c\/([^/?#]+)/.exec(address);
  if (!match?.[1]) return null;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return null;
  }
}
