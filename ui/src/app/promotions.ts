import type { Fleet, FleetRow, Promotion, PromotionChoice, PromotedItem, Stage } from '../ipc';

/** Two environments between which something could be promoted, and the applications that are ahead. */
export type Pair = { from: Stage; to: Stage; rows: FleetRow[] };

/** What the page of promotions shows: which pair, and which applications are reviewed. */
export type PromotionAddress = { from: string | null; to: string | null; applications: string[] };

/** What people changed of what a promotion proposes; of a secret the word by which Rust holds it. */
export type Picked = {
  items?: string[];
  secrets: Record<string, string>;
  access: string[];
};

export const UNPICKED: Picked = { secrets: {}, access: [] };

/** What was picked of each application, without what is secret. */
export type Picks = Record<string, Omit<Picked, 'secrets'>>;

/** As it is kept in a draft. */
export function picksIn(picks: Picks): string {
  return JSON.stringify(picks);
}

export function picksFrom(text: string): Picks {
  try {
    return text === '' ? {} : (JSON.parse(text) as Picks);
  } catch {
    // It was kept by another version: nothing is picked.
    return {};
  }
}

/** Whether something of an application would come along from one environment to the other, as Rust says. */
export function isAhead({ cells }: FleetRow, { from, to }: Pick<Pair, 'from' | 'to'>): boolean {
  return cells.some((cell) => cell.environment === to.key && cell.promotesFrom === from.key);
}

/** Every pair in the order of a release, with what Rust says would come along. */
export function pairsOf({ environments, rows }: Fleet): Pair[] {
  return environments.flatMap((to, at) =>
    environments.slice(0, at).flatMap((from): Pair[] => {
      const ahead = rows.filter((row) => isAhead(row, { from, to }));
      // Neighbours are a pair even where both run the same.
      return ahead.length > 0 || from === environments[at - 1] ? [{ from, to, rows: ahead }] : [];
    }),
  );
}

/** How many applications are behind somewhere, not counting where they never were. */
export function behindCount({ rows }: Fleet): number {
  return rows.filter(({ cells }) => cells.some((cell) => cell.promotesFrom !== null && cell.place !== null))
    .length;
}

export function promotionWords({ from, to, applications }: Partial<PromotionAddress>): string {
  const words = new URLSearchParams();
  if (from) words.set('from', from);
  if (to) words.set('to', to);
  if (applications && applications.length > 0) words.set('of', applications.join(','));
  const text = words.toString();
  return text === '' ? '' : `?${text}`;
}

export function promotionFrom(address: string): PromotionAddress {
  const words = new URLSearchParams(address.split('?')[1] ?? '');
  const applications = (words.get('of') ?? '').split(',').filter((key) => key !== '');
  return { from: words.get('from'), to: words.get('to'), applications };
}

/** The items that go along: what was picked, else what is proposed. */
export function takenItems(promotion: Promotion, picked: Picked): string[] {
  const proposed = (promotion.items ?? []).filter(({ chosen }) => chosen).map(({ name }) => name);
  return picked.items ?? proposed;
}

export function choiceOf(promotion: Promotion, picked: Picked, note: string): PromotionChoice {
  return {
    promotion,
    items: takenItems(promotion, picked),
    secrets: picked.secrets,
    access: picked.access,
    note: note === '' ? null : note,
  };
}

/** What was picked for what was sent. */
export function pickedOf({ items, secrets, access }: PromotionChoice): Picked {
  return { items, secrets, access };
}

/** Whether an item is one that can be left here or taken along: each by itself, where the instance lets it be named. */
export function canBePicked({ kind }: PromotedItem, { namesItems }: Promotion): boolean {
  return namesItems && kind !== 'incomparable';
}
