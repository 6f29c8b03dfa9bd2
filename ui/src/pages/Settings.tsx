import { useParams } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { paths, SETTINGS, settingsPartFrom, type SettingsPart } from '../app/paths';
import { Header } from '../components/Header';
import { Link } from '../components/Link';
import { PageBody } from '../components/PageBody';
import { AppearanceSection } from '../components/settings/AppearanceSection';
import { ConnectionsSection } from '../components/settings/ConnectionsSection';
import { DiagnosticsSection } from '../components/settings/DiagnosticsSection';
import { LanguageSection } from '../components/settings/LanguageSection';
import { LogsSection } from '../components/settings/LogsSection';
import { NetworkSection } from '../components/settings/NetworkSection';
import { NotificationsSection } from '../components/settings/NotificationsSection';
import { ProductionSection } from '../components/settings/ProductionSection';
import { ShortcutsSection } from '../components/settings/ShortcutsSection';
import { NotThere } from './NotThere';
import styles from './Settings.module.css';

const SECTIONS: Record<SettingsPart, ComponentType> = {
  appearance: AppearanceSection,
  language: LanguageSection,
  notifications: NotificationsSection,
  connections: ConnectionsSection,
  network: NetworkSection,
  production: ProductionSection,
  logs: LogsSection,
  shortcuts: ShortcutsSection,
  diagnostics: DiagnosticsSection,
};

/** What is chosen, a part of it at a time, by its address. */
export function Settings() {
  const { t } = useTranslation();
  const part = settingsPartFrom(useParams({ strict: false, select: (params) => params.part }));
  if (part === null) return <NotThere />;
  const Shown = SECTIONS[part];
  return (
    <>
      <Header title={t('settings.title')} />
      <PageBody key={part}>
        <div className={styles.page}>
          <nav className={styles.index} aria-label={t('settings.parts')}>
            <ul>
              {SETTINGS.map((each) => (
                <li key={each}>
                  <Link
                    to={paths.settings(each)}
                    className={styles.entry}
                    aria-current={each === part ? 'page' : undefined}
                  >
                    {t(`settings.part.${each}`)}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <Shown />
        </div>
      </PageBody>
    </>
  );
}
