import type { Unit } from '../ipc';
import { cpu, memory, number } from './format';
import { i18n } from './i18n';

/** A measured value in words: "12 %", "412 MiB", "41/s", "1.9 s". */
export function measured(unit: Unit, value: number): string {
  switch (unit.kind) {
    case 'percent':
      return cpu(value);
    case 'bytes':
      return memory(value);
    case 'perSecond':
      return i18n.t('timeline.perSecond', { value: short(value) });
    case 'milliseconds':
      return value < 1000
        ? i18n.t('timeline.milliseconds', { value: short(value) })
        : i18n.t('timeline.seconds', { value: short(value / 1000) });
    case 'lines':
      return short(value);
    case 'other':
      return [short(value), unit.word ?? ''].filter((part) => part !== '').join(' ');
  }
}

/** Two values that are read together, with their unit said once: "9 / 48 ms", "0.6 / 1.9 s". */
export function measuredPair(unit: Unit, lower: number, upper: number): string {
  if (unit.kind !== 'milliseconds') return `${measured(unit, lower)} / ${measured(unit, upper)}`;
  const first = upper < 1000 ? lower : lower / 1000;
  return `${short(first)} / ${measured(unit, upper)}`;
}

/** With as many digits as say something. */
function short(value: number): string {
  const size = Math.abs(value);
  const factor = size < 1 ? 100 : size < 10 ? 10 : 1;
  return number(Math.round(value * factor) / factor);
}
