import { useTranslation } from 'react-i18next';
import { imageNames } from '../app/image';
import { paths } from '../app/paths';
import { deploymentState } from '../app/state';
import { useNow } from '../hooks/useNow';
import { useMade } from '../hooks/useResource';
import { useSinceLooked } from '../hooks/useSinceLooked';
import { age, exactTime, timeOfDay } from '../i18n/format';
import { activity, askedAccess, type ActivityChange, type ConnectionId } from '../ipc';
import { EnvironmentName } from './EnvironmentName';
import { Link } from './Link';
import { Shape } from './Shape';
import styles from './Since.module.css';
import { SinceAsked } from './SinceAsked';
import { Change } from './Tag';

/** What changed while nobody looked; where nobody ever did, the last that happened. */
export function Since({ connection }: { connection: ConnectionId }) {
  const { t } = useTranslation();
  const since = useSinceLooked(connection);
  const now = useNow(10);
  const { value } = useMade(connection, activity(connection, since));
  const asked = useMade(connection, askedAccess(connection));
  const waiting = asked.value?.filter(({ toDecide }) => toDecide) ?? [];
  return (
    <aside className={styles.since} aria-label={t('since.title')} data-list="" data-scroll="">
      <h2 className={styles.title}>
        {t(since === null ? 'since.recent' : 'since.title')}
        {since !== null && value && (
          <span className={styles.dim} title={exactTime(since)}>
            {t('since.counted', {
              age: age(since, now),
              changes: t('since.changes', { count: value.count }),
            })}
          </span>
        )}
      </h2>
      <SinceAsked connection={connection} waiting={waiting} now={now} />
      {value?.changes.length === 0 && waiting.length === 0 && (
        <p className={styles.dim}>{t('since.nothing')}</p>
      )}
      <Changes connection={connection} changes={value?.changes} now={now} />
      {value && value.count > value.changes.length && (
        <p className={styles.dim}>
          <Link to={paths.deployments(connection)}>{t('since.more')}</Link>
        </p>
      )}
      {value && value.earlier.length > 0 && (
        <>
          <h3 className={styles.earlier}>{t('since.earlier')}</h3>
          <Changes connection={connection} changes={value.earlier} now={now} />
        </>
      )}
    </aside>
  );
}

type ChangesProps = { connection: ConnectionId; changes: ActivityChange[] | undefined; now: number };

function Changes({ connection, changes, now }: ChangesProps) {
  return (
    <ol>
      {changes?.map((change) => (
        <li key={keyOf(change)} data-row={keyOf(change)} className={styles.change}>
          <span className={styles.time} title={exactTime(change.at)}>
            {timeOfDay(change.at, now)}
          </span>
          <Link className={styles.what} to={pathTo(connection, change)} data-item="">
            <What change={change} />
          </Link>
        </li>
      ))}
    </ol>
  );
}

function What({ change: { application, environment, what } }: { change: ActivityChange }) {
  const { t } = useTranslation();
  const place = (
    <>
      {t('since.in')} <EnvironmentName environment={environment.key} />
    </>
  );
  if (what.kind === 'health')
    return (
      <>
        <span className={styles.shape}>
          <Shape state={what.state} />
        </span>{' '}
        <strong>{application}</strong> {t(`state.${what.state}`)} {place}
      </>
    );
  if (what.kind === 'turned')
    return (
      <>
        <span className={styles.shape}>
          <Shape state={what.to} />
        </span>{' '}
        <strong>{application}</strong> {t(`state.${what.to}`)} {place}
        {t('since.before', { state: t(`state.${what.from}`) })}
      </>
    );
  if (what.kind === 'configuration' || what.kind === 'appeared' || what.kind === 'went')
    return (
      <>
        <strong>{application}</strong> {t(seenWord(what))}
        {what.kind === 'went' && what.everywhere ? null : <> {place}</>}
      </>
    );
  const [from, to] = imageNames(what.from, what.to);
  if (what.kind === 'image')
    return (
      <>
        <strong>{application}</strong> <Change from={from} to={to} length={14} /> {place}
        {t('since.noDeployment')}
      </>
    );
  const state = deploymentState(what.status);
  return (
    <>
      {state !== 'well' && (
        <span className={styles.shape}>
          <Shape state={state} labelled />
        </span>
      )}{' '}
      <strong>{application}</strong> <Change from={from} to={to} length={14} /> {place}
      {what.by !== null && t('since.by', { who: what.by })}
    </>
  );
}

type Seen = Extract<ActivityChange['what'], { kind: 'configuration' | 'appeared' | 'went' }>;

function seenWord(what: Seen) {
  if (what.kind === 'configuration') return 'since.configuration';
  if (what.kind === 'appeared') return 'since.appeared';
  return what.everywhere ? 'since.gone' : 'since.noLonger';
}

/** A little before, so that what went is there still. */
const BEFORE = 1000;

function pathTo(connection: ConnectionId, { at, application, environment, what }: ActivityChange): string {
  switch (what.kind) {
    case 'deployed':
      return paths.application(connection, application, environment.key, 'now', {
        deployment: what.deployment,
      });
    case 'configuration':
      return paths.application(connection, application, environment.key, 'configuration');
    case 'went':
      return paths.home(connection, new Date(Date.parse(at) - BEFORE).toISOString());
    case 'health':
    case 'turned':
    case 'image':
    case 'appeared':
      return paths.application(connection, application, environment.key);
  }
}

function keyOf({ at, application, environment, what }: ActivityChange): string {
  if (what.kind === 'deployed') return what.deployment;
  const place = `${application} ${environment.key}`;
  return what.kind === 'health' ? place : `${place} ${what.kind} ${at}`;
}
