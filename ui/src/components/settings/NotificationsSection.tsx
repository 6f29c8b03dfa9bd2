import { useTranslation } from 'react-i18next';
import { changeSettings, useShell } from '../../app/shell';
import { Choice } from '../Choice';
import { QuietHours } from './QuietHours';
import { Section, SettingsRow } from './Section';

/** What the system tells, and when it does not. */
export function NotificationsSection() {
  const { t } = useTranslation();
  const settings = useShell((value) => value.settings);
  const tray = useShell((value) => value.tray);
  return (
    <Section part="notifications">
      <SettingsRow label={t('settings.tell')} hint={t('settings.tellText')} choices>
        <Choice
          label={t('settings.tellEnds')}
          checked={!settings.quiet}
          change={(tell) => {
            changeSettings((before) => ({ ...before, quiet: !tell }));
          }}
        />
        <Choice
          label={t('settings.tellHealth')}
          checked={!settings.quietHealth}
          change={(tell) => {
            changeSettings((before) => ({ ...before, quietHealth: !tell }));
          }}
        />
        <Choice
          label={t('settings.tellRequests')}
          checked={!settings.quietRequests}
          change={(tell) => {
            changeSettings((before) => ({ ...before, quietRequests: !tell }));
          }}
        />
      </SettingsRow>
      <SettingsRow label={t('settings.quietHours')} hint={t('settings.quietHint')} choices>
        <QuietHours
          hours={settings.quietHours}
          change={(quietHours) => {
            changeSettings((before) => ({ ...before, quietHours }));
          }}
        />
      </SettingsRow>
      <SettingsRow label={t('settings.closing')} hint={t('settings.closingText')} choices>
        <Choice
          label={t('settings.closeToTray')}
          {...(tray ? {} : { hint: t('settings.noTray') })}
          checked={settings.closeToTray}
          disabled={!tray}
          change={(closeToTray) => {
            changeSettings((before) => ({ ...before, closeToTray }));
          }}
        />
      </SettingsRow>
    </Section>
  );
}
