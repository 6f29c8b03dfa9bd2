import { Copy, RotateCw } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errandOf, type Errand } from '../app/errands';
import { useCopied } from '../hooks/useCopied';
import {
  asCommandError,
  channel,
  newCall,
  type ChannelOf,
  type CommandError,
  type Diagnosis,
  type Examined,
  type Step,
} from '../ipc';
import { Button } from './Button';
import { copyText } from './copy';
import styles from './Doctor.module.css';
import { advised, isFree, report } from './doctorReport';
import { DoctorSteps } from './DoctorSteps';
import { smallIcon } from './icon';
import { errorWords, Problem } from './Problem';
import { Shape } from './Shape';

/** Where a way can break for what could not be seen. */
const BLIND: Step[] = ['dns', 'tcp', 'proxy', 'tls'];

type Props = {
  /** What is examined, for the report. */
  address: string;
  /** Begins to walk; each step is told as it has been examined. By its number the walk is called off. */
  examine: (told: ChannelOf<Examined>, call: number) => Promise<Diagnosis>;
  /** Goes where the advice can be followed. */
  mend: (errand: Errand) => void;
  /** What failed stands above it already: here is only why and what to do. */
  headed?: boolean;
};

/** One round of looking: what came of an earlier one is nobody's concern any more. */
type Walk = {
  round: number;
  address: string;
  told: Examined[];
  diagnosis: Diagnosis | null;
  error: CommandError | null;
};

const begun = (round: number, address: string): Walk => ({
  round,
  address,
  told: [],
  diagnosis: null,
  error: null,
});

/** Walks the way to an instance before one's eyes: what is found, where it breaks and what to do. */
export function Doctor({ address, examine, mend, headed = false }: Props) {
  const { t } = useTranslation();
  const [walk, setWalk] = useState<Walk>(() => begun(0, address));
  const { round, told, diagnosis, error } = walk;
  const [copied, sayCopied] = useCopied();
  const whole = useRef<HTMLElement>(null);
  useEffect(() => {
    const call = newCall();
    let walking = true;
    const learn = (more: (before: Walk) => Partial<Walk>) => {
      if (walking) setWalk((before) => (before.round === round ? { ...before, ...more(before) } : before));
    };
    const hears = channel<Examined>((examined) => {
      learn((before) => ({ told: [...before.told, examined] }));
    });
    examine(hears, call.number)
      .then(
        (found) => {
          learn(() => ({ diagnosis: found }));
        },
        (thrown: unknown) => {
          learn(() => ({ error: asCommandError(thrown) }));
        },
      )
      .finally(() => {
        walking = false;
      });
    return () => {
      if (walking) call.off();
      walking = false;
    };
    // What is examined is given anew with each drawing; a round is begun by the button alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [round]);
  useEffect(() => {
    if (diagnosis) whole.current?.scrollIntoView({ block: 'nearest' });
  }, [diagnosis]);

  const broken = diagnosis?.steps.find(({ outcome }) => outcome === 'broken');
  const errand = broken?.advice ? errandOf(broken.advice.kind) : null;
  return (
    <section ref={whole} className={styles.doctor} data-headed={headed} aria-label={t('doctor.title')}>
      <div aria-live="polite">{diagnosis && <Verdict broken={broken} headed={headed} />}</div>
      <DoctorSteps told={told} diagnosis={diagnosis} ended={diagnosis !== null || error !== null} />
      {error && <Problem error={error} />}
      <div className={styles.actions}>
        {errand && (
          <Button
            onClick={() => {
              mend(errand);
            }}
          >
            {t(`doctor.errands.${errand}`)}
          </Button>
        )}
        <Button
          onClick={() => {
            setWalk(begun(round + 1, address));
          }}
        >
          <RotateCw {...smallIcon} />
          {t('doctor.again')}
        </Button>
        <Button
          disabled={!diagnosis}
          onClick={() => {
            if (!diagnosis) return;
            copyText(report(walk.address, diagnosis, t));
            sayCopied();
          }}
        >
          <Copy {...smallIcon} />
          {copied ? t('copied') : t('doctor.copy')}
        </Button>
      </div>
      {broken &&
        BLIND.includes(broken.step) &&
        diagnosis?.blind.map((blind) => (
          <p key={blind} className={styles.blind}>
            {t(`doctor.blind.${blind}`)}
          </p>
        ))}
    </section>
  );
}

/** What came of it, in one headline, and what to do. */
function Verdict({ broken, headed }: { broken: Examined | undefined; headed: boolean }) {
  const { t } = useTranslation();
  const advice = broken ? advised(broken) : null;
  const title = broken?.failure ? errorWords(broken.failure).title : (advice ?? t('doctor.free'));
  const more = advice === title ? null : advice;
  if (headed && broken) return <p className={styles.advice}>{more ?? title}</p>;
  return (
    <div className={styles.verdict}>
      <Shape state={broken ? (isFree(broken) ? 'warning' : 'bad') : 'well'} />
      <p className={headed ? undefined : styles.title}>{title}</p>
      {more !== null && <p className={styles.advice}>{more}</p>}
    </div>
  );
}
