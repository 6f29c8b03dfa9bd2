import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ALL_OF_IT } from '../app/history';
import { DeploymentHistory } from '../components/DeploymentHistory';
import { Empty } from '../components/Empty';
import { PageBody } from '../components/PageBody';
import { Waiting } from '../components/Waiting';
import { useHistory } from '../hooks/useHistory';
import { usePlace } from '../hooks/useParams';
import { useFront } from '../hooks/useResource';

/** What was deployed of one application, in the environment of the address. */
export function ApplicationDeployments() {
  const { t } = useTranslation();
  const { connection, key, environment } = usePlace();
  const { held, deployments, older } = useHistory(connection, key, environment);
  useFront(held.reading, 'inner');
  const [narrowing, narrow] = useState(ALL_OF_IT);
  return (
    <PageBody>
      <Waiting held={held} what={t('deployments.title')} rows={8} />
      {held.value && deployments.length === 0 && !older.more && (
        <Empty title={t('deployments.none')} text={t('deployments.noneFor')} />
      )}
      {(deployments.length > 0 || older.more) && (
        <DeploymentHistory
          connection={connection}
          deployments={deployments}
          older={older}
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
