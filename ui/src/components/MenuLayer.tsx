import { Menu } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import { closeLayer, type Anchor, type MenuEntry } from '../app/layers';
import { smallIcon } from './icon';
import { Kbd } from './Kbd';
import styles from './MenuLayer.module.css';

type Props = { anchor: Anchor; label: string; entries: MenuEntry[]; returnTo: HTMLElement | null };

/** The one menu there is; lists and buttons say what stands in it and where it opens. */
export function MenuLayer({ anchor, label, entries, returnTo }: Props) {
  const atPoint = !(anchor instanceof Element);
  const marked = entries.some((entry) => entry !== 'divider' && (entry.icon ?? entry.mark));
  const checkable = entries.some((entry) => entry !== 'divider' && entry.checked !== undefined);
  return (
    <Menu.Root
      open
      onOpenChange={(open) => {
        if (!open) closeLayer('menu');
      }}
    >
      <Menu.Portal>
        <Menu.Positioner
          className={styles.positioner}
          anchor={atPoint ? point(anchor.x, anchor.y) : anchor}
          side="bottom"
          align="start"
          sideOffset={atPoint ? 0 : 4}
        >
          <Menu.Popup
            className={styles.popup}
            aria-label={label}
            finalFocus={() => (returnTo?.isConnected ? returnTo : true)}
          >
            {entries.map((entry, at) =>
              entry === 'divider' ? (
                <Menu.Separator key={`divider ${String(at)}`} className={styles.divider} />
              ) : (
                <Menu.Item
                  key={`${entry.label} ${String(at)}`}
                  className={styles.item}
                  disabled={entry.reason !== undefined}
                  onClick={entry.act}
                >
                  {marked && (
                    <span className={styles.mark}>
                      {entry.icon ? <entry.icon {...smallIcon} /> : entry.mark}
                    </span>
                  )}
                  <span className={styles.label}>
                    {entry.label}
                    {entry.reason !== undefined && <span className={styles.reason}>{entry.reason}</span>}
                  </span>
                  {entry.detail !== undefined && <span className={styles.detail}>{entry.detail}</span>}
                  {entry.shortcut !== undefined && <Kbd keys={entry.shortcut} />}
                  {checkable && (
                    <span className={styles.check}>{entry.checked === true && <Check {...smallIcon} />}</span>
                  )}
                </Menu.Item>
              ),
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function point(x: number, y: number) {
  return { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
}
