import { useMemo } from 'react';
import { useWatch, type UseFormReturn } from 'react-hook-form';
import { picksFrom, picksIn, UNPICKED, type Picked } from '../app/promotions';
import type { ConnectionId, PromotionChoice } from '../ipc';
import { useDraft, type KeptDraft } from './useDraft';
import { useHeldSecrets, type HeldSecrets } from './useHeldSecrets';

type Values = { note: string; picks: string };

export type Picks = {
  form: UseFormReturn<Values>;
  draft: KeptDraft;
  note: string;
  of: (application: string) => Picked;
  pick: (application: string, picked: Omit<Picked, 'secrets'>) => void;
  secrets: HeldSecrets;
  /** The same as `of`, once Rust holds what was typed last. */
  settled: () => Promise<Picks['of']>;
  /** The secrets among these went with them. */
  sent: (choices: PromotionChoice[]) => void;
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
  const secrets = useHeldSecrets(connection);
  const of = (held: HeldSecrets['of']) => (application: string) => ({
    ...UNPICKED,
    ...picks[application],
    secrets: held(application),
  });
  return {
    form,
    draft,
    note: note.trim(),
    of: of(secrets.of),
    pick: (application, { items, access }) => {
      const picked = items === undefined ? { access } : { items, access };
      form.setValue('picks', picksIn({ ...picks, [application]: picked }), { shouldDirty: true });
    },
    secrets,
    settled: async () => of(await secrets.settled()),
    sent: (choices) => {
      secrets.sent(choices.flatMap((choice) => Object.values(choice.secrets)));
    },
    afresh: () => {
      secrets.letAllGo();
      draft.afresh();
    },
  };
}
