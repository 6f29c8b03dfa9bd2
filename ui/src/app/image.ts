/** An image's name in its parts; `join` puts the tag back: `registry/name` + `:` + `1.4.0`. */
export type Image = { repository: string; separator: '' | ':' | '@'; tag: string };

/** Takes an image's name apart. A colon before the last slash is a port, no tag. */
export function splitImage(image: string): Image {
  const digest = image.indexOf('@');
  if (digest >= 0)
    return { repository: image.slice(0, digest), separator: '@', tag: image.slice(digest + 1) };
  const colon = image.lastIndexOf(':');
  if (colon > image.lastIndexOf('/'))
    return { repository: image.slice(0, colon), separator: ':', tag: image.slice(colon + 1) };
  return { repository: image, separator: '', tag: '' };
}

export function withTag(image: Image, tag: string): string {
  if (tag === '') return image.repository;
  return `${image.repository}${tag.startsWith('sha256:') ? '@' : ':'}${tag}`;
}

/** What tells one image of an application from another: its tag, else its name. */
export function tagOf(image: string | null): string | null {
  if (image === null || image === '') return null;
  const parts = splitImage(image);
  return parts.tag === '' ? (parts.repository.split('/').at(-1) ?? null) : parts.tag;
}

/** How to name a change from one image to another: by tags, or by names where the names differ. */
export function imageNames(before: string | null, after: string | null): [string | null, string | null] {
  if (before === null || after === null) return [tagOf(before), tagOf(after)];
  const [from, to] = [splitImage(before), splitImage(after)];
  if (from.repository === to.repository) return [tagOf(before), tagOf(after)];
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

function shortName(image: string): string {
  return image.split('/').at(-1) ?? image;
}
