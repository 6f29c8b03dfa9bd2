import { useState, type ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { useStage } from '../app/environments';
import type { Panel, Tab } from '../app/paths';
import { useDeployChoices } from '../hooks/useDeployChoices';
import type { Application, ConnectionId, Reading } from '../ipc';
import { DeployForm } from './DeployForm';
import { DeployLive } from './DeployLive';
import { EnvironmentName } from './EnvironmentName';
import { Loading } from './Loading';
import { SidePanel } from './SidePanel';

export type PanelProps = {
  connection: ConnectionId;
  application: Application;
  /** How the application was read. */
  reading: Reading<Application> | undefined;
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
  const [sending, setSending] = useState(false);
  return (
    <SidePanel
      title={t(shown === null ? 'deploy.title' : 'deploy.titleLive', { application: application.key })}
      mark={<EnvironmentName environment={environment} />}
      production={production}
      about={shown}
      stays={sending && shown === null}
      close={close}
    >
      {'form' in panel ? (
        <Begun
          key={panel.image}
          {...props}
          tellSending={setSending}
          {...(panel.image === undefined ? {} : { image: panel.image })}
        />
      ) : (
        <DeployLive key={shown} {...props} id={panel.deployment} />
      )}
    </SidePanel>
  );
}

/** The form, once it is known what it begins with. */
function Begun(props: Omit<ComponentProps<typeof DeployForm>, 'choices'>) {
  const { connection, application, environment, image } = props;
  const choices = useDeployChoices(connection, application.key, environment, image ?? null);
  return choices ? <DeployForm {...props} choices={choices} /> : <Loading what={application.key} rows={4} />;
}
