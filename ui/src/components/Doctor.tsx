import { Copy, RotateCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { shell } from '../app/shell';
import { wordsOfAdvice, type Translate } from '../i18n/i18n';
import {
  asCommandError,
  channel,
  type ChannelOf,
  type CommandError,
  type Diagnosis,
  type Examined,
  type Outcome,
  type State,
  type Step,
} from '../ipc';
import { os } from '../app/platform';
import { Button } from './Button';
import { copyText } from './copy';
import styles from './Doctor.module.css';
import { smallIcon } from './icon';
import { errorWords, Problem } from './Problem';
import { Shape } from './Shape';

/** The order in which the way is walked, as in Rust. */
const STEPS: Step[] = ['dns', 'tcp', 'proxy', 'tls', 'discovery', 'signIn', 'api'];

const STATES: Record<Outcome, State> = {
  well: 'well',
  broken: 'bad',
  notNeeded: 'off',
  notReached: 'unknown',
};

type Props = {
  /** What is examined, for the report. */
  address: string;
  /** Begins to walk; each step is told as it has been examined. */
  examine: (told: ChannelOf<Examined>) => Promise<Diagnosis>;
};

/** One round of looking: what came of an earlier one is nobody's concern any more. */
type Walk = { round: number; told: Examined[]; diagnosis: Diagnosis | null; error: CommandError | null };

const begun = (round: number): Walk => ({ round, told: [], diagnosis: null, error: null });

/** Walks the way to an instance before one's eyes: what is found, where it breaks and what to do. */
export function Doctor({ address, examine }: Props) {
  const { t } = useTranslation();
  const [{ round, told, diagnosis, error }, setWalk] = useState<Walk>(begun(0));
  useEffect(() => {
    const learn = (more: (before: Walk) => Partial<Walk>) => {
      setWalk((before) => (before.round === round ? { ...before, ...more(before) } : before));
    };
    const hears = channel<Examined>((examined) => {
      learn((before) => ({ told: [...before.told, examined] }));
    });
    examine(hears).then(
      (whole) => {
        learn(() => ({ diagnosis: whole }));
      },
      (thrown: unknown) => {
        learn(() => ({ error: asCommandError(thrown) }));
      },
    );
    // What is examined is given anew with each drawing; a round is begun by the button alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [round]);

  const known = diagnosis?.steps ?? told;
  const next = diagnosis || error ? null : STEPS.find((step) => known.every((each) => each.step !== step));
  return (
    <section className={styles.doctor} aria-label={t('doctor.title')}>
      <ol className={styles.steps} aria-live="polite">
        {STEPS.map((step) => {
          const examined = known.find((each) => each.step === step);
          if (examined) return <Line key={step} examined={examined} />;
          return (
            <li key={step} className={styles.step} data-waiting={step !== next}>
              <Shape state={step === next ? 'progress' : 'unknown'} />
              <span className={styles.name}>{t(`doctor.steps.${step}`)}</span>
              <span className={styles.dim}>{step === next ? t('doctor.looking') : null}</span>
            </li>
          );
        })}
      </ol>
      {error && <Problem error={error} />}
      {diagnosis && (
        <>
          {diagnosis.steps.every(({ outcome }) => outcome !== 'broken') && (
            <p className={styles.free}>{t('doctor.free')}</p>
          )}
          {diagnosis.blind.map((blind) => (
            <p key={blind} className={styles.blind}>
              {t(`doctor.blind.${blind}`)}
            </p>
          ))}
        </>
      )}
      <div className={styles.actions}>
        <Button
          onClick={() => {
            setWalk(begun(round + 1));
          }}
        >
          <RotateCw {...smallIcon} />
          {t('doctor.again')}
        </Button>
        <Button
          disabled={!diagnosis}
          onClick={() => {
            if (diagnosis) copyText(report(address, diagnosis, t));
          }}
        >
          <Copy {...smallIcon} />
          {t('doctor.copy')}
        </Button>
      </div>
    </section>
  );
}

function Line({ examined }: { examined: Examined }) {
  const { t } = useTranslation();
  const { step, outcome, seen, milliseconds, failure } = examined;
  const walked = outcome === 'well' || outcome === 'broken';
  return (
    <li className={styles.step} data-outcome={outcome}>
      <Shape state={outcome === 'broken' && isFree(examined) ? 'warning' : STATES[outcome]} />
      <span className={styles.name}>{t(`doctor.steps.${step}`)}</span>
      <span className={styles.seen}>
        {walked
          ? seen.filter(isFirst).map(({ kind, value }, at) => (
              <span key={`${kind} ${String(at)}`} title={t(`doctor.seen.${kind}`)}>
                {value}
              </span>
            ))
          : t(`doctor.outcomes.${outcome}`)}
      </span>
      <span className={styles.took}>{walked && t('doctor.took', { value: milliseconds })}</span>
      {failure && (
        <div className={styles.broken}>
          <p>{advised(examined)}</p>
          {wordsOf(failure) !== null && <p className={styles.words}>{wordsOf(failure)}</p>}
        </div>
      )}
    </li>
  );
}

/** Whether the way itself is free, and what is missing is a session, a permission or time. */
function isFree({ advice }: Examined): boolean {
  return advice !== null && ['signIn', 'askForAccess', 'wait'].includes(advice.kind);
}

/** A machine that was given by its address is seen as the same twice. */
function isFirst({ value }: Examined['seen'][number], at: number, seen: Examined['seen']): boolean {
  return seen.findIndex((each) => each.value === value) === at;
}

function advised({ advice, failure }: Examined): string | null {
  if (advice) return wordsOfAdvice(advice.kind, advice.params);
  return failure && errorWords(failure).text;
}

/** What the other side, or the system, said. */
function wordsOf(failure: CommandError): string | null {
  const { reason, excerpt } = failure.params;
  const words = [failure.message, reason, excerpt].filter((word) => word !== undefined && word !== null);
  return words.filter((word) => word !== '').join(' · ') || null;
}

/** What was found as plain text, to send to who can help; nothing in it is a secret. */
function report(address: string, diagnosis: Diagnosis, t: Translate): string {
  const steps = diagnosis.steps.flatMap((examined) => {
    const { step, outcome, milliseconds, seen, failure } = examined;
    const took =
      outcome === 'well' || outcome === 'broken' ? `, ${t('doctor.took', { value: milliseconds })}` : '';
    return [
      `${t(`doctor.steps.${step}`)}: ${t(`doctor.outcomes.${outcome}`)}${took}`,
      ...seen.map(({ kind, value }) => `  ${t(`doctor.seen.${kind}`)}: ${value}`),
      ...(failure
        ? [errorWords(failure).title, advised(examined), wordsOf(failure)]
            .filter((line) => line !== null)
            .map((line) => `  ${line}`)
        : []),
    ];
  });
  const head = `${t('product')} ${shell.get().version}, ${os}, ${new Date().toISOString()}`;
  const blind = diagnosis.blind.map((each) => t(`doctor.blind.${each}`));
  return [head, address, '', ...steps, ...(blind.length > 0 ? ['', ...blind] : []), ''].join('\n');
}
