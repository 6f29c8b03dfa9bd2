import { EqualNot } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isSecret } from '../app/configuration';
import { paths } from '../app/paths';
import { useFront, useMade } from '../hooks/useResource';
import type { Translate } from '../i18n/i18n';
import { sideBySide, type SideBySideRow, type SideBySideCell, type ConnectionId } from '../ipc';
import { Choice } from './Choice';
import styles from './ConfigurationComparison.module.css';
import { Empty } from './Empty';
import { EnvironmentName } from './EnvironmentName';
import { smallIcon } from './icon';
import { Link } from './Link';
import { errorWords } from './Problem';
import { Shape } from './Shape';
import table from './Table.module.css';
import { Waiting } from './Waiting';

type Props = {
  connection: ConnectionId;
  application: string;
  environments: string[];
  search: string;
};

/** Every name in every environment, with what differs. Of secrets it is only said whether they are set. */
export function ConfigurationComparison({ connection, application, environments, search }: Props) {
  const { t } = useTranslation();
  const held = useMade(connection, sideBySide(connection, application, environments));
  const [only, setOnly] = useState(false);
  useFront(held.reading, 'inner');
  const compared = held.value;
  const wanted = search.trim().toLowerCase();
  const rows = (compared?.rows ?? []).filter(
    (row) =>
      (!only || row.likeness === 'differs') && (wanted === '' || row.name.toLowerCase().includes(wanted)),
  );
  const differing = (compared?.rows ?? []).filter((row) => row.likeness === 'differs').length;
  if (!compared) return <Waiting held={held} what={t('configuration.title')} rows={8} />;
  if (compared.rows.length === 0)
    return <Empty title={t('configuration.none')} text={t('configuration.noneText')} />;
  return (
    <>
      <div className={styles.head}>
        <p role="status">{t('configuration.differing', { count: differing, total: compared.rows.length })}</p>
        <Choice label={t('configuration.onlyDiffering')} checked={only} change={setOnly} />
      </div>
      <table
        className={`${table.table ?? ''} ${styles.table ?? ''}`}
        aria-label={t('configuration.compareLabel')}
      >
        <thead>
          <tr>
            <th scope="col">{t('configuration.name')}</th>
            {compared.environments.map(({ stage, failure }) => (
              <th key={stage.key} scope="col" data-production={stage.production}>
                <Link to={paths.application(connection, application, stage.key, 'configuration')}>
                  <EnvironmentName environment={stage.key} />
                </Link>
                {failure && <span className={styles.failure}>{errorWords(failure).title}</span>}
              </th>
            ))}
            <th scope="col">{t('configuration.likenessTitle')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} data-row={row.name} data-likeness={row.likeness}>
              <th scope="row" className={styles.name}>
                {row.name}
              </th>
              {row.cells.map((cell, at) => {
                const environment = compared.environments[at];
                return (
                  <td key={environment?.stage.key} data-differs={cell.differs}>
                    {environment?.failure ? (
                      <span className={table.dim}>{t('configuration.notKnown')}</span>
                    ) : (
                      <Cell cell={cell} />
                    )}
                    {cell.differs && (
                      <span className={styles.differs} title={t('configuration.differsFromBefore')}>
                        <EqualNot {...smallIcon} size={12} />
                        <span className="visually-hidden"> {t('configuration.differsFromBefore')}</span>
                      </span>
                    )}
                  </td>
                );
              })}
              <td className={styles.likeness}>
                <span className={table.state}>
                  {row.likeness === 'differs' && <Shape state="warning" />}
                  {likenessWord(row, t)}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Cell({ cell: { item } }: { cell: SideBySideCell }) {
  const { t } = useTranslation();
  if (!item) return <span className={table.dim}>{t('configuration.notThere')}</span>;
  const more = item.required ? t('configuration.required') : null;
  if (isSecret(item))
    return (
      <span className={table.dim}>
        {[t('configuration.location.keyvault'), t(settingOf(item.isSet)), more]
          .filter((each) => each !== null)
          .join(' · ')}
      </span>
    );
  const value = item.value ?? '';
  return (
    <>
      {value === '' ? (
        <span className={table.dim}>{t('configuration.setting.empty')}</span>
      ) : (
        <span className={styles.value}>{value}</span>
      )}
      {more !== null && <span className={styles.more}>{more}</span>}
    </>
  );
}

function settingOf(isSet: boolean | null): 'configuration.setting.set' | 'configuration.setting.notSet' {
  return isSet === true ? 'configuration.setting.set' : 'configuration.setting.notSet';
}

function likenessWord({ likeness }: SideBySideRow, t: Translate): string {
  return t(`configuration.likeness.${likeness}`);
}
