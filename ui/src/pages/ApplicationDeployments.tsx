import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { newestFirst } from '../app/deployments';
import { ALL_OF_IT } from '../app/history';
import { DeploymentHistory } from '../components/DeploymentHistory';
import { Empty } from '../components/Empty';
import { PageBody } from '../components/PageBody';
import { Waiting } from '../components/Waiting';
import { usePlace } from '../hooks/useParams';
import { useFront, useResource } from '../hooks/useResource';

/** What was deployed of one application, in the environment of the address. */
export function ApplicationDeployments() {
  const { t } = useTranslation();
  const { connection, key, environment } = usePlace();
  const history = useResource(connection, { kind: 'deployments', application: key });
  useFront(history.reading, 'inner');
  const [narrowing, narrow] = useState(ALL_OF_IT);
  const deployments = useMemo(
    () => newestFirst(history.value?.data ?? []).filter((each) => each.environment === environment),
    [history.value, environment],
  );
  return (
    <PageBody>
      <Waiting held={history} what={t('deployments.title')} rows={8} />
      {history.value && deployments.length === 0 && (
        <Empty title={t('deployments.none')} text={t('deployments.noneFor')} />
      )}
      {deployments.length > 0 && (
        <DeploymentHistory
          connection={connection}
          deployments={deployments}
          everything={false}
          history={narrowing}
          narrow={(change) => {
            narrow((before) => ({ ...before, ...change }));
          }}
        />
      )}
    </PageBody>
  );
}
