import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { operationFrom, operationName } from '../app/explorer';
import { go, goInstead } from '../app/navigation';
import { paths } from '../app/paths';
import { queries } from '../app/queries';
import { Button } from '../components/Button';
import { Empty } from '../components/Empty';
import { Header } from '../components/Header';
import { Loading } from '../components/Loading';
import { Problem } from '../components/Problem';
import { SearchInput } from '../components/SearchInput';
import { Segmented } from '../components/Segmented';
import { OperationList } from '../components/explorer/OperationList';
import { OperationPage } from '../components/explorer/OperationPage';
import { SentList } from '../components/explorer/SentList';
import { useConnectionId } from '../hooks/useParams';
import { asCommandError, commands, type ApiSent } from '../ipc';
import styles from './Explorer.module.css';

type Side = 'operations' | 'sent';

/** The instance's own API: what it offers, a form for each call, and what was sent. */
export function Explorer() {
  const { t } = useTranslation();
  const connection = useConnectionId();
  const { operation: word, search = '' } = useSearch({ strict: false });
  const [side, setSide] = useState<Side>('operations');
  // A call of before that fills the form again, each time anew.
  const [filling, setFilling] = useState<{ sent: ApiSent; number: number } | null>(null);
  const key = [connection, 'api'];
  const { data, error, isFetching } = useQuery({
    queryKey: key,
    queryFn: () => {
      const { dataUpdateCount = 0, errorUpdateCount = 0 } = queries.getQueryState(key) ?? {};
      return commands.apiOperations(connection, dataUpdateCount + errorUpdateCount > 0);
    },
  });
  const chosen = operationFrom(word);
  const open = (operation: { method: string; path: string }) => {
    setFilling(null);
    go(paths.api(connection, { operation: operationName(operation), search }));
  };
  const fill = (sent: ApiSent) => {
    setFilling((before) => ({ sent, number: (before?.number ?? 0) + 1 }));
    go(paths.api(connection, { operation: operationOf(sent), search }));
  };
  const filled = filling && operationOf(filling.sent) === word ? filling.sent : null;
  return (
    <>
      <Header
        title={t('explorer.title')}
        actions={
          <Button disabled={isFetching} onClick={() => void queries.invalidateQueries({ queryKey: key })}>
            {t('explorer.readAnew')}
          </Button>
        }
      />
      <div className={styles.columns}>
        <section className={styles.side} aria-label={t('explorer.operations')}>
          <div className={styles.tools}>
            <div>
              <Segmented
                label={t('explorer.side')}
                value={side}
                options={[
                  { value: 'operations', label: t('explorer.operations') },
                  { value: 'sent', label: t('explorer.sent') },
                ]}
                change={setSide}
              />
            </div>
            {side === 'operations' && (
              <SearchInput
                label={t('explorer.search')}
                value={search}
                change={(typed) => {
                  goInstead(
                    paths.api(connection, {
                      ...(word === undefined ? {} : { operation: word }),
                      search: typed,
                    }),
                  );
                }}
              />
            )}
          </div>
          {side === 'sent' ? (
            <SentList connection={connection} open={filled} fill={fill} />
          ) : (
            <>
              {error && <Problem error={asCommandError(error)} />}
              {!data && !error && <Loading what={t('explorer.operations')} rows={12} />}
              {data && <OperationList operations={data} search={search} chosen={word ?? null} open={open} />}
            </>
          )}
        </section>
        {chosen ? (
          <OperationPage
            key={`${connection} ${word ?? ''} ${String(filling?.number ?? 0)}`}
            connection={connection}
            method={chosen.method}
            path={chosen.path}
            filling={filled?.call ?? null}
          />
        ) : (
          <div className={styles.none}>
            <Empty title={t('explorer.none')} text={t('explorer.noneText')} />
          </div>
        )}
      </div>
    </>
  );
}

/** The operation that a call was of, as addresses have it. */
function operationOf({ call }: ApiSent): string {
  return operationName({ ...call, path: call.template });
}
