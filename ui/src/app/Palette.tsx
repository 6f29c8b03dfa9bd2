import { Search } from 'lucide-react';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../components/Dialog';
import { EnvironmentName } from '../components/EnvironmentName';
import { icon, smallIcon } from '../components/icon';
import { Kbd } from '../components/Kbd';
import { SearchState } from '../components/SearchState';
import { useFleet } from '../hooks/useFleet';
import { useMade } from '../hooks/useResource';
import { useSearched } from '../hooks/useSearched';
import { places, type Fleet, type FleetRow } from '../ipc';
import { closeLayer } from './layers';
import { history } from './navigation';
import { allEntries, foundEntries } from './paletteEntries';
import { matching, type PaletteEntry } from './paletteSearch';
import styles from './Palette.module.css';
import { applicationOf } from './paths';
import { noteRecent, recentsOf } from './recents';
import { useConnection, useShell } from './shell';

const LIST = 'palette-list';
const option = (at: number) => `palette-option-${String(at)}`;

/** Where fewer applications fit than this, the instance is asked for others. */
const FEW = 8;

/** Every page, application and action, by a few letters. */
export function Palette({ query: first }: { query: string }) {
  const { t } = useTranslation();
  const connection = useConnection(useShell((value) => value.current));
  const { fleet } = useFleet(connection?.id ?? '');
  const [query, setQuery] = useState(first);
  const [chosen, setChosen] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  // Whatever lies above it, the page stays the same.
  const [path] = useState(() => history.location.href);
  const row = useOpenRow(connection?.id ?? '', path, fleet);
  const entries = useMemo(() => allEntries(connection, fleet, { path, row }), [connection, fleet, path, row]);
  // Who is on a page does not look for it.
  const [recents] = useState(() => (connection ? recentsOf(connection.id).filter((id) => id !== path) : []));
  const known = useMemo(() => matching(entries, query, recents), [entries, query, recents]);
  const searched = useSearched(connection?.id ?? '', query, isFew(known));
  const found = useMemo(() => {
    const others = connection ? foundEntries(connection, searched.found, query) : [];
    return others.length === 0 ? known : [...known, ...others];
  }, [known, connection, searched.found, query]);

  const run = (entry: PaletteEntry | undefined) => {
    if (!entry || entry.reason !== undefined) return;
    if (connection) noteRecent(connection.id, entry.id);
    closeLayer('palette');
    entry.act();
  };
  const choose = (at: number) => {
    const next = found.length === 0 ? 0 : (at + found.length) % found.length;
    setChosen(next);
    document.getElementById(option(next))?.scrollIntoView({ block: 'nearest' });
  };
  const keyDown = (event: KeyboardEvent) => {
    const moves: Record<string, () => void> = {
      ArrowDown: () => {
        choose(chosen + 1);
      },
      ArrowUp: () => {
        choose(chosen - 1);
      },
      Enter: () => {
        run(found[chosen]);
      },
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };

  return (
    <Dialog
      title={t('palette.title')}
      untitled
      wide
      focus={input}
      close={() => {
        closeLayer('palette');
      }}
    >
      <div className={styles.field}>
        <Search {...icon} />
        <input
          ref={input}
          className={styles.input}
          role="combobox"
          aria-label={t('palette.title')}
          aria-expanded="true"
          aria-controls={LIST}
          aria-activedescendant={found.length > 0 ? option(chosen) : undefined}
          aria-autocomplete="list"
          placeholder={t('palette.placeholder')}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setChosen(0);
          }}
          onKeyDown={keyDown}
        />
      </div>
      <ul id={LIST} role="listbox" aria-label={t('palette.results')} className={styles.list}>
        {found.map((entry, at) => (
          // The keyboard is the input's; the pointer needs no focus of its own here.
          <li
            key={entry.id}
            id={option(at)}
            role="option"
            aria-selected={at === chosen}
            aria-disabled={entry.reason !== undefined}
            className={styles.option}
            onPointerMove={() => {
              setChosen(at);
            }}
            onClick={() => {
              run(entry);
            }}
          >
            <span className={styles.mark}>{entry.icon ? <entry.icon {...smallIcon} /> : entry.mark}</span>
            <span className={styles.label}>
              {entry.label}
              {entry.reason !== undefined && <span className={styles.reason}>{entry.reason}</span>}
            </span>
            <span className={styles.detail}>
              {entry.environment === undefined ? (
                entry.detail
              ) : (
                <EnvironmentName environment={entry.environment} />
              )}
            </span>
            {entry.shortcut !== undefined && <Kbd keys={entry.shortcut} />}
          </li>
        ))}
      </ul>
      {searched.search !== null && query.trim() !== '' && (
        <div className={styles.search}>
          <SearchState connection={connection?.id ?? ''} fleet={fleet} search={searched.search} />
        </div>
      )}
      {found.length === 0 && searched.search?.searching !== true && (
        <p role="status" className={styles.none}>
          {t('palette.none', { query })}
        </p>
      )}
    </Dialog>
  );
}

/** The application of the page in each of its environments, also where it is beyond the list. */
function useOpenRow(connection: string, path: string, fleet: Fleet): FleetRow | null {
  const open = applicationOf(path);
  const listed = fleet.rows.find(({ key }) => key === open?.application) ?? null;
  const asked = useMade(connection, open && !listed ? places(connection, open.application) : null);
  return listed ?? asked.value ?? null;
}

function isFew(entries: PaletteEntry[]): boolean {
  return entries.filter(({ isApplication }) => isApplication === true).length < FEW;
}
