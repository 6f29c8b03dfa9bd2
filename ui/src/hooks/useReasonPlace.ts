import { useState, type CSSProperties, type SyntheticEvent } from 'react';

const GAP = 4;
/** As wide as a reason may be, and the room two or three lines of it need. */
const WIDTH = 280;
const ROOM = 72;

/**
 * Where the reason of a disabled button stands: below it, or above where there is no room, and always within the
 * window. It is placed by the window, so that nothing the button stands in can cut it off. It is not shown before it is
 * placed: a button that appears under the pointer would be covered by it.
 */
export function useReasonPlace(): {
  style: CSSProperties;
  placed: boolean;
  place: (event: SyntheticEvent<HTMLElement>) => void;
} {
  const [style, setStyle] = useState<CSSProperties | null>(null);
  const place = (event: SyntheticEvent<HTMLElement>) => {
    const button = event.currentTarget.getBoundingClientRect();
    const { innerWidth, innerHeight } = window;
    const across: CSSProperties =
      button.right - WIDTH >= GAP
        ? { right: innerWidth - button.right }
        : { left: Math.max(GAP, Math.min(button.left, innerWidth - WIDTH - GAP)) };
    const above = button.bottom + ROOM > innerHeight;
    setStyle({
      ...across,
      ...(above ? { bottom: innerHeight - button.top + GAP } : { top: button.bottom + GAP }),
    });
  };
  return { style: style ?? {}, placed: style !== null, place };
}
