import { Plus, Star, X } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { columnOf, columnsOf, isColumnShown } from '../app/columns';
import { FILTERS } from '../app/filter';
import { refreshWhatIsOnScreen } from '../app/events';
import { fleetMenu } from '../app/fleetMenu';
import { isSortedHere, listFrom, WHOLE, type List } from '../app/list';
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
import { LoadMore } from '../components/LoadMore';
import { Matrix } from '../components/Matrix';
import { OfflineBar } from '../components/OfflineBar';
import { NoApplications } from '../components/NoApplications';
import { PageBody } from '../components/PageBody';
import { SearchInput } from '../components/SearchInput';
import { SearchState } from '../components/SearchState';
import { Selection } from '../components/Selection';
import { Segmented } from '../components/Segmented';
import { Toolbar } from '../components/Toolbar';
import { Waiting } from '../components/Waiting';
import { useConnectionId } from '../hooks/useParams';
import { useRights } from '../hooks/useRights';
import { useFleet } from '../hooks/useFleet';
import { useListed, type Listed } from '../hooks/useListed';
import { useFront } from '../hooks/useResource';
import { number } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { BatchAct, Fleet } from '../ipc';
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
  const { total } = fleet.counts;
  const listed = useListed(connection, fleet, list);
  const { rows, found } = listed;
  const [selected, select] = useState<ReadonlySet<string>>(NONE);
  const keys = useMemo(() => selectedIn(fleet, selected), [fleet, selected]);
  const [batch, setBatch] = useState<BatchAct['kind'] | null>(null);
  const rollout = useRollout(({ connection: id, of }) => id === connection && of.kind === 'batch');
  const can = useRights(connection);
  const columns = columnsOf(settings, connection);
  const environments = listed.environments.filter(({ key }) => isColumnShown(columns, columnOf(key)));
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
        {held.value && keys.length === 0 && countOf(listed, total, t)}
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
            <ListLook connection={connection} list={list} environments={listed.environments} />
          </span>
        )}
      </Toolbar>
      <PageBody>
        <SearchState
          connection={connection}
          fleet={fleet}
          // Going on with the list is said where it ends.
          search={found && !listed.isNarrowed ? { ...found, searching: false } : found}
          said={knownOfLoaded(list, listed, total, t)}
        />
        <Waiting held={held} what={t('applications.title')} rows={18} />
        {held.value && total === 0 && <NoApplications connection={connection} />}
        {total > 0 && rows.length === 0 && found?.searching !== true && (
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
        {found?.more && (
          <LoadMore
            loading={found.searching}
            // What is filtered or sorted here may bring a page of which nothing is seen.
            byItself={filter === 'all' && !isSortedHere(list) && found.error === null}
            load={found.loadMore}
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
            environments={listed.environments}
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

/** What is selected, in the order of the fleet; what is beyond that stays selected while others are looked for. */
function selectedIn({ rows, nextPage }: Fleet, selected: ReadonlySet<string>): string[] {
  const known = rows.map(({ key }) => key).filter((key) => selected.has(key));
  if (nextPage === null) return known;
  const others = new Set(selected);
  for (const key of known) others.delete(key);
  return [...known, ...others];
}

/** How many are shown, and of how many: of all, or of what the server found where more of that is to come. */
function countOf({ rows, found, isNarrowed }: Listed, total: number, t: Translate): string {
  const shown = number(rows.length);
  return isNarrowed && found?.more && found.total !== null
    ? t('applications.shownFound', { shown, total: number(found.total) })
    : t('applications.shown', { shown, total: number(total) });
}

/** What a filter or an order does not know of what is not loaded. */
function knownOfLoaded(
  list: List,
  { loaded, isNarrowed }: Listed,
  total: number,
  t: Translate,
): string | undefined {
  const words = { loaded: number(loaded), total: number(total) };
  if (list.filter === 'behind' || list.filter === 'stopped') return t('applications.filteredHere', words);
  if (list.filter === 'unwell') return t('applications.unwellHere', words);
  if (isSortedHere(list)) return t('applications.sortedHere', words);
  const unseen = total - loaded;
  if (isNarrowed || unseen <= 0) return undefined;
  return t('applications.unseen', { count: unseen, formatted: number(unseen) });
}

/** The address of the list, which stays what it was while another page is on its way. */
function useListAddress(connection: string): string {
  const now = useAddress();
  const [kept, keep] = useState(now);
  const ours = now.split('?')[0] === paths.applications(connection);
  if (ours && now !== kept) keep(now);
  return ours ? now : kept;
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
