import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { listRows, narrowed, operationName } from '../../app/explorer';
import { useRowWindow } from '../../hooks/useRowWindow';
import { number } from '../../i18n/format';
import type { ApiOperationRow, ApiOperations } from '../../ipc';
import styles from './Explorer.module.css';
import { PathText } from './PathText';

type Props = {
  operations: ApiOperations;
  search: string;
  chosen: string | null;
  open: (operation: ApiOperationRow) => void;
};

/** The operations by their tags; of very many only those in view exist. */
export function OperationList({ operations, search, chosen, open }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const found = useMemo(() => narrowed(operations.operations, search), [operations, search]);
  const rows = useMemo(() => listRows(found), [found]);
  const { from, to, before, after } = useRowWindow(list, rows.length);
  return (
    <>
      <p role="status" className={styles.count}>
        {t('explorer.found', { count: found.length, formatted: number(found.length) })}
        {operations.leftOut > 0 && ` · ${t('explorer.leftOut', { count: operations.leftOut })}`}
      </p>
      <div className={styles.scroller} data-scroll="" data-list="">
        <ul ref={list} aria-label={t('explorer.operations')}>
          {before > 0 && <li aria-hidden="true" style={{ height: before }} />}
          {rows.slice(from, to).map((row) =>
            'heading' in row ? (
              <li key={`# ${row.heading ?? ''}`} className={styles.heading}>
                {row.heading ?? t('explorer.untagged')}
              </li>
            ) : (
              <li key={operationName(row.operation)} data-row={operationName(row.operation)}>
                <button
                  type="button"
                  className={styles.operation}
                  data-item=""
                  aria-current={operationName(row.operation) === chosen ? 'true' : undefined}
                  aria-label={operationName(row.operation)}
                  title={[row.operation.path, row.operation.summary].filter(Boolean).join('\n')}
                  onClick={() => {
                    open(row.operation);
                  }}
                >
                  <span className={styles.method} data-writes={row.operation.writes}>
                    {row.operation.method}
                  </span>
                  <PathText path={row.operation.path} deprecated={row.operation.deprecated} />
                </button>
              </li>
            ),
          )}
          {after > 0 && <li aria-hidden="true" style={{ height: after }} />}
        </ul>
      </div>
    </>
  );
}
