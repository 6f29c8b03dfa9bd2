import { useTranslation } from 'react-i18next';
import { useShell } from '../app/shell';
import type { Found } from '../hooks/useFound';
import { useNow } from '../hooks/useNow';
import { number } from '../i18n/format';
import type { ConnectionId, Fleet } from '../ipc';
import { Problem } from './Problem';
import { Remark } from './Remark';

type Props = {
  connection: ConnectionId;
  fleet: Fleet;
  /** The search of the instance; null where everything is listed. */
  search: Found | null;
  /** What is said while no answer is on its way; else what was found, or how many more there are. */
  said?: string | undefined;
};

/** How the search of an instance is doing that has more applications than are listed; what it waits for too. */
export function SearchState({ connection, fleet, search, said }: Props) {
  const { t } = useTranslation();
  const until = useShell((value) => value.waits[connection] ?? 0);
  const now = useNow(1);
  if (search === null) return null;
  if (search.error) return <Problem error={search.error} />;
  const seconds = Math.ceil((until - now) / 1000);
  const { unseen } = fleet.counts;
  const stands =
    search.total === null
      ? t('applications.unseen', { count: unseen, formatted: number(unseen) })
      : t('applications.found', { count: search.total, formatted: number(search.total) });
  const waits = seconds > 0 ? t('applications.searchingIn', { seconds }) : t('applications.searching');
  return (
    <div role="status">
      <Remark>{search.searching ? waits : (said ?? stands)}</Remark>
    </div>
  );
}
