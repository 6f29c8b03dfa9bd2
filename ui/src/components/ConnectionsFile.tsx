import { FolderOpen } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { openOffers } from '../app/layers';
import { patchShell } from '../app/shell';
import { asCommandError, commands } from '../ipc';
import { Button } from './Button';
import { FileChooser } from './FileChooser';
import { smallIcon } from './icon';

/** Opens a team's connections file. */
export function ConnectionsFile() {
  const { t } = useTranslation();
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <FileChooser
        chooser={chooser}
        accept=".json,application/json"
        label={t('offers.choose')}
        take={(file) => void offer(file.text())}
      />
      <Button kind="quiet" onClick={() => chooser.current?.click()}>
        <FolderOpen {...smallIcon} />
        {t('offers.open')}
      </Button>
    </>
  );
}

/** Shows what a text offers, or says above the page why it offers nothing. */
export async function offer(text: string | Promise<string>): Promise<void> {
  patchShell({ failure: null, retry: null });
  try {
    openOffers(await commands.connectionsOffered(await text));
  } catch (thrown) {
    patchShell({ failure: asCommandError(thrown), retry: null });
  }
}
