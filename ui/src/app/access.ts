import type { AccessGrid, AccessRow, ErrorDetail } from '../ipc';

/** What the server said about a field, or about a part of it such as `environments[0]`. */
export function saidAbout(details: ErrorDetail[], field: string): string | undefined {
  const about = details.filter(
    (detail) =>
      detail.field === field || detail.field.startsWith(`${field}[`) || detail.field.startsWith(`${field}.`),
  );
  return about.length > 0 ? about.map(({ message }) => message).join(' ') : undefined;
}

/** The details that no field of a form shows. */
export function saidElsewhere(details: ErrorDetail[], fields: string[]): ErrorDetail[] {
  return details.filter((detail) => fields.every((field) => saidAbout([detail], field) === undefined));
}

/** The row of a subject. */
export function rowOf(grid: AccessGrid, subject: string): AccessRow | undefined {
  return grid.rows.find((row) => row.entry.subject === subject);
}

/** What a change does to the environments of a row. */
export type Effect = {
  /** Where it is given. */
  places: string[];
  /** Where it is taken away. */
  gone: string[];
  /** Whether any of that is production: the row is written as a whole. */
  production: boolean;
};

/** The row of before, if any, is replaced by one in these environments. */
export function effectOf(grid: AccessGrid, before: AccessRow | undefined, places: string[]): Effect {
  const isProduction = (key: string) =>
    grid.environments.some(({ environment }) => environment.key === key && environment.production);
  const had = before?.entry.environments ?? [];
  return {
    places,
    gone: had.filter((key) => !places.includes(key)),
    production: (before?.production ?? false) || places.some(isProduction),
  };
}
