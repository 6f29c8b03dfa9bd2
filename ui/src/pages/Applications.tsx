import { Plus, Star, X } from 'lucide-react';
import { lazy, Suspense, useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { columnOf, columnsOf, isColumnShown } from '../app/columns';
import { filterRows, FILTERS, sortRows } from '../app/filter';
import { refreshWhatIsOnScreen } from '../app/events';
import { fleetMenu } from '../app/fleetMenu';
import { listFrom, WHOLE, type List } from '../app/list';
import { go, goInstead, useAddress } from '../app/navigation';
import { paths } from '../app/paths';
import { closeRollout, useRollout } from '../app/rollouts';
import { isStarred, toggleStar, useShell } from '../app/shell';
import { Button, IconButton } from '../components/Button';
import { smallIcon } from '../components/icon';
import { EnvironmentName } from '../components/EnvironmentName';
import { Empty } from '../components/Empty';
import { Header } from '../components/Header';
import { ListLook } from '../components/ListLook';
import { Matrix } from '../components/Matrix';
import { OfflineBar } from '../components/OfflineBar';
import { Problem } from '../components/Problem';
import { Remark } from '../components/Remark';
import { NoApplications } from '../components/NoApplications';
import { PageBody } from '../components/PageBody';
import { SearchInput } from '../components/SearchInput';
import { Selection } from '../components/Selection';
import { Segmented } from '../components/Segmented';
import { Toolbar } from '../components/Toolbar';
import { Waiting } from '../components/Waiting';
import { useConnectionId } from '../hooks/useParams';
import { useRights } from '../hooks/useRights';
import { useFleet } from '../hooks/useFleet';
import { useFound } from '../hooks/useFound';
import { useFront } from '../hooks/useResource';
import { number } from '../i18n/format';
import type { BatchAct, FleetRow } from '../ipc';
import styles from './Applications.module.css';

const BatchPanel = lazy(() => import('../components/BatchPanel'));

/** The whole fleet, to search, filter and sort. */
export function Applications() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const { fleet, held } = useFleet(connection);
  useFront(held.reading);
  const settings = useShell((value) => value.settings);
  const address = useListAddress(connection);
  const list = useMemo(() => listFrom(address), [address]);
  const { search, filter, environment, sort } = list;
  const narrow = (change: Partial<List>) => {
    goInstead(paths.applications(connection, { ...list, ...change }));
  };
  const wanted = useDeferredValue(search);
  const { unseen } = fleet.counts;
  const found = useFound(connection, search, unseen > 0);
  const all = useMemo(() => withFound(fleet.rows, found.rows), [fleet.rows, found.rows]);
  const rows = useMemo(
    () => sortRows(filterRows(rowsIn(all, environment), wanted, filter), sort),
    [all, wanted, filter, environment, sort],
  );
  const total = fleet.rows.length + unseen;
  const [selected, select] = useState<ReadonlySet<string>>(NONE);
  const keys = all.map((row) => row.key).filter((key) => selected.has(key));
  const [batch, setBatch] = useState<BatchAct['kind'] | null>(null);
  const rollout = useRollout(({ connection: id, of }) => id === connection && of.kind === 'batch');
  const can = useRights(connection);
  const columns = columnsOf(settings, connection);
  const environments = fleet.environments.filter(({ key }) => isColumnShown(columns, columnOf(key)));
  const create = () => {
    go(paths.newApplication(connection));
  };
  const noCreating = can('applications:create')
    ? undefined
    : t('rights.missing', { permission: 'applications:create' });

  return (
    <>
      <Header
        title={t('applications.title')}
        covered={batch !== null || rollout !== null}
        actions={
          <Button data-new="" reason={noCreating} onClick={create}>
            <Plus {...smallIcon} />
            {t('create.open')}
          </Button>
        }
      />
      <OfflineBar reading={held.reading} />
      <Toolbar>
        <SearchInput
          label={t('applications.search')}
          value={search}
          change={(text) => {
            narrow({ search: text });
          }}
        />
        {/* In a small window what is selected takes the room of what it was chosen among. */}
        <span className={styles.narrowing} data-selecting={keys.length > 0}>
          <Segmented
            label={t('applications.status')}
            value={filter}
            options={FILTERS.map((value) => ({ value, label: t(`applications.${value}`) }))}
            change={(value) => {
              narrow({ filter: value });
            }}
          />
        </span>
        {environment !== null && (
          <Button
            aria-label={t('applications.anywhere')}
            onClick={() => {
              narrow({ environment: null });
            }}
          >
            {t('applications.in')} <EnvironmentName environment={environment} />
            <X {...smallIcon} />
          </Button>
        )}
        {held.value &&
          keys.length === 0 &&
          t('applications.shown', { shown: number(rows.length), total: number(total) })}
        {keys.length > 0 && (
          <Selection
            keys={keys}
            star={() => {
              for (const key of keys) if (!isStarred(settings, connection, key)) toggleStar(connection, key);
            }}
            clear={() => {
              select(NONE);
            }}
          >
            {(['restart', 'deploy'] as const).map((kind) => (
              <Button
                key={kind}
                onClick={() => {
                  // What goes on is in the status bar.
                  if (rollout) closeRollout(rollout);
                  setBatch(kind);
                }}
              >
                {t(kind === 'restart' ? 'batch.restart' : 'deploy.action')}
              </Button>
            ))}
            <Button onClick={refreshWhatIsOnScreen}>{t('batch.refresh')}</Button>
          </Selection>
        )}
        {total > 0 && (
          <span className={styles.look} data-selecting={keys.length > 0}>
            <ListLook connection={connection} list={list} environments={fleet.environments} />
          </span>
        )}
      </Toolbar>
      <PageBody>
        {unseen > 0 && (
          <Remark>
            {found.searching
              ? t('applications.searching')
              : t('applications.unseen', { count: unseen, formatted: number(unseen) })}
          </Remark>
        )}
        {found.error && <Problem error={found.error} />}
        <Waiting held={held} what={t('applications.title')} rows={18} />
        {held.value && total === 0 && <NoApplications connection={connection} />}
        {total > 0 && rows.length === 0 && (
          <Empty title={t('applications.noMatch')} text={t('applications.noMatchText')}>
            <Button
              onClick={() => {
                narrow(WHOLE);
              }}
            >
              {t('applications.reset')}
            </Button>
          </Empty>
        )}
        {rows.length > 0 && (
          <Matrix
            connection={connection}
            label={t('matrix.label')}
            environments={environments}
            columns={{
              type: isColumnShown(columns, 'type'),
              image: isColumnShown(columns, 'image'),
              deployed: isColumnShown(columns, 'deployed'),
            }}
            rows={rows}
            sort={{
              column: sort === null ? '' : sort.column,
              descending: sort?.descending ?? false,
              by: (column) => {
                narrow({ sort: nextSort(sort, column) });
              },
            }}
            lead={({ key }) => {
              const starred = isStarred(settings, connection, key);
              return (
                <>
                  <input
                    type="checkbox"
                    data-select=""
                    aria-label={t('selection.select', { key })}
                    tabIndex={-1}
                    checked={selected.has(key)}
                    onChange={() => {
                      select((before) => toggled(before, key));
                    }}
                  />
                  <IconButton
                    label={t(starred ? 'applications.unstarKey' : 'applications.starKey', { key })}
                    aria-pressed={starred}
                    tabIndex={-1}
                    onClick={() => {
                      toggleStar(connection, key);
                    }}
                  >
                    <Star {...smallIcon} size={14} fill={starred ? 'currentColor' : 'none'} />
                  </IconButton>
                </>
              );
            }}
            onMenu={(row, environment, event) => {
              fleetMenu(connection, row, environment, event);
            }}
          />
        )}
      </PageBody>
      {(batch !== null || rollout !== null) && (
        <Suspense fallback={null}>
          <BatchPanel
            key={batch ?? rollout?.id}
            connection={connection}
            keys={keys}
            kind={batch ?? 'restart'}
            environments={fleet.environments}
            rollout={rollout}
            close={() => {
              setBatch(null);
              if (rollout) closeRollout(rollout);
            }}
          />
        </Suspense>
      )}
    </>
  );
}

const NONE: ReadonlySet<string> = new Set();

/** What is known and what the server found beside it, each once. */
function withFound(known: FleetRow[], found: FleetRow[]): FleetRow[] {
  if (found.length === 0) return known;
  const keys = new Set(known.map((row) => row.key));
  return [...known, ...found.filter((row) => !keys.has(row.key))];
}

/** The address of the list, which stays what it was while another page is on its way. */
function useListAddress(connection: string): string {
  const now = useAddress();
  const [kept, keep] = useState(now);
  const ours = now.split('?')[0] === paths.applications(connection);
  if (ours && now !== kept) keep(now);
  return ours ? now : kept;
}

function rowsIn(rows: FleetRow[], environment: string | null): FleetRow[] {
  if (environment === null) return rows;
  return rows.filter(({ cells }) => cells.some((cell) => cell.environment === environment && cell.place));
}

function toggled(before: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(before);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** Up, down, and back to the unwell first. */
function nextSort(before: List['sort'], column: string | null): List['sort'] {
  if (before?.column !== column) return { column, descending: false };
  return before.descending ? null : { column, descending: true };
}
