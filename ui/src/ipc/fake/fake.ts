import type { ChannelOf, Commands, EventName } from '../ipc';
import type {
  CommandError,
  ConnectionView,
  Deployment,
  Reading,
  Resource,
  SessionState,
  Settings,
} from '../types';
import { answers } from './answers';
import { anything } from './anything';
import * as data from './data';
import { configured } from './configured';
import { deploying } from './deploying';
import { batches } from './batches';
import { chosen } from './chosen';
import { diagnosing } from './diagnosing';
import { edits } from './edits';
import { explored } from './explored';
import { activityOf } from './activity';
import { choicesOf, fleetOf, foundOf, preflightOf, rowOf } from './fleet';
import { fakeLogs } from './logs';
import { fakeMerged } from './merged';
import { fakePast } from './past';
import { fakePatterns } from './patterns';
import { manifests } from './manifests';
import { granted } from './granted';
import { account, connection, failure, hostOf, later, nextRevision, page, usualWay } from './parts';
import type { Fake, FakeOptions } from './options';
import { promoting } from './promoting';
import { rollouts } from './rollouts';
import { fakeSignIns } from './signIns';
import { timelines } from './timelines';
import { ways } from './ways';
import { windows } from './windows';

/** A far side that lives in the page. Sentinel inputs bring about the failures. */
export function createFake(options: FakeOptions = {}): Fake {
  const { signedIn = true, source = 'live', lines = 100_000, delay = 0, step = 900 } = options;
  const applications = structuredClone(options.applications ?? data.applications);
  const deployments = structuredClone(options.deployments ?? data.deployments);
  const settings: Settings = { ...chosen(), ...options.settings };
  const asOf = data.before(4000);
  const calls: Fake['calls'] = [];
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  const connections: ConnectionView[] = signedIn
    ? [
        connection('orders', 'Team Orders', 'indigo', {
          state: 'signedIn',
          account,
          remembered: true,
          until: null,
          notice: null,
        }),
        connection('payments', 'Team Payments', 'coral', { state: 'signedOut', reason: null }),
      ]
    : [];

  const emit: Fake['emit'] = (name, payload) => {
    for (const heard of listeners.get(name) ?? []) heard(payload as never);
  };
  const answer = async <T>(value: T): Promise<T> => {
    if (delay > 0) await later(delay);
    return structuredClone(value);
  };
  const refuse = (error: CommandError): Promise<never> => Promise.reject(error as unknown as Error);
  const reading = async <T>(value: T): Promise<Reading<T>> =>
    answer({ value, asOf, source, failure: options.stale ?? null });
  const refuseUnless = <T>(found?: T) => (found ? reading(found) : refuse(failure('not_found')));
  const changed = (id: string, resource: Resource) => {
    emit('resourceChanged', { connection: id, resource, changed: true });
  };
  const session = (id: string, state: SessionState) => {
    const found = connections.find((each) => each.id === id);
    const revision = nextRevision();
    if (found) Object.assign(found, { session: state, revision });
    emit('sessionChanged', { connection: id, session: state, revision });
  };

  const url = (id: string) => connections.find((each) => each.id === id)?.url;
  const signIns = fakeSignIns({ session, step, url });

  const progress = async (id: string, deployment: Deployment) => {
    const fails = deployment.image?.includes('crash') ?? false;
    const stages = deployment.steps.length;
    for (let at = 0; at < stages; at += 1) {
      const current = deployment.steps[at];
      if (!current || deployment.status === 'cancelled') return;
      Object.assign(current, { status: 'running', startedAt: new Date().toISOString() });
      Object.assign(deployment, {
        status: 'running',
        progress: Math.round((at / stages) * 100),
        startedAt: deployment.startedAt ?? new Date().toISOString(),
      });
      publish(id, deployment);
      await later(step);
      if (fails && at === 2) {
        Object.assign(current, {
          status: 'failed',
          completedAt: new Date().toISOString(),
          message: 'exit code 1',
        });
        Object.assign(deployment, {
          status: 'failed',
          error: 'The application ended with exit code 1 before it was healthy.',
        });
        break;
      }
      Object.assign(current, { status: 'completed', completedAt: new Date().toISOString() });
    }
    if (!fails) Object.assign(deployment, { status: 'completed', progress: 100 });
    deployment.completedAt = new Date().toISOString();
    const entry = applications
      .find((each) => each.key === deployment.applicationKey)
      ?.environments.find((each) => each.environment === deployment.environment);
    if (entry)
      Object.assign(
        entry,
        fails
          ? // What ran goes on where it was not reached.
            { status: entry.image === null ? 'error' : 'running' }
          : {
              image: deployment.image,
              status: 'running',
              health: 'healthy',
              lastDeployedAt: deployment.completedAt,
            },
      );
    publish(id, deployment);
    emit('deploymentEnded', { connection: id, deployment: structuredClone(deployment) });
  };
  const publish = (id: string, deployment: Deployment) => {
    changed(id, { kind: 'deployment', id: deployment.id });
    changed(id, { kind: 'deployments', application: null });
    changed(id, { kind: 'deployments', application: deployment.applicationKey });
    changed(id, { kind: 'application', application: deployment.applicationKey });
    changed(id, { kind: 'applications' });
  };

  const follows = new Map<string, ReturnType<typeof setInterval>>();
  let lease = 0;
  const newLease = () => {
    lease += 1;
    return { id: `lease-${String(lease)}`, renewWithinSeconds: 60 };
  };

  const commands: Commands = {
    appStart: () =>
      answer({
        window: 'main',
        version: '0.1.0',
        settings,
        settingsRevision: 0,
        systemLanguage: 'en',
        connections,
        address: null,
        notices: [],
        drafts: options.drafts ?? [],
        tryHere: false,
        tray: true,
        link: null,
        usualWay,
      }),
    ...windows(),
    ...diagnosing(connections),
    connections: () => answer(connections),
    ...ways(step, (id) => connections.find((each) => each.id === id)?.session.state === 'signedIn'),
    connectionAdd: ({ url }) => {
      const added = connection('added', hostOf(url), 'violet', { state: 'signedOut', reason: null });
      added.url = url;
      if (!connections.some((each) => each.id === added.id)) connections.push(added);
      return answer(added);
    },
    ...edits(connections, () => {
      emit('connectionsChanged', null);
    }),
    connectionRemove: (id) => {
      connections.splice(0, connections.length, ...connections.filter((each) => each.id !== id));
      emit('connectionsChanged', null);
      return answer(null);
    },
    localStart: async () => {
      await later(step);
      const local = connection('local', 'This machine', 'olive', { state: 'signedOut', reason: null });
      if (!connections.some((each) => each.id === 'local')) connections.push({ ...local, local: true });
      return answer(connections.find((each) => each.id === 'local') ?? local);
    },
    signIn: (id, remember) => {
      void signIns.byBrowser(id, remember);
      return answer(null);
    },
    signInOnDevice: (id, remember) => {
      void signIns.onDevice(id, remember);
      return answer(null);
    },
    signInAsService: (id, clientId, secret, remember) => signIns.asService(id, clientId, secret, remember),
    linkTake: () => answer(null),
    signInDeviceCode: (id) => answer(signIns.deviceCode(id)),
    signInCancel: (id) => {
      signIns.cancel(id);
      return answer(null);
    },
    signInCopyAddress: () => answer(null),
    signOut: async (id) => {
      session(id, { state: 'signedOut', reason: null });
      return answer(null);
    },
    me: () => reading(data.me),
    applications: () => reading(page(applications)),
    application: (_, key) => {
      const found = applications.find((each) => each.key === key);
      return found ? reading(found) : refuse(failure('not_found', { requestId: 'req-404' }));
    },
    fleet: () => reading(fleetOf(applications, deployments, options.listed)),
    fleetFound: (_, query, page) => answer(foundOf(applications, deployments, query, page)),
    activity: (_, since) => reading(activityOf(applications, deployments, since)),
    places: (_, key) => {
      const found = applications.find((each) => each.key === key);
      return refuseUnless(found && rowOf(found, deployments));
    },
    environments: () => reading(data.environments),
    environment: (_, key) => refuseUnless(data.environments.find((each) => each.key === key)),
    deployments: (_, key) =>
      reading(page(deployments.filter((each) => key === null || each.applicationKey === key))),
    deployment: (_, id) => refuseUnless(deployments.find((each) => each.id === id)),
    health: (_, key, environment) => {
      const entry = applications
        .find((each) => each.key === key)
        ?.environments.find((each) => each.environment === environment);
      const status = entry?.health ?? 'unknown';
      const since = entry?.healthSince ?? data.before(3_600_000);
      return reading({
        status,
        checkedAt: data.before(5000),
        latencyMs: 12,
        checks: [
          { name: 'http', status: 'healthy', latencyMs: 12, message: null },
          {
            name: 'db',
            status,
            latencyMs: 2003,
            message: status === 'unhealthy' ? 'connect ECONNREFUSED 10.0.3.7:5432' : null,
          },
          { name: 'cache', status: 'healthy', latencyMs: 1, message: null },
        ],
        history: [
          { at: data.before(7_200_000), status: 'healthy', message: null },
          { at: data.before(5_000_000), status: 'degraded', message: 'slow' },
          { at: data.before(4_700_000), status: 'healthy', message: null },
          ...(status === 'healthy' ? [] : [{ at: since, status, message: entry?.healthMessage ?? null }]),
        ],
      });
    },
    deployChoices: (_, key, environment, wanted, copied) =>
      answer(
        choicesOf(
          applications.find((each) => each.key === key),
          environment,
          deployments,
          wanted,
          copied,
        ),
      ),
    preflight: (_, key, environment, wanted) =>
      answer(
        preflightOf(
          applications.find((each) => each.key === key),
          environment,
          wanted,
          deployments,
        ),
      ),
    deploy: (id, key, request) => {
      const tag = request.image?.split(':').at(-1) ?? '';
      if (tag === 'invalid')
        return refuse(
          failure('validation', {
            requestId: 'req-400',
            details: [{ field: 'image', message: 'no such tag in the registry' }],
          }),
        );
      if (tag === 'busy')
        return refuse(
          failure('conflict', { message: 'Another deployment is running.', requestId: 'req-409' }),
        );
      if (tag === 'lost') return refuse(failure('outcome_unknown'));
      const entry = applications
        .find((each) => each.key === key)
        ?.environments.find((each) => each.environment === request.environment);
      const made = data.deployment(key, request.environment, null, tag, {
        at: 0,
        status: 'pending',
        progress: 0,
      });
      made.previousImage = entry?.image ?? null;
      made.image = request.image ?? entry?.image ?? null;
      made.note = request.note;
      made.startedAt = null;
      made.steps = made.steps.map((each) => ({
        ...each,
        status: 'pending',
        startedAt: null,
        completedAt: null,
        message: null,
      }));
      if (entry) entry.status = 'deploying';
      deployments.unshift(made);
      void later(step / 2).then(() => progress(id, made));
      publish(id, made);
      return answer(made);
    },
    ...batches(applications),
    ...rollouts((...sent) => commands.deploy(...sent), step),
    dryRun: (_, key, { environment, image }) => {
      const runs = applications
        .find((each) => each.key === key)
        ?.environments.find((each) => each.environment === environment);
      return answer([{ path: 'image', before: runs?.image ?? null, after: image }]);
    },
    ...deploying(deployments, reading, publish),
    ...timelines(applications, deployments, reading),
    ...answers(applications, deployments, (...asked) => commands.health(...asked), reading),
    ...promoting(applications, deployments, answer),
    applicationOpen: () => answer(null),
    watch: () => answer(newLease()),
    watchRenew: () => answer(null),
    watchEnd: (_, id) => {
      clearInterval(follows.get(id));
      follows.delete(id);
      return answer(null);
    },
    refresh: (id, resource) => {
      emit('resourceChanged', { connection: id, resource, changed: false });
      return answer(null);
    },
    ...fakeLogs({ lines, tail: options.tail, gaps: options.gaps ?? [], newLease, follows }),
    ...fakeMerged(Math.min(lines, 5000)),
    ...fakePast(applications, deployments),
    ...fakePatterns(lines),
    ...anything(applications, deployments),
    ...granted(reading, answer, options.permissions),
    ...configured(applications, reading, answer),
    ...manifests(applications, refuse, answer),
    ...explored(),
  };

  const recorded = Object.fromEntries(
    Object.entries({ ...commands, ...options.answers }).map(([name, command]) => [
      name,
      (...args: unknown[]) => {
        calls.push({ name, args });
        return (command as (...args: unknown[]) => unknown)(...args);
      },
    ]),
  ) as Commands;

  return {
    commands: recorded,
    calls,
    emit,
    deployments,
    listen: async (name, heard) => {
      await Promise.resolve();
      const all = listeners.get(name) ?? new Set();
      all.add(heard as (payload: never) => void);
      listeners.set(name, all);
      return () => all.delete(heard as (payload: never) => void);
    },
    channel: (heard) => ({ onmessage: heard }) as unknown as ChannelOf<Parameters<typeof heard>[0]>,
  };
}
