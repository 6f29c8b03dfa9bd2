import type { ComponentType, ReactNode } from 'react';
import { createStore, useStore } from '../hooks/store';
import type { ConnectionOffer } from '../ipc';

/** Where a menu opens: at an element, or at a point of the window. */
export type Anchor = Element | { x: number; y: number };

export type MenuEntry =
  | 'divider'
  | {
      label: string;
      act: () => void;
      icon?: ComponentType<Record<string, unknown>>;
      /** A shape or a colour in place of the icon. */
      mark?: ReactNode;
      detail?: ReactNode;
      shortcut?: string;
      checked?: boolean;
      /** Why it may not be chosen now. */
      reason?: string | undefined;
    };

export type Question = {
  title: string;
  text: string;
  action: string;
  /** What is lost does not come back: Enter alone loses nothing. */
  careful?: boolean;
};

/** A part of a connection's dialog. */
export type ConnectionPart = 'general' | 'network' | 'signIn' | 'check';

/** So far from the page's corner opens the menu of the page itself, in pixels. */
const EDGE = 16;

type Layers = {
  /** What is searched for as it opens. */
  palette: false | { query: string };
  shortcuts: boolean;
  menu: { anchor: Anchor; label: string; entries: MenuEntry[]; returnTo: HTMLElement | null } | null;
  question: (Question & { answer: (yes: boolean) => void }) | null;
  /** The connection that is being changed. */
  connection: { id: string; part: ConnectionPart } | null;
  /** What a team's file offers. */
  offers: ConnectionOffer[] | null;
  /** The application that is to be deleted. */
  deletion: Deletion | null;
};

/** An application of a connection. */
export type Deletion = { connection: string; application: string };

/** What lies above the page. Escape closes one layer and focus returns where it came from. */
export const layers = createStore<Layers>({
  palette: false,
  shortcuts: false,
  menu: null,
  question: null,
  connection: null,
  offers: null,
  deletion: null,
});

export function useLayers(): Layers {
  return useStore(layers, (value) => value);
}

export function openPalette(query = ''): void {
  layers.set((before) => ({ ...before, menu: null, shortcuts: false, palette: { query } }));
}

export function openShortcuts(): void {
  layers.set((before) => ({ ...before, menu: null, palette: false, shortcuts: true }));
}

export function openMenu(
  anchor: Anchor,
  label: string,
  entries: MenuEntry[],
  returnTo: HTMLElement | null,
): void {
  layers.set((before) => ({ ...before, menu: { anchor, label, entries, returnTo } }));
}

/** Where the menu of an event opens: where it points, or, asked for by a key, at what has the focus. */
export function menuPlace({ clientX, clientY }: { clientX: number; clientY: number }): {
  anchor: Anchor;
  returnTo: HTMLElement | null;
} {
  const active = document.activeElement;
  const returnTo = active instanceof HTMLElement && active !== document.body ? active : null;
  if (clientX !== 0 || clientY !== 0) return { anchor: { x: clientX, y: clientY }, returnTo };
  // What is as large as the page has no place of its own.
  if (returnTo && !returnTo.matches('main')) return { anchor: returnTo, returnTo };
  const { left = 0, top = 0 } = document.querySelector('main')?.getBoundingClientRect() ?? {};
  return { anchor: { x: left + EDGE, y: top + EDGE }, returnTo };
}

/** Lets a connection be changed and checked. */
export function openConnection(id: string, part: ConnectionPart = 'general'): void {
  layers.set((before) => ({ ...before, menu: null, palette: false, connection: { id, part } }));
}

/** Lets connections be chosen among those that a team's file offers. */
export function openOffers(offers: ConnectionOffer[]): void {
  layers.set((before) => ({ ...before, menu: null, palette: false, offers }));
}

/** Asks whether an application is to be deleted, and says what would be lost. */
export function openDeletion(deletion: Deletion): void {
  layers.set((before) => ({ ...before, menu: null, palette: false, deletion }));
}

export function closeLayer(layer: keyof Layers): void {
  layers.set((before) => ({
    ...before,
    [layer]: layer === 'palette' || layer === 'shortcuts' ? false : null,
  }));
}

/** Asks once; true where the answer is yes. */
export function ask(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      closeLayer('question');
      resolve(yes);
    };
    layers.set((before) => ({ ...before, menu: null, palette: false, question: { ...question, answer } }));
  });
}

export function anyLayerOpen(): boolean {
  const { palette, shortcuts, ...others } = layers.get();
  return palette !== false || shortcuts || Object.values(others).some((layer) => layer !== null);
}
