import type { ComponentType, ReactNode } from 'react';
import { fit } from './fuzzy';

export type PaletteEntry = {
  /** Its name in what is kept: the page it leads to, or a word. */
  id: string;
  label: string;
  /** What kind of thing it is, or where it is. */
  detail: string;
  /** Other words that people have for it. */
  aliases?: string;
  /** Where it happens, where that is an environment; production is coloured. */
  environment?: string;
  icon?: ComponentType<Record<string, unknown>>;
  mark?: ReactNode;
  shortcut?: string;
  /** Found by its letters alone: an empty palette does not list it. */
  onlySearched?: boolean;
  /** Whether it is an application itself, not something of it. */
  isApplication?: boolean;
  /** Whether it is of the application that is open: of what fits alike, that is meant. */
  isHere?: boolean;
  /** What of it holds the text that was typed. */
  words?: string;
  /** Whether it is there for just this text: it is not kept among what was chosen last. */
  isOfText?: boolean;
  /** Why it cannot be done now. */
  reason?: string | undefined;
  act: () => void;
};

/** Characters and words of a text that may be searched for by the instance. */
const LONGEST_SEARCH = 100;
const MOST_WORDS = 4;
const OF_ERRORS =
  /[:;=()<>{}[\]"'\\/]|\b(?:error|exception|fail(?:ed|ure)?|refused|timeout|timed|denied|cannot|fatal|panic|warn(?:ing)?)\b/i;

/** As many are listed, and of what was chosen last before anything is typed. */
export const MOST = 60;
const MOST_RECENT = 8;
/** What is called so itself is meant rather than what some call so. */
const OTHERWISE = 0.8;
/** So much better fits what is of the application that is open. */
const HERE = 30;

/**
 * The entries that fit, the best first; for an empty query what was chosen last, then what one may want to see
 * without asking.
 */
export function matching(entries: PaletteEntry[], query: string, recents: string[] = []): PaletteEntry[] {
  if (query.trim() === '') {
    const last = recents
      .flatMap((id) => entries.find((entry) => entry.id === id && entry.reason === undefined) ?? [])
      .slice(0, MOST_RECENT);
    const others = entries.filter((entry) => entry.onlySearched !== true && !last.includes(entry));
    return [...last, ...others].slice(0, MOST);
  }
  return entries
    .flatMap((entry) => {
      const score = fitEntry(query, entry);
      return score === null ? [] : [{ entry, score: entry.isHere === true ? score + HERE : score }];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ entry }) => entry);
}

/** How well a query fits an entry, by what it is called and by what else people call it. */
export function fitEntry(query: string, { label, detail, aliases = '' }: PaletteEntry): number | null {
  const typed = query.toLowerCase().split(/\s+/).filter(Boolean);
  // Of another word its beginning is needed: strewn letters would find anything.
  const meant = aliases.split(' ').filter((alias) => typed.some((word) => isBegun(alias, word)));
  const called = fit(query, label, detail);
  const otherwise = meant.length === 0 ? null : fit(query, label, detail, ...meant);
  return otherwise === null ? called : Math.max(called ?? -Infinity, otherwise * OTHERWISE);
}

/** Whether what fits best is a page or an action: then nobody looks for an application. */
export function isCommandMeant([best]: PaletteEntry[]): boolean {
  return best !== undefined && best.isApplication !== true && best.environment === undefined;
}

/** Whether a text may go to the instance as what is searched for: no words of an error, and nothing long. */
export function mayBeSearched(query: string): boolean {
  const text = query.trim();
  if (text.length > LONGEST_SEARCH) return false;
  const words = text.split(/\s+/);
  return words.length === 1 || (words.length <= MOST_WORDS && !OF_ERRORS.test(text));
}

function isBegun(alias: string, word: string): boolean {
  return word.length > 1 && alias.startsWith(word);
}
