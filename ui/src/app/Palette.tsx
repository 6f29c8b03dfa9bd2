import { Search } from 'lucide-react';
import { useCallback, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../components/Dialog';
import { icon } from '../components/icon';
import { Problem } from '../components/Problem';
import { Remark } from '../components/Remark';
import { SearchState } from '../components/SearchState';
import { useAnything, type HeldAnywhere } from '../hooks/useAnything';
import { useFleet } from '../hooks/useFleet';
import { useMade } from '../hooks/useResource';
import { useSearched } from '../hooks/useSearched';
import { places, type Fleet, type FleetRow } from '../ipc';
import { closeLayer } from './layers';
import { history } from './navigation';
import { allEntries, foundEntries } from './paletteEntries';
import { heldGroups } from './paletteHeld';
import { optionId, PaletteList } from './PaletteList';
import { isCommandMeant, matching, mayBeSearched, type PaletteEntry } from './paletteSearch';
import { tellingLine } from './pastedLine';
import styles from './Palette.module.css';
import { applicationOf } from './paths';
import { noteRecent, recentsOf } from './recents';
import { useConnection, useShell } from './shell';

const LIST = 'palette-list';

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
  const isAsked = isFew(known) && !isCommandMeant(known) && mayBeSearched(query);
  const searched = useSearched(connection?.id ?? '', query, isAsked);
  const state = connection?.session.state;
  const isThere = state === 'signedIn' || state === 'restoring';
  const held = useAnything(connection && isThere ? connection.id : null, query);
  const groups = useMemo(() => {
    const others = connection ? foundEntries(connection, searched.found, query) : [];
    const entries = [...known, ...others];
    const { before, after } = heldGroups(connection?.id ?? '', fleet, held, query, entries);
    return [...before, { id: 'commands', title: '', entries }, ...after];
  }, [known, connection, searched.found, query, fleet, held]);
  const found = useMemo(() => groups.flatMap((group) => group.entries), [groups]);

  const id = connection?.id;
  const run = useCallback(
    (entry: PaletteEntry | undefined) => {
      if (!entry || entry.reason !== undefined) return;
      if (id !== undefined && entry.isOfText !== true) noteRecent(id, entry.id);
      closeLayer('palette');
      entry.act();
    },
    [id],
  );
  const choose = (at: number) => {
    const next = found.length === 0 ? 0 : (at + found.length) % found.length;
    setChosen(next);
    document.getElementById(optionId(next))?.scrollIntoView({ block: 'nearest' });
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
          aria-activedescendant={found.length > 0 ? optionId(chosen) : undefined}
          aria-autocomplete="list"
          placeholder={t('palette.placeholder')}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setChosen(0);
          }}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData('text/plain');
            const line = tellingLine(pasted);
            // A word goes to where the cursor is; of more, what tells most is looked for.
            if (line === pasted) return;
            event.preventDefault();
            setQuery(line);
            setChosen(0);
          }}
          onKeyDown={keyDown}
        />
      </div>
      <PaletteList
        id={LIST}
        label={t('palette.results')}
        groups={groups}
        chosen={chosen}
        choose={setChosen}
        run={run}
      />
      {searched.search !== null && query.trim() !== '' && (
        <div className={styles.search}>
          <SearchState connection={connection?.id ?? ''} fleet={fleet} search={searched.search} />
        </div>
      )}
      <LogsState logs={held.logs} />
      {found.length === 0 && searched.search?.searching !== true && !isLooking(held) && (
        <p role="status" className={styles.none}>
          {t('palette.none', { query })}
        </p>
      )}
    </Dialog>
  );
}

/** How the logs are looked at; nothing is said of what was looked at to its end and held nothing. */
function LogsState({ logs }: Pick<HeldAnywhere, 'logs'>) {
  const { t } = useTranslation();
  if (logs === null) return null;
  if (logs.error) return <Problem error={logs.error} />;
  const { looked } = logs;
  if (looked !== null && looked.stoppedIn === null) return null;
  return (
    <div role="status" className={styles.search}>
      <Remark>
        {looked?.stoppedIn
          ? t('anything.stopped', { ...looked.stoppedIn, looked: looked.logs, of: looked.of })
          : t('anything.looking')}
      </Remark>
    </div>
  );
}

function isLooking({ logs }: HeldAnywhere): boolean {
  return logs !== null && logs.looked === null && logs.error === null;
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
