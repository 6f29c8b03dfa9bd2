import { ExternalLink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { carefully } from '../app/carefully';
import { commands, type ConnectionId } from '../ipc';
import styles from './DeployPanel.module.css';
import { smallIcon } from './icon';

type Props = {
  connection: ConnectionId;
  application: string;
  before: string;
  after: string;
  disabled: boolean;
};

/** Opens in the browser what is between two images in the application's own repository. */
export function CompareLink({ connection, application, before, after, disabled }: Props) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      className={styles.quietLink}
      disabled={disabled}
      onClick={() => {
        void carefully(() => commands.compareOpen(connection, application, before, after));
      }}
    >
      {t('deploy.compare')} <ExternalLink {...smallIcon} size={12} />
    </button>
  );
}
