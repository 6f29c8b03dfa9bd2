import { useTranslation } from 'react-i18next';
import { changeSettings, useShell } from '../../app/shell';
import { useNow } from '../../hooks/useNow';
import { exactTime } from '../../i18n/format';
import type { Hours, Language, Times } from '../../ipc';
import { Segmented } from '../Segmented';
import { Section, SettingsRow } from './Section';
import { ZoneChooser } from './ZoneChooser';

const LANGUAGES: Language[] = ['system', 'en', 'fi'];
const HOURS: Hours[] = ['system', 'whole', 'half'];

/** What the app speaks, and how it writes times. */
export function LanguageSection() {
  const { t } = useTranslation();
  const language = useShell((value) => value.settings.language);
  const times = useShell((value) => value.settings.times);
  const now = useNow(1);
  const change = (by: Partial<Times>) => {
    changeSettings((before) => ({ ...before, times: { ...before.times, ...by } }));
  };
  return (
    <Section part="language">
      <SettingsRow label={t('settings.language')} hint={t('settings.languageHint')}>
        <Segmented
          label={t('settings.language')}
          value={language}
          options={LANGUAGES.map((value) => ({ value, label: t(`settings.languages.${value}`) }))}
          change={(value) => {
            changeSettings((before) => ({ ...before, language: value }));
          }}
        />
      </SettingsRow>
      <SettingsRow label={t('settings.zone')}>
        <ZoneChooser
          zone={times.zone}
          change={(zone) => {
            change({ zone });
          }}
        />
      </SettingsRow>
      <SettingsRow label={t('settings.hours')} hint={t('settings.timesLogs')}>
        <Segmented
          label={t('settings.hours')}
          value={times.hours}
          options={HOURS.map((value) => ({ value, label: t(`settings.hoursAs.${value}`) }))}
          change={(hours) => {
            change({ hours });
          }}
        />
        <p>{t('settings.timesNow', { time: exactTime(new Date(now).toISOString()) })}</p>
      </SettingsRow>
      <SettingsRow label={t('settings.times')}>
        <Segmented
          label={t('settings.times')}
          value={times.exact ? 'when' : 'ago'}
          options={(['ago', 'when'] as const).map((value) => ({
            value,
            label: t(`settings.timesAs.${value}`),
          }))}
          change={(value) => {
            change({ exact: value === 'when' });
          }}
        />
      </SettingsRow>
    </Section>
  );
}
