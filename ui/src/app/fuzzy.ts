/**
 * How well a query fits one of some texts, or null where it does not. Each word of the query must be found in
 * one of them: all its letters in order, at the beginnings of words or in runs. The words may come in any order.
 */
export function fit(query: string, ...texts: string[]): number | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const lower = texts.map((text) => text.toLowerCase());
  let sum = 0;
  for (const word of words) {
    const scores = lower.map((text) => fitWord(word, text)).filter((score) => score !== null);
    if (scores.length === 0) return null;
    sum += Math.max(...scores);
  }
  return sum - (lower[0]?.length ?? 0) / 100;
}

function fitWord(word: string, text: string): number | null {
  const at = text.indexOf(word);
  if (at >= 0) return 20 * word.length + (startsWord(text, at) ? 10 * word.length : 0) - at / 10;
  let score = 0;
  let from = 0;
  let last = -2;
  for (const letter of word) {
    const found = text.indexOf(letter, from);
    if (found < 0) return null;
    score += found === last + 1 ? 6 : startsWord(text, found) ? 5 : 1;
    last = found;
    from = found + 1;
  }
  // Letters strewn over a text are no hit.
  return score >= 4.5 * word.length ? score : null;
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || /[^a-z0-9]/.test(text[at - 1] ?? '');
}
