/** An address as people write it: without the slash that ends it. */
export function plainUrl(url: string): string {
  return url.replace(/\/+$/, '');
}
