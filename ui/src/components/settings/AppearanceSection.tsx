import { useTranslation } from 'react-i18next';
import { changeSettings, useShell } from '../../app/shell';
import { Choice } from '../Choice';
import { Segmented } from '../Segmented';
import { Section, SettingsRow } from './Section';

const THEMES = ['system', 'light', 'dark', 'highContrast'] as const;

export function AppearanceSection() {
  const { t } = useTranslation();
  const theme = useShell((value) => value.settings.theme);
  const folded = useShell((value) => value.settings.sidebarCollapsed);
  return (
    <Section part="appearance">
      <SettingsRow label={t('settings.theme')} hint={t('settings.contrastHint')}>
        <Segmented
          label={t('settings.theme')}
          value={theme}
          options={THEMES.map((value) => ({ value, label: t(`settings.${value}`) }))}
          change={(value) => {
            changeSettings((before) => ({ ...before, theme: value }));
          }}
        />
      </SettingsRow>
      <SettingsRow label={t('settings.sidebar')} choices>
        <Choice
          label={t('settings.sidebarFolded')}
          checked={folded}
          change={(fold) => {
            changeSettings((before) => ({ ...before, sidebarCollapsed: fold }));
          }}
        />
      </SettingsRow>
    </Section>
  );
}
