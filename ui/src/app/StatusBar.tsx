import { useTranslation } from 'react-i18next';
import { EnvironmentName } from '../components/EnvironmentName';
import { Kbd } from '../components/Kbd';
import { Link } from '../components/Link';
import { Lock } from '../components/Lock';
import { Shape } from '../components/Shape';
import { Swatch } from '../components/Swatch';
import { useStore } from '../hooks/store';
import { useFleet } from '../hooks/useFleet';
import { useMade } from '../hooks/useResource';
import { useNow } from '../hooks/useNow';
import { ago, exactTime, number, percent, timeOfDay } from '../i18n/format';
import { course, type ConnectionView, type Fleet } from '../ipc';
import { middle } from './image';
import { openShortcuts } from './layers';
import { paths } from './paths';
import { openRollout, rolloutCounts, rolloutPath, stopRollout, useDocked } from './rollouts';
import { said } from './said';
import { useConnection, useShell } from './shell';
import styles from './StatusBar.module.css';

export function StatusBar({ connection }: { connection: ConnectionView | null }) {
  const { t } = useTranslation();
  return (
    <footer className={styles.bar} aria-label={t('frame.status')}>
      {connection && (
        <>
          <span className={styles.connection}>
            <Swatch hue={connection.hue} />
            <span className={styles.name}>{connection.name}</span>
          </span>
          <Account connection={connection} />
          <Lock connection={connection} className={styles.shortcuts} />
          <FrontAge />
          <Said />
          <span className={styles.space} />
          <Wait connection={connection.id} />
        </>
      )}
      {!connection && <span className={styles.space} />}
      <Docked connection={connection} />
      {connection?.session.state === 'signedIn' && <Running connection={connection.id} />}
      <button type="button" className={styles.shortcuts} onClick={openShortcuts} aria-haspopup="dialog">
        <Kbd keys="?" />
        {t('shortcuts.hint')}
      </button>
    </footer>
  );
}

function Account({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation();
  if (connection.session.state === 'signedOut') return <span>{t('status.signedOut')}</span>;
  if (!connection.account) return null;
  const { username } = connection.account;
  return (
    <span className={styles.name} title={username}>
      {username}
    </span>
  );
}

function FrontAge() {
  const { t } = useTranslation();
  const front = useShell((value) => value.front.inner ?? value.front.page);
  const now = useNow(1);
  if (!front) return null;
  const said =
    front.source === 'offline'
      ? t('status.offline', { time: timeOfDay(front.asOf, now) })
      : t('status.updated', { ago: ago(front.asOf, now) });
  return (
    <span data-offline={front.source === 'offline'} className={styles.age} title={exactTime(front.asOf)}>
      {said}
    </span>
  );
}

/** What was just done that is not seen on the page. */
function Said() {
  const words = useStore(said, (value) => value);
  return <span aria-live="polite">{words}</span>;
}

function Wait({ connection }: { connection: string }) {
  const { t } = useTranslation();
  const until = useShell((value) => value.waits[connection] ?? 0);
  const now = useNow(1);
  const seconds = Math.ceil((until - now) / 1000);
  if (seconds <= 0) return null;
  return <span title={t('status.waitWhy')}>{t('status.wait', { seconds })}</span>;
}

/** What is sent one after the other and whose page is not in front. */
function Docked({ connection }: { connection: ConnectionView | null }) {
  const { t } = useTranslation();
  return useDocked().map((rollout) => {
    const { id, of } = rollout;
    const { turn, total } = rolloutCounts(rollout);
    const counts = { turn: number(turn), total: number(total) };
    return (
      <span key={id} className={styles.docked}>
        <Link
          className={styles.running}
          to={rolloutPath(rollout)}
          onClick={() => {
            openRollout(rollout);
          }}
        >
          <Shape state="progress" />
          {rollout.connection !== connection?.id && <ConnectionName id={rollout.connection} />}
          {of.kind === 'promotion' ? (
            <span>
              {t('status.promoting', { ...counts, from: of.from.name })}{' '}
              <EnvironmentName environment={of.to.key} connection={rollout.connection} />
            </span>
          ) : (
            <span>
              {of.tag === null
                ? t('status.restarting', counts)
                : t('status.deploying', { ...counts, tag: middle(of.tag, 16) })}{' '}
              <EnvironmentName environment={of.environment.key} connection={rollout.connection} />
            </span>
          )}
        </Link>
        {turn < total && (
          <button
            type="button"
            className={styles.stop}
            aria-disabled={rollout.stopped}
            onClick={() => {
              stopRollout(id);
            }}
          >
            {t(rollout.stopped ? 'rollout.stopping' : 'rollout.stop')}
          </button>
        )}
      </span>
    );
  });
}

function ConnectionName({ id }: { id: string }) {
  const name = useConnection(id)?.name;
  return name === undefined ? null : <span>{name}</span>;
}

function Running({ connection }: { connection: string }) {
  const { t } = useTranslation();
  const { running, counts } = useFleet(connection).fleet;
  // What is docked takes the room of one.
  const shown = running.slice(0, useDocked().length > 0 ? 1 : 2);
  // A place may be known to be deployed to before its deployment is.
  const more = counts.underWay - shown.length;
  return (
    <>
      {shown.map((deployment) => (
        <UnderWay key={deployment.id} connection={connection} deployment={deployment} />
      ))}
      {more > 0 && (
        <Link className={styles.running} to={paths.deployments(connection)}>
          {shown.length === 0 && <Shape state="progress" />}
          {t(shown.length === 0 ? 'home.deploying' : 'status.more', { count: more })}
        </Link>
      )}
    </>
  );
}

/** A deployment that is under way, and what is not as usual with it. */
function UnderWay({ connection, deployment }: { connection: string; deployment: Fleet['running'][number] }) {
  const { t } = useTranslation();
  const { id, application, environment, progress } = deployment;
  // No lease: what was started here is followed anyway, and what others started costs no requests while it goes on.
  const state = useMade(connection, { ...course(connection, application, id), of: [] }).value?.state;
  const unusual = state === 'slow' || state === 'stuck' ? state : null;
  return (
    <Link
      className={styles.running}
      to={paths.application(connection, application, environment.key, 'now', { deployment: id })}
    >
      <Shape state={unusual === null ? 'progress' : SHAPES[unusual]} labelled={unusual === null} />
      <span>
        {t('status.running', { application })} <EnvironmentName environment={environment.key} />
      </span>
      {unusual !== null && <span>{t(`status.course.${unusual}`)}</span>}
      {progress !== null && <span>{percent(progress)}</span>}
    </Link>
  );
}

const SHAPES = { slow: 'progress', stuck: 'warning' } as const;
