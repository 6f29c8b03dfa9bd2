import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../components/Empty';
import { Loading } from '../components/Loading';
import { LogView } from '../components/LogView';
import { PageBody } from '../components/PageBody';
import { Problem, errorWords } from '../components/Problem';
import { Toolbar } from '../components/Toolbar';
import { usePlace } from '../hooks/useParams';
import { useLogTail } from '../hooks/useLogTail';
import { number } from '../i18n/format';

/** The log of an application in an environment, live. */
export function ApplicationLogs() {
  const { t } = useTranslation();
  const { connection, key, environment } = usePlace();
  const { lines, state, failure } = useLogTail(connection, key, environment);
  const [following, follow] = useState(true);
  const count = Math.max(0, lines.total - lines.first);

  if (state === null && failure)
    return (
      <PageBody>
        <Problem error={failure} />
      </PageBody>
    );
  if (state === null)
    return (
      <PageBody>
        <Loading what={t('application.logs')} rows={12} />
      </PageBody>
    );
  return (
    <>
      <Toolbar>
        <span>{t('logs.lines', { count, formatted: number(count) })}</span>
        <span role="status">{following || state !== 'live' ? t(`logs.${state}`) : t('logs.paused')}</span>
        {failure && <span>{errorWords(failure).title}</span>}
      </Toolbar>
      {count === 0 ? (
        <PageBody>
          <Empty title={t('logs.none')} text={t('logs.noneText')} />
        </PageBody>
      ) : (
        <LogView lines={lines} following={following} follow={follow} />
      )}
    </>
  );
}
