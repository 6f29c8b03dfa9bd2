import { Braces, Copy } from 'lucide-react';
import { i18n } from '../i18n/i18n';
import { number } from '../i18n/format';
import type { LogLine } from '../ipc';
import { openMenu, type Anchor, type MenuEntry } from './layers';
import { asJson, asText } from './logText';
import { modifier } from './platform';

type LineMenu = {
  line: LogLine;
  anchor: Anchor;
  /** How many lines are copied. */
  count: number;
  returnTo: HTMLElement | null;
  copy: (as: (lines: LogLine[]) => string) => void;
  more: MenuEntry[];
};

/** The menu of a line of a log; what else it offers knows where the line comes from. */
export function openLineMenu({ line, anchor, count, returnTo, copy, more }: LineMenu): void {
  const words = { count, formatted: number(count) };
  openMenu(
    anchor,
    line.timestamp,
    [
      {
        label: i18n.t('logs.copy', words),
        icon: Copy,
        shortcut: `${modifier} C`,
        act: () => {
          copy(asText);
        },
      },
      {
        label: i18n.t('logs.copyJson', words),
        icon: Braces,
        act: () => {
          copy(asJson);
        },
      },
      ...(more.length > 0 ? (['divider', ...more] as MenuEntry[]) : []),
    ],
    returnTo,
  );
}
