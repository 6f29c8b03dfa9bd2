import type { Commands, EventName, EventPayload, Ipc } from '../ipc';
import type {
  Application,
  CommandError,
  Deployment,
  Draft,
  LogGapView,
  LogProgress,
  Settings,
} from '../types';

export type FakeOptions = {
  /** Begin signed in, with the team's connection. */
  signedIn?: boolean;
  settings?: Partial<Settings>;
  applications?: Application[];
  /** As many of them are listed at most. */
  listed?: number;
  deployments?: Deployment[];
  drafts?: Draft[];
  source?: 'live' | 'cache' | 'offline';
  /** Why nothing newer came. */
  stale?: CommandError;
  lines?: number;
  /** How the tail of every log is doing. */
  tail?: Pick<LogProgress, 'state' | 'failure'> & Partial<Pick<LogProgress, 'gap'>>;
  /** Lines that are missing in every log. */
  gaps?: LogGapView[];
  /** Milliseconds that an answer takes. */
  delay?: number;
  /** How long a step of a sign-in or a deployment takes. */
  step?: number;
  /** What the caller may do with an application's access and the like. */
  permissions?: string[];
  /** Answers of another kind than the usual: refusals, or none at all. */
  answers?: Partial<Commands>;
};

export type Fake = Ipc & {
  /** What was called, with what. */
  calls: { name: string; args: unknown[] }[];
  emit: <N extends EventName>(name: N, payload: EventPayload<N>) => void;
  deployments: Deployment[];
};
