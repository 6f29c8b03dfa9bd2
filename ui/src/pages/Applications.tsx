import { Star } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { filterRows, FILTERS, sortRows, type Filter } from '../app/filter';
import { fleetMenu } from '../app/fleetMenu';
import { isStarred, toggleStar, useShell } from '../app/shell';
import { Button, IconButton } from '../components/Button';
import { smallIcon } from '../components/icon';
import { Empty } from '../components/Empty';
import { Header } from '../components/Header';
import { Loading } from '../components/Loading';
import { Matrix } from '../components/Matrix';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { SearchInput } from '../components/SearchInput';
import { Segmented } from '../components/Segmented';
import { Toolbar } from '../components/Toolbar';
import { useConnectionId } from '../hooks/useParams';
import { useFleet } from '../hooks/useFleet';
import { useFront } from '../hooks/useResource';
import { number } from '../i18n/format';

/** The whole fleet, to search, filter and sort. */
export function Applications() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const { fleet, held } = useFleet(connection);
  useFront(held.reading);
  const settings = useShell((value) => value.settings);
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [sort, setSort] = useState<{ column: string | null; descending: boolean } | null>(null);
  const wanted = useDeferredValue(search);
  const rows = useMemo(
    () => sortRows(filterRows(fleet.rows, wanted, filter), sort),
    [fleet.rows, wanted, filter, sort],
  );
  const total = fleet.rows.length;

  return (
    <>
      <Header title={t('applications.title')} />
      <OfflineBar reading={held.reading} />
      <Toolbar>
        <SearchInput label={t('applications.search')} value={search} change={setSearch} />
        <Segmented
          label={t('applications.status')}
          value={filter}
          options={FILTERS.map((value) => ({ value, label: t(`applications.${value}`) }))}
          change={setFilter}
        />
        {held.value && t('applications.shown', { shown: number(rows.length), total: number(total) })}
      </Toolbar>
      <PageBody>
        {held.pending && <Loading what={t('applications.title')} rows={18} />}
        {held.error && <Problem error={held.error} />}
        {held.value && total === 0 && (
          <Empty
            title={t('applications.none')}
            text={t('applications.noneText')}
            example={t('applications.noneExample')}
          />
        )}
        {total > 0 && rows.length === 0 && (
          <Empty title={t('applications.noMatch')} text={t('applications.noMatchText')}>
            <Button
              onClick={() => {
                setSearch('');
                setFilter('all');
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
            environments={fleet.environments}
            rows={rows}
            sort={{
              column: sort === null ? '' : sort.column,
              descending: sort?.descending ?? false,
              by: (column) => {
                setSort((before) => nextSort(before, column));
              },
            }}
            lead={({ key }) => {
              const starred = isStarred(settings, connection, key);
              return (
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
              );
            }}
            onMenu={(row, environment, event) => {
              fleetMenu(connection, row, environment, event);
            }}
          />
        )}
      </PageBody>
    </>
  );
}

type Sort = { column: string | null; descending: boolean } | null;

/** Up, down, and back to the unwell first. */
function nextSort(before: Sort, column: string | null): Sort {
  if (before?.column !== column) return { column, descending: false };
  return before.descending ? null : { column, descending: true };
}
