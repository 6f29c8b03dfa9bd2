import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { paths } from '../app/paths';
import { useSearched } from '../hooks/useSearched';
import { number } from '../i18n/format';
import type { ConnectionId } from '../ipc';
import styles from './ApplicationChooser.module.css';
import { Link } from './Link';
import { SearchInput } from './SearchInput';
import { SearchState } from './SearchState';
import { Waiting } from './Waiting';

/** As many are shown; more are found by typing. */
const SHOWN = 12;

/** Leads to who may do what with one application. Nothing is asked about any before it is chosen. */
export function ApplicationChooser({ connection }: { connection: ConnectionId }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const { fleet, held, ...searched } = useSearched(connection, search);
  const wanted = search.trim().toLowerCase();
  const sorted = useMemo(() => [...fleet.rows].sort((a, b) => (a.key < b.key ? -1 : 1)), [fleet.rows]);
  const found = [
    ...sorted.filter(({ key, displayName }) => `${key} ${displayName}`.toLowerCase().includes(wanted)),
    ...searched.found,
  ];
  // What is not listed is found by typing too.
  const more = Math.max(0, found.length - SHOWN) + (wanted === '' ? fleet.counts.unseen : 0);
  return (
    <>
      <SearchInput label={t('applications.search')} value={search} change={setSearch} />
      <Waiting held={held} what={t('applications.title')} rows={4} />
      <ul className={styles.list}>
        {found.slice(0, SHOWN).map(({ key, displayName, target }) => (
          <li key={key} className={styles.row} data-row={key}>
            <Link
              to={paths.application(connection, key, target, 'access')}
              data-item=""
              className={styles.name}
            >
              <span className={styles.key}>{key}</span>
              {displayName !== key && <bdi className={styles.dim}>{displayName}</bdi>}
            </Link>
          </li>
        ))}
      </ul>
      {wanted !== '' && <SearchState connection={connection} fleet={fleet} search={searched.search} />}
      {held.value && found.length === 0 && searched.search?.searching !== true && (
        <p className={styles.dim}>{t('access.noneFound')}</p>
      )}
      {more > 0 && (
        <p className={styles.dim}>{t('access.moreFound', { count: more, formatted: number(more) })}</p>
      )}
    </>
  );
}
