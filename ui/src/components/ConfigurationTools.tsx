import { ChevronDown, Undo2 } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { callEntries } from '../app/explorer';
import { openMenu } from '../app/layers';
import type { ConfigurationView } from '../app/paths';
import { useCopied } from '../hooks/useCopied';
import { commands, type ConnectionId, type EditedItem, type ExportFormat } from '../ipc';
import { Button, IconButton } from './Button';
import { FileChooser } from './FileChooser';
import { smallIcon } from './icon';
import { SearchInput } from './SearchInput';
import { Segmented } from './Segmented';
import styles from './ConfigurationTools.module.css';
import { Toolbar } from './Toolbar';

type Props = {
  connection: ConnectionId;
  application: string;
  environment: string;
  view: ConfigurationView;
  look: (view: ConfigurationView) => void;
  /** Why the view cannot be left now. */
  stays: string | undefined;
  search: string;
  narrow: (search: string) => void;
  editable: boolean;
  add: () => void;
  undo: (() => void) | null;
  fromFile: (file: File) => void;
  fromClipboard: () => void;
  /** What can be saved or copied: the items as they are on the server. */
  items: EditedItem[] | null;
  fail: (thrown: unknown) => void;
};

const VIEWS: ConfigurationView[] = ['table', 'json', 'all'];

/** What can be done with a configuration, above it. */
export function ConfigurationTools(props: Props) {
  const { t } = useTranslation();
  const {
    connection,
    application,
    environment,
    view,
    look,
    stays,
    search,
    narrow,
    editable,
    add,
    undo,
    items,
  } = props;
  const file = useRef<HTMLInputElement>(null);
  const [copied, sayCopied] = useCopied();
  const copy = (format: ExportFormat) => {
    if (items) commands.configurationCopy(items, format).then(sayCopied, props.fail);
  };
  const save = (format: ExportFormat) => {
    if (!items) return;
    commands.configurationSaveFile(connection, application, environment, items, format).catch(props.fail);
  };
  return (
    <Toolbar>
      <Segmented
        label={t('configuration.view')}
        value={view}
        options={VIEWS.map((value) => ({ value, label: t(`configuration.views.${value}`) }))}
        disabled={stays !== undefined}
        change={look}
      />
      {view !== 'json' && <SearchInput label={t('configuration.search')} value={search} change={narrow} />}
      <span className={styles.fill} />
      {editable && view === 'table' && (
        <>
          <IconButton label={t('configuration.undo')} disabled={undo === null} onClick={() => undo?.()}>
            <Undo2 {...smallIcon} />
          </IconButton>
          <Button onClick={add}>{t('configuration.add')}</Button>
        </>
      )}
      {editable && (
        <>
          <FileChooser chooser={file} label={t('configuration.chooseFile')} take={props.fromFile} />
          <Button
            aria-haspopup="menu"
            onClick={({ currentTarget }) => {
              openMenu(
                currentTarget,
                t('configuration.import'),
                [
                  { label: t('configuration.importFile'), act: () => file.current?.click() },
                  { label: t('configuration.importClipboard'), act: props.fromClipboard },
                ],
                currentTarget,
              );
            }}
          >
            {t('configuration.import')}
            <ChevronDown {...smallIcon} />
          </Button>
        </>
      )}
      {view !== 'all' && (
        <Button
          aria-haspopup="menu"
          disabled={items === null}
          onClick={({ currentTarget }) => {
            openMenu(
              currentTarget,
              t('configuration.export'),
              [
                {
                  label: t('configuration.saveEnv'),
                  act: () => {
                    save('dotenv');
                  },
                },
                {
                  label: t('configuration.saveJson'),
                  act: () => {
                    save('json');
                  },
                },
                {
                  label: t('configuration.copyEnv'),
                  act: () => {
                    copy('dotenv');
                  },
                },
                {
                  label: t('configuration.copyJson'),
                  act: () => {
                    copy('json');
                  },
                },
                ...callEntries(connection, { kind: 'configuration', application, environment }),
              ],
              currentTarget,
            );
          }}
        >
          {t(copied ? 'copied' : 'configuration.export')}
          <ChevronDown {...smallIcon} />
        </Button>
      )}
    </Toolbar>
  );
}
