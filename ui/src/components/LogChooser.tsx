import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isSameLog, logWord, MOST_LOGS } from '../app/logNames';
import { isStarred, useShell } from '../app/shell';
import { useSearched } from '../hooks/useSearched';
import { number } from '../i18n/format';
import type { ConnectionId, FleetRow, LogName, State } from '../ipc';
import { EnvironmentName } from './EnvironmentName';
import styles from './LogChooser.module.css';
import { Recorded } from './Recorded';
import { SearchInput } from './SearchInput';
import { SearchState } from './SearchState';
import { Shape } from './Shape';
import { PanelContent, PanelSection, SidePanel } from './SidePanel';
import { Waiting } from './Waiting';

/** As many are listed; more are found by typing. */
const SHOWN = 100;

type Props = {
  connection: ConnectionId;
  chosen: LogName[];
  choose: (logs: LogName[]) => void;
  close: () => void;
};

type Place = LogName & { state: State; starred: boolean };

/** Chooses whose logs are shown as one; the starred applications stand first. */
export function LogChooser({ connection, chosen, choose, close }: Props) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const { fleet, held, ...searched } = useSearched(connection, search);
  const settings = useShell((value) => value.settings);
  const wanted = search.trim().toLowerCase();
  const [places, beyond] = useMemo(() => {
    const placesOf = (rows: FleetRow[]) =>
      rows.flatMap(({ key, cells }) =>
        cells.flatMap(({ environment, place }): Place[] =>
          place
            ? [
                {
                  application: key,
                  environment,
                  state: place.state,
                  starred: isStarred(settings, connection, key),
                },
              ]
            : [],
        ),
      );
    return [placesOf(fleet.rows), placesOf(searched.found)];
  }, [fleet.rows, searched.found, settings, connection]);
  const found = [...places.filter((place) => logWord(place).toLowerCase().includes(wanted)), ...beyond];
  const isFull = chosen.length >= MOST_LOGS;
  const rows = (some: Place[]) =>
    some.slice(0, SHOWN).map((place) => {
      const { application, environment, state } = place;
      const isChosen = chosen.some((log) => isSameLog(log, place));
      return (
        <label key={logWord(place)} className={styles.row}>
          <input
            type="checkbox"
            checked={isChosen}
            disabled={isFull && !isChosen}
            onChange={({ target }) => {
              choose(
                target.checked
                  ? [...chosen, { application, environment }]
                  : chosen.filter((log) => !isSameLog(log, place)),
              );
            }}
          />
          <Shape state={state} labelled />
          <span className={styles.key}>{application}</span>
          {place.starred && (
            <span className={styles.recorded}>
              <Recorded connection={connection} log={place} />
            </span>
          )}
          <EnvironmentName environment={environment} />
        </label>
      );
    });
  const [starred, others] = [found.filter((each) => each.starred), found.filter((each) => !each.starred)];
  const more = Math.max(0, starred.length - SHOWN) + Math.max(0, others.length - SHOWN);
  return (
    <SidePanel title={t('manyLogs.choose')} close={close}>
      <PanelContent>
        <PanelSection>
          <SearchInput label={t('manyLogs.find')} value={search} change={setSearch} />
          <p className={styles.dim} role="status">
            {t(isFull ? 'manyLogs.full' : 'manyLogs.most', { most: MOST_LOGS })}
          </p>
          <Waiting held={held} what={t('applications.title')} rows={6} />
          {starred.length > 0 && (
            <div className={styles.list} role="group" aria-label={t('frame.starred')}>
              <h3 className={styles.heading}>{t('frame.starred')}</h3>
              {rows(starred)}
            </div>
          )}
          {others.length > 0 && (
            <div className={styles.list} role="group" aria-label={t('manyLogs.others')}>
              {starred.length > 0 && <h3 className={styles.heading}>{t('manyLogs.others')}</h3>}
              {rows(others)}
            </div>
          )}
          <SearchState connection={connection} fleet={fleet} search={searched.search} />
          {held.value && found.length === 0 && searched.search?.searching !== true && (
            <p className={styles.dim}>{t('access.noneFound')}</p>
          )}
          {more > 0 && (
            <p className={styles.dim}>{t('access.moreFound', { count: more, formatted: number(more) })}</p>
          )}
        </PanelSection>
      </PanelContent>
    </SidePanel>
  );
}
