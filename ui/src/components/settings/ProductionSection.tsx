import { useTranslation } from 'react-i18next';
import { changeSettings, useShell } from '../../app/shell';
import { Choice } from '../Choice';
import { Section, SettingsRow } from './Section';

export function ProductionSection() {
  const { t } = useTranslation();
  const typeToDeploy = useShell((value) => value.settings.typeToDeploy);
  return (
    <Section part="production">
      <SettingsRow label={t('settings.confirming')} hint={t('settings.productionText')} choices>
        <Choice
          label={t('settings.typeToDeploy')}
          checked={typeToDeploy}
          change={(type) => {
            changeSettings((before) => ({ ...before, typeToDeploy: type }));
          }}
        />
      </SettingsRow>
    </Section>
  );
}
