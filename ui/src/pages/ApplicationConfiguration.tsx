import { useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import * as sheets from '../app/configuration';
import { goInstead } from '../app/navigation';
import { configurationViewFrom, paths, type ConfigurationView } from '../app/paths';
import { useConnection } from '../app/shell';
import { ConfigurationBars } from '../components/ConfigurationBars';
import { ConfigurationComparison } from '../components/ConfigurationComparison';
import { ConfigurationConflict } from '../components/ConfigurationConflict';
import { ConfigurationFoot } from '../components/ConfigurationFoot';
import { ConfigurationImport } from '../components/ConfigurationImport';
import { ConfigurationReview } from '../components/ConfigurationReview';
import { ConfigurationTable } from '../components/ConfigurationTable';
import { ConfigurationTools } from '../components/ConfigurationTools';
import { Empty } from '../components/Empty';
import { Button } from '../components/Button';
import { PageBody } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { Waiting } from '../components/Waiting';
import { useConfiguration } from '../hooks/useConfiguration';
import { useConfigurationKeys } from '../hooks/useConfigurationKeys';
import { useNoWrites } from '../hooks/useNoWrites';
import { usePlace } from '../hooks/useParams';
import { useFront, useResource } from '../hooks/useResource';
import { useRights } from '../hooks/useRights';
import { asCommandError, commands, type CommandError, type Imported } from '../ipc';

const ConfigurationJson = lazy(() => import('../components/ConfigurationJson'));

const MISSING = 'configuration:update';

type Panel = { kind: 'review' } | { kind: 'import'; imported: Imported; from: string | null };

/** The configuration of an application: a table and a text of one environment, and all of them side by side. */
export function ApplicationConfiguration() {
  const { t } = useTranslation();
  const { connection, key, environment } = usePlace();
  const view = configurationViewFrom(useSearch({ strict: false, select: (search) => search.view }));
  const editing = useConfiguration(connection, key, environment);
  const { held, sheet, review, change, conflict } = editing;
  useFront(view === 'all' ? undefined : held.reading, 'inner');
  const application = useResource(connection, { kind: 'application', application: key }).value;
  const can = useRights(connection, key, environment);
  const [search, setSearch] = useState('');
  const [panel, setPanel] = useState<Panel | null>(null);
  const [failure, setFailure] = useState<CommandError | null>(null);
  const [broken, setBroken] = useState(false);
  const close = useCallback(() => {
    setPanel(null);
  }, []);
  const readOnly = !can(MISSING);
  const noWrites = useNoWrites(connection, held.reading);
  const left = conflict && t('configuration.leftToSettle', { count: conflict.conflicts.length });
  const reason = readOnly ? t('rights.missing', { permission: MISSING }) : (noWrites ?? left ?? undefined);
  const mendFirst = broken ? t('configuration.json.mendFirst') : undefined;
  // What is typed while it is being saved would be in neither what is saved nor what is read after it.
  const closed = readOnly || editing.saving;
  const whileSaving = editing.saving ? t('configuration.saving') : undefined;
  const fail = (thrown: unknown) => {
    setFailure(asCommandError(thrown));
  };
  const hold = (id: number, secret: string, also: Parameters<typeof sheets.edit>[2]) => {
    setFailure(null);
    commands.configurationHold(connection, secret).then((word) => {
      change((before) => sheets.edit(before, id, { ...also, held: word }));
    }, fail);
  };
  const show = (from: string | null, answer: Promise<Imported>) => {
    setFailure(null);
    answer.then((imported) => {
      setPanel({ kind: 'import', imported, from });
    }, fail);
  };
  const take = (from: string | null, text: Promise<string>) => {
    show(
      from,
      text.then((words) => commands.configurationImport(connection, sheets.itemsOf(sheet), words)),
    );
  };
  // A secret that is being typed is taken as its field is left, which the panel brings about.
  const openReview = () => {
    setPanel({ kind: 'review' });
  };
  useConfigurationKeys(view === 'table' && !readOnly && editing.base !== null, {
    undo: () => {
      if (!closed) change(sheets.undo);
    },
    review: openReview,
    pasted: (text) => {
      if (!closed) take(null, Promise.resolve(text));
    },
  });
  const dropped = (event: DragEvent) => {
    const [file] = event.dataTransfer.files;
    if (readOnly || view === 'all' || !event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type === 'drop' && file && !closed) take(file.name, file.text());
  };
  const environments = [
    ...new Set([...(application?.environments ?? []).map((each) => each.environment), environment]),
  ];
  const entry = application?.environments.find((each) => each.environment === environment);
  const loaded = editing.base !== null;
  const account = useConnection(connection)?.account?.subject;
  const place = [connection, account, key, environment].join(' ');
  return (
    <>
      <ConfigurationTools
        connection={connection}
        application={key}
        environment={environment}
        view={view}
        look={(next: ConfigurationView) => {
          goInstead(paths.configuration(connection, key, environment, next));
        }}
        stays={mendFirst}
        search={search}
        narrow={setSearch}
        editable={loaded && !closed && view !== 'all'}
        add={() => {
          setSearch('');
          change(sheets.add);
        }}
        undo={
          sheet.past.length > 0
            ? () => {
                change(sheets.undo);
              }
            : null
        }
        fromFile={(file) => {
          take(file.name, file.text());
        }}
        fromClipboard={() => {
          show(null, commands.configurationImportClipboard(connection, sheets.itemsOf(sheet)));
        }}
        items={editing.base?.items ?? null}
        fail={fail}
      />
      {view !== 'all' && (
        <ConfigurationBars
          editing={editing}
          missing={readOnly ? reason : undefined}
          deploy={paths.application(connection, key, environment, 'configuration', {
            form: true,
            ...(entry?.image ? { image: entry.image } : {}),
          })}
          runs={Boolean(entry?.image)}
        />
      )}
      <PageBody>
        {failure && <Problem error={failure} />}
        {editing.error && panel?.kind !== 'review' && <Problem error={editing.error} />}
        {view === 'all' && (
          <ConfigurationComparison
            connection={connection}
            application={key}
            environments={environments}
            search={search}
          />
        )}
        {view !== 'all' && !loaded && <Waiting held={held} what={t('configuration.title')} rows={8} />}
        {view !== 'all' && loaded && (
          <div onDragOver={dropped} onDrop={dropped}>
            {view === 'json' ? (
              <Suspense fallback={null}>
                <ConfigurationJson
                  place={place}
                  sheet={sheet}
                  readOnly={closed}
                  change={change}
                  broken={setBroken}
                />
              </Suspense>
            ) : sheet.rows.length === 0 ? (
              <Empty title={t('configuration.none')} text={t('configuration.noneText')}>
                <Button
                  reason={readOnly ? reason : whileSaving}
                  onClick={() => {
                    change(sheets.add);
                  }}
                >
                  {t('configuration.add')}
                </Button>
              </Empty>
            ) : (
              <ConfigurationTable
                sheet={sheet}
                review={review}
                search={search}
                readOnly={closed}
                acts={{
                  edit: (id, by) => {
                    if (!closed) change((before) => sheets.edit(before, id, by));
                  },
                  hold,
                  remove: (id) => {
                    change((before) => sheets.remove(before, id));
                  },
                  restore: (id) => {
                    change((before) => sheets.restore(before, id));
                  },
                  add: () => {
                    if (!closed) change(sheets.add);
                  },
                }}
              />
            )}
          </div>
        )}
      </PageBody>
      {view !== 'all' && loaded && !readOnly && (
        <ConfigurationFoot
          review={review}
          environment={environment}
          reason={mendFirst}
          busy={whileSaving}
          open={openReview}
          discard={editing.discard}
        />
      )}
      {conflict && !editing.isAside ? (
        <ConfigurationConflict
          key={JSON.stringify(conflict.conflicts)}
          merged={conflict}
          settled={editing.settled}
          close={editing.leaveConflict}
        />
      ) : panel?.kind === 'review' ? (
        <ConfigurationReview
          editing={editing}
          environment={environment}
          reason={mendFirst ?? reason}
          close={close}
        />
      ) : panel?.kind === 'import' ? (
        <ConfigurationImport
          imported={panel.imported}
          from={panel.from}
          reason={whileSaving}
          close={() => {
            letGo(connection, panel.imported, sheet);
            close();
          }}
          take={() => {
            change((before) => sheets.bring(before, panel.imported.items));
            close();
          }}
        />
      ) : null}
    </>
  );
}

/** The secrets of a file that is not taken are forgotten. */
function letGo(connection: string, imported: Imported, sheet: sheets.Sheet): void {
  const kept = new Set(sheets.heldIn(sheet));
  const words = imported.items.flatMap(({ held }) => held ?? []).filter((word) => !kept.has(word));
  if (words.length > 0) commands.configurationLetGo(connection, words).catch(() => undefined);
}
