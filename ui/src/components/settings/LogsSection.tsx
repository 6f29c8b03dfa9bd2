import { useTranslation } from 'react-i18next';
import { changeSettings, useShell } from '../../app/shell';
import { Choice } from '../Choice';
import { LogSettings } from '../LogSettings';
import { Section, SettingsRow } from './Section';

export function LogsSection() {
  const { t } = useTranslation();
  const wrap = useShell((value) => value.settings.logWrap);
  return (
    <Section part="logs">
      <LogSettings />
      <SettingsRow label={t('settings.logLines')} choices>
        <Choice
          label={t('settings.logWrap')}
          checked={wrap}
          change={(logWrap) => {
            changeSettings((before) => ({ ...before, logWrap }));
          }}
        />
      </SettingsRow>
    </Section>
  );
}
