import type { MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLogHeat, type AskHeat } from '../hooks/useLogHeat';
import { number } from '../i18n/format';
import type { LogHeat } from '../ipc';
import styles from './HeatStrip.module.css';

/** How wide the worst part is, and how wide one is that has a single bad line, in pixels. */
const WIDEST = 8;
const NARROWEST = 2;

type Props = {
  ask: AskHeat;
  /** One past the newest position. */
  total: number;
  /** Shows a position; the keyboard gets there by levels. */
  go: (position: number) => void;
};

/** Where a log has errors and warnings, along its scroll bar; a click goes there. */
export function HeatStrip({ ask, total, go }: Props) {
  const { t } = useTranslation();
  const heat = useLogHeat(ask, total);
  const [first, last] = [heat[0]?.from ?? 0, heat.at(-1)?.to ?? 0];
  if (last <= first) return null;
  const share = (position: number) => `${String(((position - first) / (last - first)) * 100)}%`;
  const worst = Math.max(...heat.map(badness));
  const sum = (of: (part: LogHeat) => number) => heat.reduce((before, part) => before + of(part), 0);
  const clicked = (event: MouseEvent) => {
    const { top, height } = event.currentTarget.getBoundingClientRect();
    const at = Math.min(Math.max((event.clientY - top) / height, 0), 1);
    go(Math.min(first + Math.floor(at * (last - first)), last - 1));
  };
  return (
    <div
      className={styles.strip}
      role="img"
      aria-label={t('logs.heat', { errors: number(sum(errorsOf)), warnings: number(sum(warningsOf)) })}
      onClick={clicked}
    >
      {heat.map(
        (part) =>
          badness(part) > 0 && (
            <span
              key={part.from}
              className={errorsOf(part) > 0 ? styles.bad : styles.warning}
              style={{
                top: share(part.from ?? 0),
                height: `calc(${share(part.to ?? 0)} - ${share(part.from ?? 0)})`,
                width: NARROWEST + (WIDEST - NARROWEST) * (badness(part) / worst),
              }}
            />
          ),
      )}
    </div>
  );
}

function errorsOf({ errors }: LogHeat): number {
  return errors ?? 0;
}

function warningsOf({ warnings }: LogHeat): number {
  return warnings ?? 0;
}

/** The share of bad lines; an error counts as several warnings. */
function badness(part: LogHeat): number {
  const lines = (part.to ?? 0) - (part.from ?? 0);
  return lines <= 0 ? 0 : (4 * errorsOf(part) + warningsOf(part)) / lines;
}
