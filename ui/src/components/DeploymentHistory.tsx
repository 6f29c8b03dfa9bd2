import { X } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useInOrder } from '../app/environments';
import { ALL_OF_IT, narrowed, RESULTS, type History } from '../app/history';
import { go } from '../app/navigation';
import { paths } from '../app/paths';
import { number } from '../i18n/format';
import type { Older } from '../hooks/useHistory';
import type { ConnectionId, Deployment } from '../ipc';
import { Button } from './Button';
import { DeploymentTable } from './DeploymentTable';
import { Empty } from './Empty';
import { EnvironmentName } from './EnvironmentName';
import { ErrorBar } from './ErrorBar';
import styles from './DeploymentHistory.module.css';
import { smallIcon } from './icon';
import { SearchInput } from './SearchInput';
import { Segmented } from './Segmented';

type Props = {
  connection: ConnectionId;
  /** The newest first. */
  deployments: Deployment[];
  /** What is not here yet. */
  older: Older;
  everything: boolean;
  history: History;
  narrow: (change: Partial<History>) => void;
};

/** A history to search and to narrow, of which any two can be compared. */
export function DeploymentHistory({ connection, deployments, older, everything, history, narrow }: Props) {
  const { t } = useTranslation();
  const [selected, select] = useState<readonly string[]>([]);
  const search = useDeferredValue(history.search);
  const shown = useMemo(() => narrowed(deployments, { ...history, search }), [deployments, history, search]);
  const environments = useInOrder(deployments.map(({ environment }) => environment));
  const both = selected.flatMap((id) => deployments.find((each) => each.id === id) ?? []);
  const [one, other] = both;
  const reason =
    one && other && one.applicationKey === other.applicationKey ? undefined : t('compare.chooseTwo');
  return (
    <>
      <div className={styles.bar}>
        <SearchInput
          label={t('deployments.search')}
          value={history.search}
          change={(text) => {
            narrow({ search: text });
          }}
        />
        <Segmented
          label={t('deployments.result')}
          value={history.result}
          options={RESULTS.map((value) => ({ value, label: t(`deployments.results.${value}`) }))}
          change={(result) => {
            narrow({ result });
          }}
        />
        {everything && environments.length > 1 && history.environment === null && (
          <span className={styles.places}>
            {environments.map((environment) => (
              <Button
                key={environment}
                kind="quiet"
                onClick={() => {
                  narrow({ environment });
                }}
              >
                <EnvironmentName environment={environment} />
              </Button>
            ))}
          </span>
        )}
        {everything && history.environment !== null && (
          <Button
            aria-label={t('applications.anywhere')}
            onClick={() => {
              narrow({ environment: null });
            }}
          >
            {t('applications.in')} <EnvironmentName environment={history.environment} />
            <X {...smallIcon} />
          </Button>
        )}
        <span className={styles.shown}>
          {t('applications.shown', { shown: number(shown.length), total: number(older.total) })}
        </span>
        {selected.length > 0 && (
          <Button
            kind="primary"
            reason={reason}
            onClick={() => {
              if (one && other) go(paths.compare(connection, one.id, other.id));
            }}
          >
            {t('compare.action')}
          </Button>
        )}
      </div>
      {shown.length === 0 ? (
        <Empty
          title={t('deployments.noMatch')}
          text={older.more ? t('deployments.noMatchHere') : t('deployments.noMatchText')}
        >
          <Button
            onClick={() => {
              narrow(ALL_OF_IT);
            }}
          >
            {t('applications.reset')}
          </Button>
        </Empty>
      ) : (
        <DeploymentTable
          connection={connection}
          deployments={shown}
          everything={everything}
          selection={{
            selected,
            toggle: (id) => {
              // The last two that were chosen are the ones that are meant.
              select((before) =>
                before.includes(id) ? before.filter((each) => each !== id) : [...before, id].slice(-2),
              );
            },
          }}
        />
      )}
      {older.error && <ErrorBar error={older.error} again={older.load} />}
      {older.more && (
        <div className={styles.older}>
          <Button aria-disabled={older.loading} onClick={older.loading ? undefined : older.load}>
            {older.loading ? t('deployments.loadingOlder') : t('deployments.older')}
          </Button>
        </div>
      )}
    </>
  );
}
