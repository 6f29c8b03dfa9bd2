import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { newestFirst } from '../app/deployments';
import { DeploymentTable } from '../components/DeploymentTable';
import { Empty } from '../components/Empty';
import { Loading } from '../components/Loading';
import { PageBody } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { usePlace } from '../hooks/useParams';
import { useFront, useResource } from '../hooks/useResource';

/** What was deployed of one application, in the environment of the address. */
export function ApplicationDeployments() {
  const { t } = useTranslation();
  const { connection, key, environment } = usePlace();
  const history = useResource(connection, { kind: 'deployments', application: key });
  useFront(history.reading, 'inner');
  const deployments = useMemo(
    () => newestFirst(history.value?.data ?? []).filter((each) => each.environment === environment),
    [history.value, environment],
  );
  return (
    <PageBody>
      {history.pending && <Loading what={t('deployments.title')} rows={8} />}
      {history.error && <Problem error={history.error} />}
      {history.value && deployments.length === 0 && (
        <Empty title={t('deployments.none')} text={t('deployments.noneFor')} />
      )}
      {deployments.length > 0 && <DeploymentTable connection={connection} deployments={deployments} />}
    </PageBody>
  );
}
