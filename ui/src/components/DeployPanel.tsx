import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { anyLayerOpen } from '../app/layers';
import { useStage } from '../app/environments';
import type { Panel, Tab } from '../app/paths';
import { useFocusReturn } from '../hooks/useFocusReturn';
import type { Application, ConnectionId } from '../ipc';
import { IconButton } from './Button';
import { DeployForm } from './DeployForm';
import { DeployLive } from './DeployLive';
import styles from './DeployPanel.module.css';
import { EnvironmentName } from './EnvironmentName';
import { icon } from './icon';

export type PanelProps = {
  connection: ConnectionId;
  application: Application;
  environment: string;
  tab: Tab;
  close: () => void;
};

/** The panel on the right: the form of a deployment, then its live view. It is no modal. */
export default function DeployPanel({ panel, ...props }: PanelProps & { panel: Panel }) {
  const { t } = useTranslation();
  const { application, environment, close } = props;
  const panelRef = useRef<HTMLElement>(null);
  useFocusReturn(panelRef);
  const shown = 'form' in panel ? null : panel.deployment;
  useEffect(() => {
    const element = panelRef.current;
    if (element && !element.contains(document.activeElement)) element.focus();
  }, [shown]);
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      // A key held down is one wish: what it took back stays open.
      if (event.key !== 'Escape' || event.repeat || event.defaultPrevented || anyLayerOpen()) return;
      event.preventDefault();
      close();
    };
    document.addEventListener('keydown', heard);
    return () => {
      document.removeEventListener('keydown', heard);
    };
  }, [close]);
  const { production } = useStage(environment);
  const title = t(shown === null ? 'deploy.title' : 'deploy.titleLive', { application: application.key });
  return (
    <aside
      ref={panelRef}
      tabIndex={-1}
      className={styles.panel}
      data-panel=""
      aria-label={title}
      data-production={production}
    >
      <header className={styles.head}>
        <h2 className={styles.title}>
          {title} <EnvironmentName environment={environment} />
        </h2>
        <IconButton label={t('deploy.close')} onClick={close}>
          <X {...icon} />
        </IconButton>
      </header>
      {'form' in panel ? (
        <DeployForm
          key={panel.image}
          {...props}
          {...(panel.image === undefined ? {} : { image: panel.image })}
        />
      ) : (
        <DeployLive key={shown} {...props} id={panel.deployment} />
      )}
    </aside>
  );
}
