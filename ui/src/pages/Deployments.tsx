import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { newestFirst } from '../app/deployments';
import { DeploymentTable } from '../components/DeploymentTable';
import { Empty } from '../components/Empty';
import { Header } from '../components/Header';
import { OfflineBar } from '../components/OfflineBar';
import { PageBody } from '../components/PageBody';
import { Waiting } from '../components/Waiting';
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
        <Waiting held={recent} what={t('deployments.title')} rows={12} />
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
