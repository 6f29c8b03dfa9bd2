import type { ReactNode } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { imageNames, imageWords } from '../app/image';
import { namedCheck } from '../app/namedCheck';
import { healthState, isRunning } from '../app/state';
import { useNow } from '../hooks/useNow';
import { age, ago, between, percent } from '../i18n/format';
import { paths } from '../app/paths';
import type { Translate } from '../i18n/i18n';
import type { ConnectionId, Deployment, EnvironmentEntry, Health, State } from '../ipc';
import styles from './NowSentence.module.css';
import { Link } from './Link';
import { Change, Tag } from './Tag';

type Props = {
  connection: ConnectionId;
  entry: EnvironmentEntry;
  state: State;
  health: Health | undefined;
  last: Deployment | undefined;
};

/** How it is here, in a sentence, and its evidence in another. */
export function NowSentence(props: Props) {
  const { t } = useTranslation();
  const now = useNow(1);
  const { title, text } = say(props, t, now);
  return (
    <>
      <h2 className={styles.sentence}>{title}</h2>
      {text !== null && <p className={styles.text}>{text}</p>}
    </>
  );
}

function say(
  { connection, entry, state, health, last }: Props,
  t: Translate,
  now: number,
): { title: ReactNode; text: ReactNode } {
  if (state === 'progress' || (last && isRunning(last.status))) return deploying(last, entry, t);
  if (state === 'off') return { title: t('now.stopped'), text: null };
  if (entry.status === 'error') return failed(last, entry, t, now);
  const current = health ? healthState(health.status) : state;
  const since = sinceWhen(entry, health);
  // The entry's words are of its own health, which may be older or newer than the probe's.
  const message = speaksOf(entry, health) ? entry.healthMessage : (health?.history.at(-1)?.message ?? null);
  if (current === 'well' && last?.status === 'failed') {
    const { from: runs, to: failed } = imageWords(entry.image, last.image);
    return {
      title: t('now.wellAfterFailure', { runs, failed, ago: ago(last.completedAt ?? last.createdAt, now) }),
      text: last.error,
    };
  }
  if (current === 'well' && since === null) return { title: t('now.well'), text: null };
  if (current === 'unknown') return { title: t('now.unknown'), text: message ?? t('now.unknownText') };
  const word = capital(t(`state.${current}`));
  const begun =
    since === null
      ? t('now.health', { state: word })
      : t('now.healthFor', { state: word, age: age(since, now) });
  // On a good day nothing is said twice.
  if (current === 'well') return { title: `${begun}.`, text: null };
  const failing = namedCheck({ entry, state, health, last });
  if (!failing)
    return {
      title: `${begun}.`,
      text: message ?? began(connection, since, last, t),
    };
  return {
    title: (
      <>
        {begun}
        {': '}
        <Trans
          i18nKey={failing.message === null ? 'now.checkFailing' : 'now.checkFails'}
          values={{ check: failing.name, message: failing.message?.replace(/[.…]+$/, '') }}
          components={{ code: <code className={styles.code} /> }}
          shouldUnescape
        />
      </>
    ),
    text: began(connection, since, last, t),
  };
}

/** Whether the entry's health is the one that is shown. */
function speaksOf(entry: EnvironmentEntry, health: Health | undefined): boolean {
  return health === undefined || health.status === entry.health;
}

/** Since when the health that is shown is what it is; null where nobody says so of this one. */
function sinceWhen(entry: EnvironmentEntry, health: Health | undefined): string | null {
  if (speaksOf(entry, health) && entry.healthSince !== null) return entry.healthSince;
  const last = health?.history.at(-1);
  return last && last.status === health?.status ? last.at : null;
}

/** How long after the last change it began. It says after, never because. */
function began(
  connection: ConnectionId,
  since: string | null,
  last: Deployment | undefined,
  t: Translate,
): ReactNode {
  if (since === null || last?.status !== 'completed' || last.completedAt === null) return null;
  if (Date.parse(since) < Date.parse(last.completedAt)) return null;
  const [from, to] = imageNames(last.previousImage, last.image);
  return (
    <>
      {t('now.began', { after: between(last.completedAt, since) })}{' '}
      <Link
        className={styles.link}
        to={paths.application(connection, last.applicationKey, last.environment, 'now', {
          deployment: last.id,
        })}
      >
        <Change from={from} to={to} />
      </Link>
      {'.'}
    </>
  );
}

function deploying(last: Deployment | undefined, entry: EnvironmentEntry, t: Translate) {
  const goesOn = last && isRunning(last.status) ? last : null;
  const { to: tag } = goesOn ? imageWords(goesOn.previousImage, goesOn.image) : imageWords(null, entry.image);
  const progress = goesOn?.progress ?? null;
  return {
    title:
      progress === null
        ? t('now.deployingPlain', { tag })
        : t('now.deploying', { tag, percent: percent(progress) }),
    text: last?.message ?? null,
  };
}

function failed(last: Deployment | undefined, entry: EnvironmentEntry, t: Translate, now: number) {
  if (last?.status !== 'failed') return { title: t('now.failedPlain'), text: entry.healthMessage };
  const [ranBefore] = imageNames(last.previousImage, last.image);
  return {
    title: t('now.failed', {
      tag: imageWords(last.previousImage, last.image).to,
      ago: ago(last.completedAt ?? last.createdAt, now),
    }),
    text: (
      <>
        {last.error ?? entry.healthMessage}
        {last.previousImage !== null && last.previousImage !== last.image && (
          <>
            {' '}
            {t('now.ranBefore')} <Tag text={ranBefore ?? ''} />
          </>
        )}
      </>
    ),
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
