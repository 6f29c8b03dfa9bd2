import { useTranslation } from 'react-i18next';
import { useStage } from '../app/environments';
import type { Panel, Tab } from '../app/paths';
import type { Application, ConnectionId } from '../ipc';
import { DeployForm } from './DeployForm';
import { DeployLive } from './DeployLive';
import { EnvironmentName } from './EnvironmentName';
import { SidePanel } from './SidePanel';

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
  const shown = 'form' in panel ? null : panel.deployment;
  const { production } = useStage(environment);
  return (
    <SidePanel
      title={t(shown === null ? 'deploy.title' : 'deploy.titleLive', { application: application.key })}
      mark={<EnvironmentName environment={environment} />}
      production={production}
      about={shown}
      close={close}
    >
      {'form' in panel ? (
        <DeployForm
          key={panel.image}
          {...props}
          {...(panel.image === undefined ? {} : { image: panel.image })}
        />
      ) : (
        <DeployLive key={shown} {...props} id={panel.deployment} />
      )}
    </SidePanel>
  );
}
