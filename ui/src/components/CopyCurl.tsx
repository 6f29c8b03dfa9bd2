import { Terminal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { copyCurl } from '../app/explorer';
import { useCopied } from '../hooks/useCopied';
import type { ConnectionId, Resource } from '../ipc';
import { IconButton } from './Button';
import { smallIcon } from './icon';

/** Copies the call that reads what is shown here. */
export function CopyCurl({ connection, resource }: { connection: ConnectionId; resource: Resource }) {
  const { t } = useTranslation();
  const [copied, say] = useCopied();
  return (
    <IconButton
      label={t(copied ? 'copied' : 'explorer.copyCurl')}
      onClick={() => {
        copyCurl(connection, resource, say);
      }}
    >
      <Terminal {...smallIcon} />
    </IconButton>
  );
}
