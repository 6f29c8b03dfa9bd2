import { useTranslation } from 'react-i18next';
import { changeSettings, useShell } from '../../app/shell';
import { Choice } from '../Choice';
import { QuietHours } from './QuietHours';
import { Section, SettingsRow } from './Section';

/** What keeps the system silent about each. */
const TOLD = { tellEnds: 'quiet', tellHealth: 'quietHealth', tellRequests: 'quietRequests' } as const;

/** What the system tells, and when it does not. */
export function NotificationsSection() {
  const { t } = useTranslation();
  const settings = useShell((value) => value.settings);
  return (
    <Section part="notifications">
      <SettingsRow label={t('settings.tell')} hint={t('settings.tellText')} choices>
        {(['tellEnds', 'tellHealth', 'tellRequests'] as const).map((each) => (
          <Choice
            key={each}
            label={t(`settings.${each}`)}
            checked={!settings[TOLD[each]]}
            change={(tell) => {
              changeSettings((before) => ({ ...before, [TOLD[each]]: !tell }));
            }}
          />
        ))}
      </SettingsRow>
      <SettingsRow label={t('settings.quietHours')} hint={t('settings.quietHint')} choices>
        <QuietHours
          hours={settings.quietHours}
          change={(quietHours) => {
            changeSettings((before) => ({ ...before, quietHours }));
          }}
        />
      </SettingsRow>
    </Section>
  );
}
