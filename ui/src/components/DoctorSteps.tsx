import { useTranslation } from 'react-i18next';
import type { Diagnosis, Examined, Outcome, SeenKind, State, Step } from '../ipc';
import styles from './Doctor.module.css';
import { isFree, tookWords, wordsOf } from './doctorReport';
import { Shape } from './Shape';

/** Every step in the order in which the way is walked, as in Rust. */
const ORDER = {
  dns: 1,
  tcp: 2,
  proxy: 3,
  tls: 4,
  discovery: 5,
  signIn: 6,
  api: 7,
} satisfies Record<Step, number>;
const STEPS = (Object.keys(ORDER) as Step[]).sort((one, other) => ORDER[one] - ORDER[other]);

/** What has no need of a shape has null. */
const STATES: Record<Outcome, State | null> = {
  well: 'well',
  broken: 'bad',
  notNeeded: null,
  notReached: 'unknown',
};

/** What does not say by itself what it is. */
const LABELLED = {
  host: false,
  address: false,
  proxy: false,
  certificateSubject: true,
  certificateIssuer: true,
  certificateExpires: true,
  tlsVersion: false,
  redirect: true,
  answer: false,
  issuer: true,
  scopeLeftOut: true,
  account: true,
} satisfies Record<SeenKind, boolean>;

type Props = { told: Examined[]; diagnosis: Diagnosis | null; ended: boolean };

/** The steps of the way, a row each; those that were not reached are one row when all is known. */
export function DoctorSteps({ told, diagnosis, ended }: Props) {
  const { t } = useTranslation();
  const known = diagnosis?.steps ?? told;
  const next = ended ? null : STEPS.find((step) => known.every((each) => each.step !== step));
  const unreached = diagnosis?.steps.filter(({ outcome }) => outcome === 'notReached') ?? [];
  const rows = STEPS.filter((step) => unreached.every((each) => each.step !== step));
  return (
    <ol className={styles.steps} aria-live="polite">
      {rows.map((step) => {
        const examined = known.find((each) => each.step === step);
        if (examined) return <Row key={step} examined={examined} />;
        return (
          <li key={step} className={styles.step} data-waiting={step !== next}>
            <Shape state={step === next ? 'progress' : 'unknown'} />
            <span className={styles.name}>{t(`doctor.steps.${step}`)}</span>
            <span className={styles.dim}>{step === next ? t('doctor.looking') : null}</span>
          </li>
        );
      })}
      {unreached.length > 0 && (
        <li className={styles.step} data-outcome="notReached">
          <Shape state="unknown" />
          <span className={styles.rest}>
            {t('doctor.notReached', {
              steps: unreached.map(({ step }) => t(`doctor.steps.${step}`)).join(', '),
            })}
          </span>
        </li>
      )}
    </ol>
  );
}

function Row({ examined }: { examined: Examined }) {
  const { t } = useTranslation();
  const { step, outcome, seen, failure } = examined;
  const walked = outcome === 'well' || outcome === 'broken';
  const state = outcome === 'broken' && isFree(examined) ? 'warning' : STATES[outcome];
  const words = failure && wordsOf(failure);
  return (
    <li className={styles.step} data-outcome={outcome}>
      {state ? <Shape state={state} /> : <span className={styles.noShape} />}
      <span className={styles.name}>{t(`doctor.steps.${step}`)}</span>
      <span className={styles.seen}>
        {walked
          ? seen.filter(isFirst).map(({ kind, value }, at) => (
              <span key={`${kind} ${String(at)}`} className={LABELLED[kind] ? styles.line : undefined}>
                {LABELLED[kind] && <span className={styles.kind}>{t(`doctor.seen.${kind}`)} </span>}
                {value}
              </span>
            ))
          : t(`doctor.outcomes.${outcome}`)}
      </span>
      <span className={styles.took}>{tookWords(examined, t)}</span>
      {words !== null && <p className={styles.words}>{words}</p>}
    </li>
  );
}

/** A machine that was given by its address is seen as the same twice. */
function isFirst({ kind, value }: Examined['seen'][number], at: number, seen: Examined['seen']): boolean {
  if (LABELLED[kind]) return true;
  return seen.findIndex((each) => each.value === value) === at;
}
