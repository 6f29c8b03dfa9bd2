/**
 * What tells one image of an application from another: its tag or digest, else its name. It is how an image is called
 * where it is shown, as `tag_of` in Rust; what is typed and sent is taken apart there alone.
 */
export function tagOf(image: string | null): string | null {
  if (image === null || image === '') return null;
  const digest = image.indexOf('@');
  return digest >= 0 ? image.slice(digest + 1) : (shortName(image).split(':').at(-1) ?? null);
}

/** How to name a change from one image to another: by tags, or by names where the names differ. */
export function imageNames(before: string | null, after: string | null): [string | null, string | null] {
  if (before === null || after === null) return [tagOf(before), tagOf(after)];
  if (repositoryOf(before) === repositoryOf(after)) return [tagOf(before), tagOf(after)];
  return [shortName(before), shortName(after)];
}

/** The same as words of a sentence: shortened in the middle, and nothing where there is none. */
export function imageWords(before: string | null, after: string | null): { from: string; to: string } {
  const [from, to] = imageNames(before, after);
  return { from: middle(from ?? '', 24), to: middle(to ?? '', 24) };
}

/** Keeps both ends of a long text: "2.0.0…rc.3". */
export function middle(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`;
}

/** An image's name without its tag and digest. A colon before the last slash is a port, no tag. */
function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

function shortName(image: string): string {
  return image.split('/').at(-1) ?? image;
}
