import { useTranslation } from 'react-i18next';
import { useNow } from '../../hooks/useNow';
import { exactTime, number, timeOfDay } from '../../i18n/format';
import type { BudgetStand } from '../../ipc';
import styles from './DiagnosticsSection.module.css';

/** What a connection has spent of the requests it may make, and what is known of its limits. */
export function BudgetTable({ name, budget }: { name: string; budget: BudgetStand }) {
  const { t } = useTranslation();
  const now = useNow();
  const spent = (of: BudgetStand['minute']) =>
    t('settings.diagnostics.spent', { spent: number(of.spent), limit: number(of.limit) });
  const at = (time: string) => <time title={exactTime(time)}>{timeOfDay(time, now)}</time>;
  const { interactive, watched, background } = budget.byClass;
  const classes = [
    t('settings.diagnostics.interactive', { count: interactive, formatted: number(interactive) }),
    t('settings.diagnostics.watched', { formatted: number(watched) }),
    t('settings.diagnostics.background', { formatted: number(background) }),
  ];
  const stretch = budget.stretch ?? 1;
  return (
    <div>
      <h3>{t('settings.diagnostics.requests', { name })}</h3>
      <dl className={styles.facts}>
        <div>
          <dt>{t('settings.diagnostics.minute')}</dt>
          <dd>{spent(budget.minute)}</dd>
        </div>
        <div>
          <dt>
            {budget.windowMinutes === 60
              ? t('settings.diagnostics.hour')
              : t('settings.diagnostics.window', { minutes: number(budget.windowMinutes) })}
          </dt>
          <dd>{spent(budget.hour)}</dd>
        </div>
        <div>
          <dt>{t('settings.diagnostics.limits')}</dt>
          <dd>
            {budget.limitsTold ? t('settings.diagnostics.limitsTold') : t('settings.diagnostics.limitsSet')}
          </dd>
        </div>
        {budget.remaining !== null && (
          <div>
            <dt>{t('settings.diagnostics.left')}</dt>
            <dd>{number(budget.remaining)}</dd>
          </div>
        )}
        {budget.resets !== null && (
          <div>
            <dt>{t('settings.diagnostics.resets')}</dt>
            <dd>{at(budget.resets)}</dd>
          </div>
        )}
        {budget.barredUntil !== null && (
          <div>
            <dt>{t('settings.diagnostics.barred')}</dt>
            <dd>{at(budget.barredUntil)}</dd>
          </div>
        )}
        <div>
          <dt>{t('settings.diagnostics.classes')}</dt>
          <dd>{classes.join(', ')}</dd>
        </div>
        <div>
          <dt>{t('settings.diagnostics.others')}</dt>
          <dd>
            {budget.othersAnHour === null
              ? t('settings.diagnostics.notKnown')
              : t('settings.diagnostics.othersAnHour', { value: number(budget.othersAnHour) })}
          </dd>
        </div>
        <div>
          <dt>{t('settings.diagnostics.stretch')}</dt>
          <dd>
            {stretch < 1.05
              ? t('settings.diagnostics.usualPace')
              : t('settings.diagnostics.slower', { value: number(Math.round(stretch * 10) / 10) })}
          </dd>
        </div>
      </dl>
    </div>
  );
}
