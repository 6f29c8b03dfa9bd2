import { useEffect, useRef, useState } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import {
  holdsNoNewValue,
  isObject,
  manifestFrom,
  pathOf,
  secretsWithoutValue,
  textOf,
  withoutSecrets,
  withValue,
  type Json,
  type Manifest,
  type Way,
} from '../app/manifest';
import { violationWords } from '../components/violationWords';
import { commands, type CommandError, type ConnectionId, type ErrorDetail, type Violation } from '../ipc';
import { useDraft, type KeptDraft } from './useDraft';

/** Once nothing is typed for so long, in milliseconds, it is checked. */
const REST = 150;

export type Editing = {
  manifest: Manifest;
  /** Puts a value somewhere; undefined takes it away. */
  set: (way: Way, value: Json | undefined) => void;
  /** Puts another manifest in its place. */
  replace: (manifest: Manifest) => void;
  /** The same as a text. One that cannot be read yet is kept too, unless a secret may be in it. */
  json: { text: string; change: (text: string) => void; reason: string | null; kept: boolean };
  /** What is wrong with the field there, and may be said now. */
  errorAt: (way: Way) => string | undefined;
  /** All that is wrong. */
  problems: { path: string; words: string }[];
  /** The names of secrets without a value. */
  unset: string[];
  /** Whether it differs from what it began with. */
  changed: boolean;
  /** Says all that is wrong; true where nothing is. Nothing is sent. */
  check: () => Promise<boolean>;
  /** How often a check or the server found something wrong. */
  refusals: number;
  /** Puts what the server refused at its fields; gives what is of none. */
  refuse: (error: CommandError) => void;
  draft: KeptDraft;
  /** What was kept beside the manifest when it was begun. */
  kept: Record<string, string>;
};

/** What useDraft keeps of a manifest: its text, without the values of secrets. */
type Values = Record<string, string>;

/** A manifest that is edited, in a form or as a text, and checked by the platform's rules as it is typed. */
export function useManifest(
  connection: ConnectionId,
  place: string,
  fresh: Manifest,
  beside: Record<string, string> = {},
): Editing {
  const { form, draft } = useDraft<Values>(connection, place, {
    manifest: JSON.stringify(withoutSecrets(fresh)),
    // What cannot be read yet.
    text: '',
    ...beside,
  });
  const [manifest, setManifest] = useState<Manifest>(() => begun(form, draft, fresh));
  const [text, setText] = useState(() => form.getValues('text') || textOf(manifest));
  const [reason, setReason] = useState<string | null>(() => reasonOf(form.getValues('text')));
  const [touched, setTouched] = useState<ReadonlySet<string>>(NONE);
  const [all, setAll] = useState(draft.restored !== null);
  const [refusals, setRefusals] = useState(0);
  const [details, setDetails] = useState<ErrorDetail[]>([]);
  const { violations, checkNow } = useViolations(manifest);

  const take = (next: Manifest) => {
    setManifest(next);
    form.setValue('manifest', JSON.stringify(withoutSecrets(next)), { shouldDirty: true });
    form.setValue('text', '');
  };
  const replace = (next: Manifest) => {
    take(next);
    setText(textOf(next));
    setReason(null);
    setDetails([]);
    setAll(true);
  };
  const isAbout = (path: string, other: string) =>
    other === path || other.startsWith(`${path}.`) || other.startsWith(`${path}[`);
  const wordsAt = (path: string): string | undefined =>
    details.find(({ field }) => field === path)?.message ??
    violations.filter(({ field }) => field === path).map(violationWords)[0];

  return {
    manifest,
    set: (way, value) => {
      const next = withValue(manifest, way, value);
      const path = pathOf(way);
      take(next);
      setText(textOf(next));
      setReason(null);
      setTouched((before) => new Set(before).add(path));
      setDetails((before) => before.filter(({ field }) => !isAbout(path, field)));
    },
    replace,
    json: {
      text,
      reason,
      kept: reason === null || form.getValues('text') === text,
      change: (typed) => {
        setText(typed);
        const read = manifestFrom(typed);
        if ('reason' in read) {
          setReason(read.reason);
          const kept = holdsNoNewValue(typed, manifest) ? typed : '';
          form.setValue('text', kept, { shouldDirty: true });
          return;
        }
        setReason(null);
        setAll(true);
        setDetails([]);
        take(read.manifest);
      },
    },
    errorAt: (way) => {
      const path = pathOf(way);
      return all || touched.has(path) || details.some(({ field }) => field === path)
        ? wordsAt(path)
        : undefined;
    },
    problems: [
      ...details.map(({ field, message }) => ({ path: field, words: message })),
      ...violations.map((violation) => ({ path: violation.field, words: violationWords(violation) })),
    ],
    unset: secretsWithoutValue(manifest),
    changed: form.formState.isDirty || draft.restored !== null,
    check: async () => {
      setAll(true);
      const fits = reason === null && (await checkNow());
      if (!fits) setRefusals((before) => before + 1);
      return fits;
    },
    refusals,
    refuse: (error) => {
      setAll(true);
      setDetails(error.details);
      setRefusals((before) => before + 1);
    },
    draft: {
      ...draft,
      afresh: () => {
        draft.afresh();
        setManifest(fresh);
        setText(textOf(fresh));
        setReason(null);
        setDetails([]);
        setTouched(NONE);
        setAll(false);
      },
    },
    kept: Object.fromEntries(Object.keys(beside).map((name) => [name, form.getValues(name)])),
  };
}

const NONE: ReadonlySet<string> = new Set();

function reasonOf(text: string | undefined): string | null {
  const read = text === undefined || text === '' ? null : manifestFrom(text);
  return read && 'reason' in read ? read.reason : null;
}

/** What was typed before, else what it begins with, secrets and all. */
function begun(form: UseFormReturn<Values>, draft: KeptDraft, fresh: Manifest): Manifest {
  if (draft.restored === null) return fresh;
  const read = manifestFrom(form.getValues('manifest') ?? '');
  return 'manifest' in read && isObject(read.manifest) ? read.manifest : fresh;
}

/** What is wrong with a manifest by the platform's rules; what is said of an older one is not listened to. */
function useViolations(manifest: Manifest): { violations: Violation[]; checkNow: () => Promise<boolean> } {
  const [violations, setViolations] = useState<Violation[]>([]);
  const latest = useRef(0);
  const ask = async (): Promise<boolean> => {
    latest.current += 1;
    const asked = latest.current;
    const found = await commands.manifestCheck(manifest);
    if (asked === latest.current) setViolations(found);
    return found.length === 0;
  };
  const asking = useRef(ask);
  useEffect(() => {
    asking.current = ask;
  });
  useEffect(() => {
    // Whatever is on its way speaks of an older one.
    latest.current += 1;
    const rest = setTimeout(() => {
      asking.current().catch(() => undefined);
    }, REST);
    return () => {
      clearTimeout(rest);
    };
  }, [manifest]);
  return { violations, checkNow: ask };
}
