import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { newestFirst } from '../app/deployments';
import { DeploymentTable } from '../components/DeploymentTable';
import { Empty } from '../components/Empty';
import { Header } from '../components/Header';
import { Loading } from '../components/Loading';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { useConnectionId } from '../hooks/useParams';
import { useFront, useResource } from '../hooks/useResource';

/** The recent activity of everything. */
export function Deployments() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const recent = useResource(connection, { kind: 'deployments', application: null });
  useFront(recent.reading);
  const deployments = useMemo(() => newestFirst(recent.value?.data ?? []), [recent.value]);
  return (
    <>
      <Header title={t('deployments.title')} />
      <OfflineBar reading={recent.reading} />
      <PageBody>
        {recent.pending && <Loading what={t('deployments.title')} rows={12} />}
        {recent.error && <Problem error={recent.error} />}
        {recent.value && deployments.length === 0 && (
          <Empty title={t('deployments.none')} text={t('deployments.noneText')} />
        )}
        {deployments.length > 0 && (
          <DeploymentTable connection={connection} deployments={deployments} everything />
        )}
      </PageBody>
    </>
  );
}
