import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goInstead, useAddress } from '../app/navigation';
import { modifier } from '../app/platform';
import { paths } from '../app/paths';
import { rolloutSummary } from '../app/rollouts';
import { choiceOf, pairsOf, pickedOf, promotionFrom, takenItems, type Pair } from '../app/promotions';
import { Button } from '../components/Button';
import { DraftLine } from '../components/DraftLine';
import { Empty } from '../components/Empty';
import { Header } from '../components/Header';
import { Kbd } from '../components/Kbd';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody, Sentence } from '../components/PageBody';
import { Problem } from '../components/Problem';
import styles from '../components/Promotion.module.css';
import { PromotionList } from '../components/PromotionList';
import { PromotionReview } from '../components/PromotionReview';
import { SearchInput } from '../components/SearchInput';
import { SearchState } from '../components/SearchState';
import { Segmented } from '../components/Segmented';
import { StopRollout } from '../components/StopRollout';
import { Waiting } from '../components/Waiting';
import { UnlockButton } from '../components/UnlockButton';
import { useAhead } from '../hooks/useAhead';
import { useConnectionId } from '../hooks/useParams';
import { useFleet } from '../hooks/useFleet';
import { useNoWrites } from '../hooks/useNoWrites';
import { usePicks } from '../hooks/usePicks';
import { usePromoting } from '../hooks/usePromoting';
import { usePromotions } from '../hooks/usePromotions';
import { useFront } from '../hooks/useResource';
import { useSendKey } from '../hooks/useSendKey';
import type { FleetRow, Reading, Stage } from '../ipc';

const NONE: never[] = [];

/** So many reviews are asked for within a minute without waiting. */
const AT_ONCE = 20;

/** What runs in one environment and not yet in the next: looked through once, and sent together. */
export function Promote() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const { fleet, held } = useFleet(connection);
  useFront(held.reading);
  const address = promotionFrom(useAddress());
  const pairs = useMemo(() => pairsOf(fleet), [fleet]);
  const pair =
    pairs.find(({ from, to }) => from.key === address.from && to.key === address.to) ??
    pairs.find(({ rows }) => rows.length > 0) ??
    pairs[0];
  return (
    <>
      <Header title={t('promote.title')} production={pair?.to.production === true}>
        {pair && pairs.length > 0 && (
          <Segmented
            label={t('promote.pair')}
            value={keyOf(pair)}
            options={pairs.map((each) => ({
              value: keyOf(each),
              label: t('promote.fromTo', { from: each.from.name, to: each.to.name }),
              production: each.to.production,
            }))}
            change={(value) => {
              const chosen = pairs.find((each) => keyOf(each) === value);
              if (chosen) goInstead(paths.promote(connection, { from: chosen.from.key, to: chosen.to.key }));
            }}
          />
        )}
      </Header>
      <OfflineBar reading={held.reading} />
      {!held.value && (
        <PageBody>
          <Waiting held={held} what={t('promote.title')} rows={8} />
        </PageBody>
      )}
      {held.value && !pair && (
        <PageBody>
          <Empty title={t('promote.nowhere')} text={t('promote.nowhereText')} />
        </PageBody>
      )}
      {pair && (
        <Chosen
          key={keyOf(pair)}
          connection={connection}
          pair={pair}
          reading={held.reading}
          chosen={address.applications}
          all={fleet.rows}
        />
      )}
    </>
  );
}

type ChosenProps = {
  connection: string;
  pair: Pair;
  reading: Reading<unknown> | undefined;
  chosen: string[];
  all: FleetRow[];
};

