import { useTranslation } from 'react-i18next';
import { ask } from '../app/layers';
import { changeSettings, useShell } from '../app/shell';
import { number } from '../i18n/format';
import { i18n } from '../i18n/i18n';
import type { LogKeeping } from '../ipc';
import { Choice } from './Choice';
import { Segmented } from './Segmented';
import { SettingsRow } from './settings/Section';

/** What is offered of each; what a file says besides is offered too. */
const DAYS = [1, 3, 7, 14, 30, 90];
const HOURS = [1, 6, 24, 72, 168];
const GIBIBYTES = [1, 2, 5, 10, 50];

type Amount = 'days' | 'productionHours' | 'gibibytes';

/** Whether starred applications are recorded, and how long and how much of logs is kept. */
export function LogSettings() {
  const { t } = useTranslation();
  const keeping = useShell((value) => value.settings.logKeeping);
  return (
    <>
      <SettingsRow label={t('logSettings.title')} choices>
        <Choice
          label={t('logSettings.record')}
          hint={t('logSettings.recordHint')}
          checked={keeping.record}
          change={(record) => {
            keep({ record });
          }}
        />
      </SettingsRow>
      <AmountOf name="days" offered={DAYS} keeping={keeping} />
      <AmountOf name="productionHours" offered={HOURS} keeping={keeping} />
      <AmountOf name="gibibytes" offered={GIBIBYTES} keeping={keeping} hint={t('logSettings.place')} />
    </>
  );
}

type AmountProps = { name: Amount; offered: number[]; keeping: LogKeeping; hint?: string };

function AmountOf({ name, offered, keeping, hint }: AmountProps) {
  const { t } = useTranslation();
  const now = keeping[name];
  const options = [...new Set([...offered, now])].sort((one, other) => one - other);
  const label = t(`logSettings.${name}`);
  const words = (amount: number) => {
    const [unit, count] = unitOf(name, amount);
    return t(`logSettings.amount.${unit}`, { count, formatted: number(count) });
  };
  return (
    <SettingsRow label={label} hint={hint}>
      <Segmented
        label={label}
        value={String(now)}
        options={options.map((amount) => ({ value: String(amount), label: words(amount) }))}
        change={(value) => {
          void change(name, Number(value), now, words(Number(value)));
        }}
      />
    </SettingsRow>
  );
}

/** Hours that are whole days, and more than one, are said as days. */
function unitOf(name: Amount, amount: number): [unit: Amount, count: number] {
  return name === 'productionHours' && amount > 24 && amount % 24 === 0
    ? ['days', amount / 24]
    : [name, amount];
}

/** To keep less erases what is beyond it, which is asked first. */
async function change(name: Amount, next: number, before: number, words: string): Promise<void> {
  if (next === before) return;
  const yes =
    next > before ||
    (await ask({
      title: i18n.t('logSettings.less.title'),
      text: i18n.t(`logSettings.less.${name}`, { words }),
      action: i18n.t('logSettings.less.action'),
      careful: true,
    }));
  if (yes) keep({ [name]: next });
}

function keep(part: Partial<LogKeeping>): void {
  changeSettings((before) => ({ ...before, logKeeping: { ...before.logKeeping, ...part } }));
}
