import type { ReactNode } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { imageNames, tagOf } from '../app/image';
import { healthState, isRunning, isUnwell, stateOf } from '../app/state';
import { useNow } from '../hooks/useNow';
import { age, ago, between, percent } from '../i18n/format';
import type { Deployment, EnvironmentEntry, Health } from '../ipc';
import styles from './NowSentence.module.css';
import { Change, Tag } from './Tag';

type Props = { entry: EnvironmentEntry; health: Health | undefined; last: Deployment | undefined };

/** How it is here, in a sentence, and its evidence in another. */
export function NowSentence({ entry, health, last }: Props) {
  const { t } = useTranslation();
  const now = useNow(1);
  const { title, text } = say({ entry, health, last }, t, now);
  return (
    <>
      <h2 className={styles.sentence}>{title}</h2>
      {text !== null && <p className={styles.text}>{text}</p>}
    </>
  );
}

type Translate = ReturnType<typeof useTranslation>['t'];

function say(
  { entry, health, last }: Props,
  t: Translate,
  now: number,
): { title: ReactNode; text: ReactNode } {
  const state = stateOf(entry);
  if (state === 'progress') return deploying(last, entry, t);
  if (state === 'off') return { title: t('now.stopped'), text: null };
  if (entry.status === 'error') return failed(last, entry, t, now);
  const current = health ? healthState(health.status) : state;
  if (current === 'well')
    return {
      title: t('now.well'),
      text:
        entry.healthSince === null
          ? null
          : t('now.healthFor', { state: capital(t('state.well')), age: age(entry.healthSince, now) }),
    };
  if (current === 'unknown')
    return { title: t('now.unknown'), text: entry.healthMessage ?? t('now.unknownText') };
  const word = capital(t(`state.${current}`));
  const since = entry.healthSince ?? health?.history.at(-1)?.at ?? null;
  const begun =
    since === null
      ? t('now.health', { state: word })
      : t('now.healthFor', { state: word, age: age(since, now) });
  const failing = health?.checks.find((check) => isUnwell(healthState(check.status)));
  if (!failing) return { title: `${begun}.`, text: entry.healthMessage };
  return {
    title: (
      <>
        {begun}
        {': '}
        <Trans
          i18nKey="now.checkFails"
          values={{ check: failing.name, message: failing.message ?? t('now.checkFailing') }}
          components={{ code: <code className={styles.code} /> }}
          shouldUnescape
        />
      </>
    ),
    text: began(since, last, t),
  };
}

/** How long after the last change it began. It says after, never because. */
function began(since: string | null, last: Deployment | undefined, t: Translate): ReactNode {
  if (since === null || last?.status !== 'completed' || last.completedAt === null) return null;
  if (Date.parse(since) < Date.parse(last.completedAt)) return null;
  const [from, to] = imageNames(last.previousImage, last.image);
  return (
    <>
      {t('now.began', { after: between(last.completedAt, since) })} <Change from={from} to={to} />
    </>
  );
}

function deploying(last: Deployment | undefined, entry: EnvironmentEntry, t: Translate) {
  const tag = tagOf(last && isRunning(last.status) ? last.image : entry.image) ?? '';
  const progress = last && isRunning(last.status) ? last.progress : null;
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
  return {
    title: t('now.failed', {
      tag: tagOf(last.image) ?? '',
      ago: ago(last.completedAt ?? last.createdAt, now),
    }),
    text: (
      <>
        {last.error ?? entry.healthMessage}
        {last.previousImage !== null && last.previousImage !== last.image && (
          <>
            {' '}
            {t('now.ranBefore')} <Tag text={tagOf(last.previousImage) ?? ''} />
          </>
        )}
      </>
    ),
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