/** One pair of environments: who is ahead, and the review of what was chosen of them. */
function Chosen({ connection, pair, reading, chosen, all: listed }: ChosenProps) {
  const { t } = useTranslation();
  const ahead = useAhead(connection, pair, listed, chosen);
  const all = ahead.known;
  const { fleet, search } = ahead.searched;
  const { from, to, rows } = pair;
  const noWrites = useNoWrites(connection, reading);
  const picks = usePicks(connection, from.key, to.key);
  // What is about to be sent stays in view, though it is not ahead any more, and is not looked at anew while it goes.
  const [kept, keep] = useState<{ keys: string[]; all: FleetRow[] } | null>(null);
  const promoting = usePromoting(
    connection,
    { from, to, all: kept?.all ?? all },
    picks.sent,
    picks.draft.sent,
  );
  const { phase, left, takenBack, rollout, error } = promoting;
  const steps = rollout?.steps ?? NONE;
  const there = rollout?.applications ?? kept?.keys ?? ahead.there;
  const waiting = left !== null;
  const busy = waiting || phase === 'showing' || phase === 'sending';
  const then = rollout?.of.kind === 'promotion' ? rollout.of.rows : kept?.all;
  const known = busy || phase === 'sent' ? (then ?? all) : all;
  const reviewed = usePromotions(connection, from.key, to.key, there, known);
  const same = listed.filter((row) => isIn(row, from) && isIn(row, to) && !rows.includes(row)).length;

  const afresh = () => {
    keep(null);
    promoting.reset();
    picks.afresh();
  };
  // Another choice by another way, a link for one, is another promotion.
  const asked = chosen.join(',');
  const seen = useRef(asked);
  useEffect(() => {
    if (phase === 'sent' && seen.current !== asked) afresh();
    seen.current = asked;
  });
  const choose = (applications: string[]) => {
    if (phase === 'sent') afresh();
    keep(null);
    ahead.remember(applications);
    goInstead(paths.promote(connection, { from: from.key, to: to.key, applications }));
  };
  const sent = steps.flatMap(({ application, outcome }) => (outcome.kind === 'sent' ? application : []));
  const toggle = (key: string) => {
    // What was sent is not chosen again by itself.
    const open = there.filter((each) => !sent.includes(each));
    choose(there.includes(key) ? open.filter((each) => each !== key) : [...open, key]);
  };
  const was = rollout?.of.kind === 'promotion' ? rollout.of.choices : NONE;
  // What was sent stays as it was picked, its secrets held or not.
  const pickedFor = (application: string) => {
    const choice = was.find(({ promotion }) => promotion.application === application);
    return choice ? pickedOf(choice) : picks.of(application);
  };
  const ready = reviewed.flatMap(({ promotion }) =>
    promotion && promotion.refusal === null ? [promotion] : [],
  );
  const values = ready.reduce(
    (sum, promotion) => sum + takenItems(promotion, picks.of(promotion.application)).length,
    0,
  );
  const longestNote = Math.min(...ready.map((promotion) => promotion.longestNote));
  const problem = error ?? picks.secrets.error;
  const complete = ready.length > 0 && ready.length === there.length && phase !== 'sent';
  const send = () => {
    if (!complete || busy || noWrites !== undefined) return;
    keep({ keys: there, all });
    promoting.start(async () => {
      const picked = await picks.settled();
      return ready.map((promotion) => choiceOf(promotion, picked(promotion.application), picks.note));
    });
  };
  const page = useSendKey<HTMLDivElement>(send);
  return (
    <div ref={page} className={styles.page}>
      <div className={styles.ahead} data-scroll="" data-list="">
        <Sentence>{t('promote.ahead', { count: rows.length, environment: from.name })}</Sentence>
        {search !== null && (
          <>
            <p className={styles.dim}>
              {t('promote.ofLoaded', { loaded: listed.length, total: fleet.counts.total })}
            </p>
            <SearchInput label={t('applications.search')} value={ahead.text} change={ahead.search} />
            <SearchState connection={connection} fleet={fleet} search={search} />
          </>
        )}
        {same > 0 && <p className={styles.dim}>{t('promote.same', { count: same })}</p>}
        {ahead.rows.length > 0 && (
          <PromotionList
            pair={{ ...pair, rows: ahead.rows }}
            chosen={there}
            toggle={toggle}
            disabled={busy}
            sent={sent}
          />
        )}
        {rows.length > 1 && there.length < Math.min(rows.length, AT_ONCE) && (
          <Button
            className={styles.all}
            disabled={busy}
            onClick={() => {
              choose(rows.slice(0, AT_ONCE).map((row) => row.key));
            }}
          >
            {t(rows.length > AT_ONCE ? 'promote.chooseFirstOf' : 'promote.chooseAll', {
              count: Math.min(rows.length, AT_ONCE),
            })}
          </Button>
        )}
      </div>
      <div className={styles.reviews}>
        <div
          className={styles.scroll}
          data-scroll=""
          tabIndex={0}
          role="region"
          aria-label={t('promote.review')}
        >
          {there.length === 0 && (
            <div className={styles.nothing}>
              <Empty
                title={rows.length > 0 ? t('promote.chooseFirst') : t('promote.nothingAhead')}
                text={
                  rows.length > 0
                    ? t('promote.chooseFirstText')
                    : t('promote.nothingAheadText', { from: from.name, to: to.name })
                }
              />
            </div>
          )}
          {there.length > 0 && !rollout && <DraftLine draft={picks.draft} disabled={busy} />}
          {reviewed.map((each) => (
            <PromotionReview
              key={each.application}
              connection={connection}
              reviewed={each}
              picked={pickedFor(each.application)}
              pick={(picked) => {
                picks.pick(each.application, picked);
              }}
              secrets={(name, secret) => {
                if (secret === null) picks.secrets.letGo(each.application, name);
                else picks.secrets.hold(each.application, name, secret);
              }}
              step={steps.find((step) => step.application === each.application)}
              disabled={busy || phase === 'sent'}
            />
          ))}
          {problem && <Problem error={problem} />}
        </div>
        {there.length > 0 && (
          <footer className={styles.foot} data-waiting={waiting}>
            <span role="status" aria-live="assertive" className={styles.said}>
              {waiting
                ? t('promote.about', { count: there.length, environment: to.name, seconds: left })
                : takenBack
                  ? t('deploy.takenBack')
                  : rollout
                    ? rolloutSummary(rollout)
                    : (noWrites ??
                      t('promote.summary', {
                        applications: t('promote.applications', { count: ready.length }),
                        values: t('promote.values', { count: values }),
                      }))}
            </span>
            {!waiting && !rollout && ready.length > 0 && longestNote > 0 && (
              <input
                className={styles.note}
                aria-label={t('deploy.note')}
                placeholder={t('deploy.notePlaceholder')}
                maxLength={longestNote}
                readOnly={busy}
                {...picks.form.register('note')}
              />
            )}
            {!rollout && <UnlockButton connection={connection} />}
            {rollout && <StopRollout rollout={rollout} />}
            {phase === 'sent' ? (
              <Button
                onClick={() => {
                  choose([]);
                }}
              >
                {t('promote.done')}
              </Button>
            ) : waiting ? (
              <Button key="back" autoFocus onClick={promoting.takeBack}>
                {t('deploy.takeBack')}
                <Kbd keys={t('keys.escape')} />
              </Button>
            ) : (
              <Button
                key="send"
                kind={to.production ? 'production' : 'primary'}
                reason={
                  noWrites ??
                  (complete || busy
                    ? undefined
                    : t(ready.length < there.length ? 'promote.notAllReady' : 'promote.chooseFirst'))
                }
                aria-disabled={busy}
                onClick={send}
              >
                {rollout
                  ? t('deploy.sending')
                  : t('promote.send', { count: there.length, environment: to.name })}
                <Kbd keys={`${modifier} ⏎`} />
              </Button>
            )}
          </footer>
        )}
      </div>
    </div>
  );
}

function isIn(row: FleetRow, stage: Stage): boolean {
  return row.cells.some((cell) => cell.environment === stage.key && cell.place !== null);
}

function keyOf({ from, to }: Pair): string {
  return `${from.key} ${to.key}`;
}
