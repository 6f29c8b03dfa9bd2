import { useEffect, useRef, useState } from 'react';
import { editedOf, heldIn, itemsOf, NOTHING, rebased, sheetOf, type Sheet } from '../app/configuration';
import { draftAt, dropDraft, keepDraft } from '../app/drafts';
import { useConnection } from '../app/shell';
import {
  asCommandError,
  commands,
  type CommandError,
  type Configuration,
  type ConfigurationReview,
  type ConnectionId,
  type Draft,
  type EditedItem,
  type ItemDifference,
  type MergedItems,
  type Versioned,
} from '../ipc';
import { useResource, type Held } from './useResource';

/** What was read: what a change is held against, and saved in the place of. */
export type Base = { items: EditedItem[]; version: string | null };

export type Editing = {
  held: Held<Versioned<Configuration>>;
  base: Base | null;
  sheet: Sheet;
  change: (next: (before: Sheet) => Sheet) => void;
  review: ConfigurationReview;
  /** What was typed in an earlier session and is in the table again. */
  restored: Draft | null;
  /** Somebody else has saved since this was read. */
  newer: boolean;
  /** What both changed differently, for the user to settle. */
  conflict: MergedItems | null;
  /** It was put aside, to be settled later; nothing is saved before. */
  isAside: boolean;
  /** What others saved and was merged by itself. */
  merged: number | null;
  saving: boolean;
  saved: boolean;
  error: CommandError | null;
  /** Whether it was saved. */
  save: () => Promise<boolean>;
  /** Takes in what others saved. */
  merge: () => void;
  settled: (items: EditedItem[]) => void;
  leaveConflict: () => void;
  openConflict: () => void;
  discard: () => void;
  dismiss: () => void;
};

/** What both changed differently; upon what the others saved, and what was in the table as that was found. */
type Conflict = { merged: MergedItems; theirs: Base; table: EditedItem[]; isAside: boolean };

const UNCHANGED: ConfigurationReview = { differences: [], violations: [] };

