import { createStore, useStore } from '../hooks/store';
import { number } from '../i18n/format';
import { i18n } from '../i18n/i18n';
import {
  asCommandError,
  channel,
  newCall,
  type ChannelOf,
  type CommandError,
  type ConnectionId,
  type FleetRow,
  type PromotionChoice,
  type RolloutStep,
  type Stage,
} from '../ipc';
import { paths } from './paths';
import { putNotice, putRefusal } from './shell';

/** What several applications are sent for: a batch without a tag starts them again. */
export type RolloutOf =
  | { kind: 'promotion'; from: Stage; to: Stage; rows: FleetRow[]; choices: PromotionChoice[] }
  | { kind: 'batch'; environment: Stage; tag: string | null };

/** Several applications under way, which Rust sends one after the other whatever page is in front. */
export type Rollout = {
  id: number;
  connection: ConnectionId;
  of: RolloutOf;
  /** In the order of their turns. */
  applications: string[];
  steps: RolloutStep[];
  phase: 'sending' | 'done';
  stopped: boolean;
  /** Why nothing of it could be sent. */
  error: CommandError | null;
  /** Its page is in front. */
  shown: boolean;
  /** It has not been put away: its page shows it when it comes. */
  open: boolean;
};

/** What is known of a rollout in numbers. */
export type RolloutCounts = { sent: number; failed: number; notSent: number; turn: number; total: number };

type Send = (told: ChannelOf<RolloutStep>, call: number) => Promise<RolloutStep[]>;

const rollouts = createStore<Rollout[]>([]);
/** How each that goes on is stopped. */
const stops = new Map<number, () => void>();
let last = 0;

/** Those that go on while their page is not in front. */
export function useDocked(): Rollout[] {
  const all = useStore(rollouts, (value) => value);
  return all.filter(({ phase, shown }) => phase === 'sending' && !shown);
}

/** The one that the page of these shows, or null. */
export function useRollout(isIt: (rollout: Rollout) => boolean): Rollout | null {
  return useStore(rollouts, (all) => all.find((each) => each.open && isIt(each)) ?? null);
}

/** Sends several applications. `ended` hears whether all of them went, also where the page has gone. */
export function beginRollout(
  about: Pick<Rollout, 'connection' | 'of' | 'applications'>,
  send: Send,
  ended: (whole: boolean) => void,
): void {
  last += 1;
  const id = last;
  const call = newCall();
  stops.set(id, call.off);
  const fresh: Rollout = {
    ...about,
    id,
    steps: [],
    phase: 'sending',
    stopped: false,
    error: null,
    shown: true,
    open: true,
  };
  rollouts.set((before) => [
    // The page of these shows one at a time.
    ...before.map((each) => (samePage(each, about) ? { ...each, open: false } : each)),
    fresh,
  ]);
  const told = channel<RolloutStep>((step) => {
    const others = (all: RolloutStep[]) => all.filter((each) => each.application !== step.application);
    change(id, ({ phase, steps }) => (phase === 'done' ? {} : { steps: [...others(steps), step] }));
  });
  const end = (how: Partial<Rollout>) => {
    stops.delete(id);
    change(id, () => ({ ...how, phase: 'done' }));
    const rollout = rollouts.get().find((each) => each.id === id);
    if (!rollout) return;
    ended(isWhole(rollout));
    if (!rollout.shown) tell(rollout);
  };
  send(told, call.number).then(
    (steps) => {
      end({ steps });
    },
    (thrown: unknown) => {
      end({ error: asCommandError(thrown) });
    },
  );
}

/** Sends nothing more; what is being sent is sent, and what was sent stays so. */
export function stopRollout(id: number): void {
  const stop = stops.get(id);
  const rollout = rollouts.get().find((each) => each.id === id);
  if (!stop || !rollout || rollout.stopped) return;
  change(id, () => ({ stopped: true }));
  stop();
}

/** Its page is in front from now on; what this gives says that it has gone. */
export function showRollout(id: number): () => void {
  change(id, () => ({ shown: true }));
  return () => {
    change(id, () => ({ shown: false }));
    // Where the page comes again in the same tick it is not gone.
    queueMicrotask(() => {
      if (rollouts.get().some((each) => each.id === id && each.phase === 'done' && !each.shown))
        forgetRollout(id);
    });
  };
}

