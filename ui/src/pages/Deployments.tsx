import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { newestFirst } from '../app/deployments';
import { historyFrom } from '../app/history';
import { goInstead, useAddress } from '../app/navigation';
import { paths } from '../app/paths';
import { isRunning } from '../app/state';
import { DeploymentHistory } from '../components/DeploymentHistory';
import { Empty } from '../components/Empty';
import { Header } from '../components/Header';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody, Sentence } from '../components/PageBody';
import { Waiting } from '../components/Waiting';
import { useHistory } from '../hooks/useHistory';
import { useNow } from '../hooks/useNow';
import { useConnectionId } from '../hooks/useParams';
import { useFront } from '../hooks/useResource';
import type { Translate } from '../i18n/i18n';
import type { Deployment } from '../ipc';

/** The recent activity of everything. */
export function Deployments() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const now = useNow();
  const address = useAddress();
  const history = useMemo(() => historyFrom(address), [address]);
  const { held: recent, deployments, older } = useHistory(connection, null, history.environment);
  const all = useMemo(() => newestFirst(recent.value?.data ?? []), [recent.value]);
  useFront(recent.reading);
  return (
    <>
      <Header title={t('deployments.title')} />
      <OfflineBar reading={recent.reading} />
      <PageBody>
        <Waiting held={recent} what={t('deployments.title')} rows={12} />
        {recent.value && all.length === 0 && (
          <Empty title={t('deployments.none')} text={t('deployments.noneText')} />
        )}
        {all.length > 0 && <Sentence>{sentence(all, now, t)}</Sentence>}
        {all.length > 0 && (
          <DeploymentHistory
            connection={connection}
            deployments={deployments}
            older={older}
            everything
            history={history}
            narrow={(change) => {
              goInstead(paths.deployments(connection, { ...history, ...change }));
            }}
          />
        )}
      </PageBody>
    </>
  );
}

/** What is on its way, and what did not come through since midnight. */
function sentence(deployments: Deployment[], now: number, t: Translate): string {
  const today = new Date(now).setHours(0, 0, 0, 0);
  const running = deployments.filter(({ status }) => isRunning(status)).length;
  const failed = deployments.filter(
    ({ status, createdAt }) => status === 'failed' && Date.parse(createdAt ?? '') >= today,
  ).length;
  const parts = [
    running > 0 && t('deployments.runningCount', { count: running }),
    failed > 0 && t('deployments.failedToday', { count: failed }),
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(', ') : t('deployments.calm');
}
