import { useEffect, useRef, useState } from 'react';
import { useForm, useWatch, type DefaultValues, type UseFormReturn } from 'react-hook-form';
import { draftAt, dropDraft, keepDraft } from '../app/drafts';
import { useConnection } from '../app/shell';
import type { ConnectionId, Draft } from '../ipc';

export type KeptDraft = {
  /** What was typed at this place before this form came, and is in it again. */
  restored: Draft | null;
  /** It was sent, whatever came of it. */
  sent: () => void;
  /** It is not wanted any more: the form is as if nothing had been typed. */
  afresh: () => void;
};

/**
 * A form that keeps what is typed into it until it is sent, through the end of a session and of the app, and begins with
 * it again (UX.md, "Typed text is never lost"); else with what is fresh. One that goes to another place takes its text
 * with it.
 */
export function useDraft<V extends Record<string, string>>(
  connection: ConnectionId,
  place: string,
  fresh: V,
): { form: UseFormReturn<V>; draft: KeptDraft } {
  const view = useConnection(connection);
  const [restored, setRestored] = useState(() => draftAt(view, place));
  const form = useForm<V>({ defaultValues: { ...fresh, ...restored?.fields } as DefaultValues<V> });
  const values = useWatch({ control: form.control });
  const { isDirty } = form.formState;
  const typed = useRef(restored !== null);
  const kept = useRef(place);

  useEffect(() => {
    if (isDirty) typed.current = true;
    if (!view || !typed.current) return;
    if (kept.current !== place) dropDraft(view, kept.current);
    kept.current = place;
    keepDraft(view, place, form.getValues());
  }, [values, isDirty, view, place, form]);

  const drop = () => {
    typed.current = false;
    setRestored(null);
    if (view) dropDraft(view, kept.current);
  };
  return {
    form,
    draft: {
      restored,
      sent: () => {
        drop();
        // What stands there still is no draft until something is typed again.
        form.reset(form.getValues());
      },
      afresh: () => {
        drop();
        form.reset(fresh);
      },
    },
  };
}
