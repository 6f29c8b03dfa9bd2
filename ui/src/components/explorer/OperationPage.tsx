import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { freshly, keptForm, operationName, typedOf } from '../../app/explorer';
import { useConnection } from '../../app/shell';
import { asCommandError, commands, type ApiCall, type ConnectionId } from '../../ipc';
import { Loading } from '../Loading';
import { Problem } from '../Problem';
import styles from './Explorer.module.css';
import { OperationForm } from './OperationForm';

type Props = {
  connection: ConnectionId;
  method: string;
  path: string;
  /** What was sent before and fills the form again. */
  filling: ApiCall | null;
};

/** One operation: what it is, its form, and what came of it. */
export function OperationPage({ connection, method, path, filling }: Props) {
  const { t } = useTranslation();
  const view = useConnection(connection);
  const { data, error } = useQuery({
    queryKey: [connection, 'api', method, path],
    queryFn: () => commands.apiOperation(connection, method, path),
  });
  const name = operationName({ method, path });
  return (
    <section className={styles.page} aria-label={name} data-scroll="">
      <h2 className={styles.title}>
        <span className={styles.method}>{method}</span> {path}
      </h2>
      {error && <Problem error={asCommandError(error)} />}
      {!data && !error && <Loading what={name} rows={6} />}
      {data && (
        <>
          {data.row.deprecated && <p className={styles.about}>{t('explorer.deprecated')}</p>}
          {data.row.summary !== null && <p>{data.row.summary}</p>}
          {data.description !== null && data.description !== data.row.summary && (
            <p className={styles.about}>{data.description}</p>
          )}
          <OperationForm
            connection={connection}
            operation={data}
            begin={filling ? typedOf(data, filling) : (keptForm(view, name) ?? freshly(data))}
          />
        </>
      )}
    </section>
  );
}
