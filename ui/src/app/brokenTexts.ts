/** A text that is not right yet, and what stood in the table as it was typed. */
type Broken = { table: string; text: string };

const texts = new Map<string, Broken>();

/** The text that was left at a place before it was right, unless the table is another by now. */
export function brokenAt(place: string, table: string): string | null {
  const kept = texts.get(place);
  return kept?.table === table ? kept.text : null;
}

/**
 * Keeps a text that is not right yet while the app runs, and never on the disk: nobody can tell whether a secret
 * stands in it. Null forgets it.
 */
export function keepBroken(place: string, kept: Broken | null): void {
  if (kept === null) texts.delete(place);
  else texts.set(place, kept);
}