/** Lets its page show it when it comes. */
export function openRollout({ id, connection, of }: Rollout): void {
  rollouts.set((before) =>
    before.map((each) => {
      if (each.id === id) return each.open ? each : { ...each, open: true };
      return samePage(each, { connection, of }) ? { ...each, open: false } : each;
    }),
  );
}

/** Puts it away: what goes on is seen in the status bar, what has ended is over. */
export function closeRollout({ id, phase }: Rollout): void {
  if (phase === 'done') forgetRollout(id);
  else change(id, () => ({ open: false }));
}

/** Forgets all; for a fresh start. */
export function forgetRollouts(): void {
  stops.clear();
  rollouts.set(() => []);
}

/** Where a rollout is shown. */
export function rolloutPath({ connection, of, applications }: Rollout): string {
  if (of.kind === 'batch') return paths.applications(connection);
  return paths.promote(connection, { from: of.from.key, to: of.to.key, applications });
}

export function rolloutCounts({ applications, steps, phase }: Rollout): RolloutCounts {
  const count = (...kinds: RolloutStep['outcome']['kind'][]) =>
    steps.filter(({ outcome }) => kinds.includes(outcome.kind)).length;
  const total = applications.length;
  const begun = count('sending', 'sent', 'failed');
  const [sent, failed] = [count('sent'), count('failed')];
  const notSent = phase === 'done' ? total - sent - failed : count('left', 'stopped');
  return { sent, failed, notSent, turn: Math.max(begun, 1), total };
}

/** How far it is, in a sentence. */
export function rolloutSummary(rollout: Rollout): string {
  const { sent, failed, notSent, total } = rolloutCounts(rollout);
  const going = i18n.t('rollout.going', { sent: number(sent), total: number(total) });
  if (rollout.phase === 'sending') return going;
  return [
    isWhole(rollout) ? i18n.t('rollout.sent', { sent: number(sent) }) : going,
    failed > 0 ? i18n.t('rollout.refused', { failed: number(failed) }) : '',
    notSent > 0 ? i18n.t('rollout.notSent', { notSent: number(notSent) }) : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function isWhole(rollout: Rollout): boolean {
  return rolloutCounts(rollout).sent === rollout.applications.length;
}

function samePage(
  one: Pick<Rollout, 'connection' | 'of'>,
  { connection, of }: Pick<Rollout, 'connection' | 'of'>,
) {
  if (one.connection !== connection || one.of.kind !== of.kind) return false;
  if (one.of.kind === 'batch' || of.kind === 'batch') return true;
  return one.of.from.key === of.from.key && one.of.to.key === of.to.key;
}

/** Tells above another page how one ended whose own page has gone; one of which all went needs no word. */
function tell(rollout: Rollout): void {
  const { id, of, steps, applications } = rollout;
  if (isWhole(rollout)) {
    forgetRollout(id);
    return;
  }
  const { sent, total } = rolloutCounts(rollout);
  const counts = { sent: number(sent), total: number(total) };
  const what =
    of.kind === 'promotion'
      ? i18n.t('refusals.promotion', { ...counts, from: of.from.name, to: of.to.name })
      : of.tag === null
        ? i18n.t('refusals.restarts', { ...counts, environment: of.environment.name })
        : i18n.t('refusals.deployments', { ...counts, tag: of.tag, environment: of.environment.name });
  const refused = steps.find(({ outcome }) => outcome.kind === 'failed')?.outcome;
  const error = rollout.error ?? (refused?.kind === 'failed' ? refused.failure : null);
  if (error !== null) {
    openRollout(rollout);
    putRefusal({ what, to: rolloutPath(rollout) }, error, () => {
      forgetRollout(id);
    });
    return;
  }
  const gone = new Set(
    steps.flatMap(({ application, outcome }) => (outcome.kind === 'sent' ? application : [])),
  );
  const names = applications.filter((key) => !gone.has(key)).join(', ');
  putNotice({ code: 'rollout_stopped', params: { name: what, names } });
  forgetRollout(id);
}

function forgetRollout(id: number): void {
  rollouts.set((before) => before.filter((each) => each.id !== id));
}

function change(id: number, how: (before: Rollout) => Partial<Rollout>): void {
  rollouts.set((before) => before.map((each) => (each.id === id ? { ...each, ...how(each) } : each)));
}