/** The configuration of an application in an environment, while it is edited. Rust compares, checks and merges. */
export function useConfiguration(
  connection: ConnectionId,
  application: string,
  environment: string,
): Editing {
  const held = useResource(connection, { kind: 'configuration', application, environment });
  const known = held.value;
  const view = useConnection(connection);
  const place = `configuration ${application} ${environment}`;
  const [base, setBase] = useState<Base | null>(null);
  const [sheet, setSheet] = useState<Sheet>(NOTHING);
  const [review, setReview] = useState(UNCHANGED);
  const [restored, setRestored] = useState<Draft | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [merged, setMerged] = useState<number | null>(null);
  const [phase, setPhase] = useState<'editing' | 'saving' | 'saved'>('editing');
  const [error, setError] = useState<CommandError | null>(null);
  const fail = (thrown: unknown) => {
    setError(asCommandError(thrown));
  };
  const meet = (found: MergedItems, theirs: Base, table: EditedItem[]) => {
    setConflict({ merged: found, theirs, table, isAside: false });
  };

  /** The reading at the time: what it says is known by then, also where it was older than what was saved. */
  const [seen, setSeen] = useState<Versioned<Configuration> | undefined>(undefined);
  const begin = (now: Base, next: Sheet) => {
    setBase(now);
    setSheet(next);
    setReview(UNCHANGED);
    setSeen(known);
  };

  // What was read first, with what was typed in an earlier session upon it.
  const begun = useRef(false);
  /** A draft that is not in the table yet stays kept. */
  const waits = useRef(false);
  useEffect(() => {
    if (!known || begun.current) return;
    begun.current = true;
    const now = baseOf(known);
    const draft = draftAt(view, place);
    begin(now, sheetOf(now.items));
    if (!draft) return;
    waits.current = true;
    commands.configurationTakeUp(differencesOf(draft), now.items).then(
      (again) => {
        setRestored(draft);
        if (again.conflicts.length > 0) meet(again, now, now.items);
        else {
          waits.current = false;
          setSheet(rebased(now.items, again.items));
        }
      },
      // A draft of another version of the app is no draft.
      () => {
        waits.current = false;
      },
    );
    // Done once, with what is known first.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [known]);

  // While nothing is changed, what others save is shown as it comes.
  const untouched = review.differences.length === 0 && sheet.past.length === 0;
  const latestBase = known && baseOf(known);
  const isNewer =
    base !== null && latestBase !== undefined && known !== seen && !isSameBase(base, latestBase);
  if (isNewer && untouched && phase !== 'saving' && conflict === null)
    begin(latestBase, sheetOf(latestBase.items));

  // Every change is compared and checked in Rust; the last answer counts.
  const asked = useRef(0);
  useEffect(() => {
    if (!base) return;
    asked.current += 1;
    const number = asked.current;
    commands.configurationReview(base.items, itemsOf(sheet)).then((answer) => {
      if (number !== asked.current) return;
      setReview(answer);
      if (!view || waits.current) return;
      const fields = draftOf(answer.differences);
      if (fields) keepDraft(view, place, fields);
      else dropDraft(view, place);
    }, fail);
    // The connection's view changes for other reasons too; what it is needed for is its account.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [base, sheet.rows, place]);

  // A secret that was typed and not saved is forgotten with the page.
  const latest = useRef(sheet);
  useEffect(() => {
    latest.current = sheet;
  });
  useEffect(
    () => () => {
      const words = heldIn(latest.current);
      if (words.length > 0) commands.configurationLetGo(connection, words).catch(() => undefined);
    },
    [connection],
  );

  const mergeWith = async (theirs: Base) => {
    if (!base) return;
    // What was typed while it was read is in it.
    const table = itemsOf(latest.current);
    const both = await commands.configurationMerge(base.items, table, theirs.items);
    if (both.conflicts.length > 0) {
      meet(both, theirs, table);
      return;
    }
    begin(theirs, rebased(theirs.items, both.items));
    setMerged(both.taken.length);
  };
  const readAnew = async (): Promise<Base> => {
    await commands.refresh(connection, { kind: 'configuration', application, environment });
    const reading = await commands.configuration(connection, application, environment);
    return baseOf(reading.value);
  };
  const merge = () => {
    setError(null);
    setMerged(null);
    readAnew().then(mergeWith).catch(fail);
  };
  const save = async (): Promise<boolean> => {
    if (!base || phase === 'saving' || conflict) return false;
    setPhase('saving');
    setError(null);
    setMerged(null);
    try {
      const items = itemsOf(sheet);
      const saved = await commands.configurationSave(
        connection,
        application,
        environment,
        items,
        base.version,
      );
      const now = baseOf(saved);
      begin(now, sheetOf(now.items));
      setRestored(null);
      if (view) dropDraft(view, place);
      setPhase('saved');
      return true;
    } catch (thrown) {
      setPhase('editing');
      const failure = asCommandError(thrown);
      if (failure.code !== 'conflict') setError(failure);
      else await readAnew().then(mergeWith).catch(fail);
      return false;
    }
  };
  /** What was settled takes the place of the table it was found in; what was typed there since stays typed. */
  const settle = async ({ merged: found, theirs, table }: Conflict, items: EditedItem[]) => {
    const typed = itemsOf(latest.current);
    const both = isSame(table, typed)
      ? { items, conflicts: [] }
      : await commands.configurationMerge(table, typed, items);
    if (both.conflicts.length > 0) {
      meet({ ...both, taken: found.taken }, theirs, typed);
      return;
    }
    waits.current = false;
    begin(theirs, rebased(theirs.items, both.items));
    setMerged(found.taken.length);
    setConflict(null);
  };
  const discard = () => {
    if (phase === 'saving') return;
    waits.current = false;
    const words = heldIn(sheet);
    if (words.length > 0) commands.configurationLetGo(connection, words).catch(() => undefined);
    if (view) dropDraft(view, place);
    setRestored(null);
    setError(null);
    setConflict(null);
    if (base) begin(base, sheetOf(base.items));
  };
  return {
    held,
    base,
    sheet,
    change: (next) => {
      setPhase((before) => (before === 'saved' ? 'editing' : before));
      setSheet(next);
    },
    review,
    restored,
    newer: isNewer && !untouched && conflict === null && phase !== 'saving',
    conflict: conflict?.merged ?? null,
    isAside: conflict?.isAside ?? false,
    merged,
    saving: phase === 'saving',
    saved: phase === 'saved',
    error,
    save,
    merge,
    settled: (items) => {
      if (conflict) settle(conflict, items).catch(fail);
    },
    leaveConflict: () => {
      setConflict((before) => before && { ...before, isAside: true });
    },
    openConflict: () => {
      setConflict((before) => before && { ...before, isAside: false });
    },
    discard,
    dismiss: () => {
      setError(null);
      setMerged(null);
      setPhase((before) => (before === 'saved' ? 'editing' : before));
    },
  };
}

function baseOf({ value, version }: Versioned<Configuration>): Base {
  return { items: value.items.map(editedOf), version };
}

/** Of two that name their versions these tell; else what is in them. */
function isSameBase(one: Base, other: Base): boolean {
  if (one.version !== null && other.version !== null) return one.version === other.version;
  return isSame(one.items, other.items);
}

function isSame(one: EditedItem[], other: EditedItem[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What is kept of changes: no secret is among it, nor that one was typed. Null where nothing is left. */
function draftOf(differences: ItemDifference[]): Record<string, string> | null {
  const kept = differences
    .filter(({ kind, parts }) => kind !== 'changed' || parts.some((part) => part !== 'secret'))
    .map((each) => ({ ...each, after: each.after && { ...each.after, held: null } }));
  return kept.length === 0 ? null : { differences: JSON.stringify(kept) };
}

function differencesOf(draft: Draft): ItemDifference[] {
  try {
    const kept: unknown = JSON.parse(draft.fields['differences'] ?? '[]');
    return Array.isArray(kept) ? (kept as ItemDifference[]) : [];
  } catch {
    return [];
  }
}
