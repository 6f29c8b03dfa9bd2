import { FolderOpen } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { openOffers } from '../app/layers';
import { patchShell } from '../app/shell';
import { asCommandError, commands } from '../ipc';
import { Button } from './Button';
import { smallIcon } from './icon';

/** Opens a team's connections file. */
export function ConnectionsFile() {
  const { t } = useTranslation();
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={chooser}
        type="file"
        accept=".json,application/json"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={t('offers.choose')}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) void offer(file.text());
          // The same file can be chosen again.
          target.value = '';
        }}
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
