import { memo } from 'react';
import { EnvironmentName } from '../components/EnvironmentName';
import { smallIcon } from '../components/icon';
import { Kbd } from '../components/Kbd';
import type { PaletteGroup } from './paletteHeld';
import type { PaletteEntry } from './paletteSearch';
import styles from './Palette.module.css';

type Props = {
  id: string;
  label: string;
  /** In their order; commands have no title. */
  groups: PaletteGroup[];
  /** The number of the chosen entry, over all groups. */
  chosen: number;
  choose: (at: number) => void;
  run: (entry: PaletteEntry) => void;
};

/** The id of the entry of a number. */
export function optionId(at: number): string {
  return `palette-option-${String(at)}`;
}

/** What the palette found. The keyboard is its field's; the pointer needs no focus of its own here. */
export function PaletteList({ id, label, groups, chosen, choose, run }: Props) {
  const starts = groups.map((_, at) =>
    groups.slice(0, at).reduce((sum, { entries }) => sum + entries.length, 0),
  );
  return (
    <div id={id} role="listbox" aria-label={label} className={styles.list}>
      {groups.map((group, nth) => {
        const options = group.entries.map((entry, at) => {
          const place = (starts[nth] ?? 0) + at;
          return (
            <Option
              key={`${group.id} ${entry.id}`}
              entry={entry}
              place={place}
              isChosen={place === chosen}
              choose={choose}
              run={run}
            />
          );
        });
        if (group.title === '') return options;
        return (
          <div key={group.id} role="group" aria-label={group.title}>
            <div aria-hidden className={styles.heading}>
              {group.title}
            </div>
            {options}
          </div>
        );
      })}
    </div>
  );
}

type OptionProps = {
  entry: PaletteEntry;
  place: number;
  isChosen: boolean;
  choose: (at: number) => void;
  run: (entry: PaletteEntry) => void;
};

/** One of many: drawn anew only where it differs. */
const Option = memo(function Option({ entry, place, isChosen, choose, run }: OptionProps) {
  return (
    <div
      id={optionId(place)}
      role="option"
      aria-selected={isChosen}
      aria-disabled={entry.reason !== undefined}
      className={styles.option}
      onPointerMove={() => {
        choose(place);
      }}
      onClick={() => {
        run(entry);
      }}
    >
      <span className={styles.mark}>{entry.icon ? <entry.icon {...smallIcon} /> : entry.mark}</span>
      <span className={styles.label}>
        {entry.label}
        {entry.reason !== undefined && <span className={styles.reason}>{entry.reason}</span>}
        {entry.words !== undefined && entry.words !== '' && (
          <span className={styles.reason}>{entry.words}</span>
        )}
      </span>
      <span className={styles.detail}>
        {entry.environment === undefined ? entry.detail : <EnvironmentName environment={entry.environment} />}
      </span>
      {entry.shortcut !== undefined && <Kbd keys={entry.shortcut} />}
    </div>
  );
});
