import { useMemo, useState } from 'react';
import { useWatch, type UseFormReturn } from 'react-hook-form';
import { picksFrom, picksIn, UNPICKED, type Picked } from '../app/promotions';
import { isSame } from '../app/same';
import type { ConnectionId } from '../ipc';
import { useDraft, type KeptDraft } from './useDraft';

type Values = { note: string; picks: string };

export type Picks = {
  form: UseFormReturn<Values>;
  draft: KeptDraft;
  note: string;
  of: (application: string) => Picked;
  pick: (application: string, picked: Picked) => void;
  forgetSecrets: () => void;
  /** As if nothing had been picked or typed. */
  afresh: () => void;
};

/** What is picked of the promotions between two environments, and the note: a draft, all but the secrets. */
export function usePicks(connection: ConnectionId, from: string, to: string): Picks {
  const { form, draft } = useDraft<Values>(connection, ['promote', from, to].join(' '), {
    note: '',
    picks: '',
  });
  const [note, text] = useWatch({ control: form.control, name: ['note', 'picks'] });
  const picks = useMemo(() => picksFrom(text), [text]);
  const [secrets, setSecrets] = useState<Record<string, Picked['secrets']>>({});
  const forgetSecrets = () => {
    setSecrets({});
  };
  return {
    form,
    draft,
    note: note.trim(),
    of: (application) => ({
      ...UNPICKED,
      ...picks[application],
      secrets: secrets[application] ?? UNPICKED.secrets,
    }),
    pick: (application, { secrets: typed, ...picked }) => {
      setSecrets((before) => ({ ...before, [application]: typed }));
      if (isSame({ ...UNPICKED, ...picked }, { ...UNPICKED, ...picks[application] })) return;
      form.setValue('picks', picksIn({ ...picks, [application]: picked }), { shouldDirty: true });
    },
    forgetSecrets,
    afresh: () => {
      forgetSecrets();
      draft.afresh();
    },
  };
}
