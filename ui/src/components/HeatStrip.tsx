import { useMemo, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLogHeat, type AskHeat } from '../hooks/useLogHeat';
import { number } from '../i18n/format';
import type { LogHeat } from '../ipc';
import styles from './HeatStrip.module.css';

/** How wide the worst part is, and how wide one is that has a single bad line, in pixels. */
const WIDEST = 8;
const NARROWEST = 2;
/** How wide both are where matches stand beside them. */
const BESIDE = 4;

type Props = {
  ask: AskHeat;
  /** One past the newest position. */
  total: number;
  /** Shows a position; the keyboard gets there by levels. */
  go: (position: number) => void;
};

/** Where a log has errors and warnings, and what is searched for, along its scroll bar; a click goes there. */
export function HeatStrip({ ask, total, go }: Props) {
  const { t } = useTranslation();
  const heat = useLogHeat(ask, total);
  // The view is drawn anew with every turn of a wheel; the marks only when the log was read again.
  const { first, last, matches, errors, warnings, marks } = useMemo(() => stripOf(heat), [heat]);
  if (last <= first) return null;
  const clicked = (event: MouseEvent) => {
    const { top, height } = event.currentTarget.getBoundingClientRect();
    const at = Math.min(Math.max((event.clientY - top) / height, 0), 1);
    go(Math.min(first + Math.floor(at * (last - first)), last - 1));
  };
  return (
    <div
      className={styles.strip}
      role="img"
      aria-label={t(matches > 0 ? 'logs.heatFound' : 'logs.heat', {
        matches: number(matches),
        errors: number(errors),
        warnings: number(warnings),
      })}
      onClick={clicked}
    >
      {marks}
    </div>
  );
}

/** From where to where the parts go, how much in them is bad, and a mark for each part that is. */
function stripOf(heat: LogHeat[]) {
  const parts = heat.map((part) => {
    const { from, to, matches, errors, warnings } = part;
    return {
      from: from ?? 0,
      to: to ?? 0,
      matches: matches ?? 0,
      errors: errors ?? 0,
      warnings: warnings ?? 0,
    };
  });
  const [first, last] = [parts[0]?.from ?? 0, parts.at(-1)?.to ?? 0];
  const share = (lines: number) => `${String((lines / (last - first)) * 100)}%`;
  // An error counts as several warnings.
  const rated = parts.map((part) => ({
    ...part,
    badness: (4 * part.errors + part.warnings) / (part.to - part.from),
  }));
  const worst = Math.max(...rated.map(({ badness }) => badness));
  const matches = parts.reduce((sum, part) => sum + part.matches, 0);
  const widest = matches > 0 ? BESIDE : WIDEST;
  const bad = rated
    .filter(({ badness }) => badness > 0)
    .map(({ from, to, errors, badness }) => (
      <span
        key={from}
        className={errors > 0 ? styles.bad : styles.warning}
        style={{
          top: share(from - first),
          height: share(to - from),
          width: NARROWEST + (widest - NARROWEST) * (badness / worst),
        }}
      />
    ));
  const densest = Math.max(...parts.map((part) => part.matches / (part.to - part.from)));
  const found = parts
    .filter((part) => part.matches > 0)
    .map(({ from, to, matches: here }) => (
      <span
        key={`found ${String(from)}`}
        className={styles.found}
        style={{
          top: share(from - first),
          height: share(to - from),
          width: NARROWEST + (BESIDE - NARROWEST) * (here / (to - from) / densest),
        }}
      />
    ));
  return {
    first,
    last,
    matches,
    errors: parts.reduce((sum, { errors }) => sum + errors, 0),
    warnings: parts.reduce((sum, { warnings }) => sum + warnings, 0),
    marks: [...bad, ...found],
  };
}
