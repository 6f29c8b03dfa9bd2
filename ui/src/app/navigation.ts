import { createHashHistory, type RouterHistory } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';

/**
 * The way through the pages. A hash, because the window serves files by path and a page must survive a reload
 * at any address.
 */
export const history: RouterHistory = createHashHistory();

/** The steps of this run by their place in the history; what was before a reload is not known. */
const steps = new Map<number, string>();
let furthest = index();
steps.set(index(), history.location.href);
history.subscribe(({ action }) => {
  furthest = action.type === 'PUSH' ? index() : Math.max(furthest, index());
  steps.set(index(), history.location.href);
});

export function go(path: string): void {
  if (path !== history.location.href) history.push(path);
}

/** Goes to a page even where it is in front: a new step, so that it begins anew. */
export function goAnew(path: string): void {
  if (path === history.location.href) history.replace(path);
  else history.push(path);
}

/** Changes the address without a step to come back to. */
export function goInstead(path: string): void {
  if (path !== history.location.href) history.replace(path);
}

/** Leaves what lies over a page: back to that page where one came from it, so that Back does not return here. */
export function leaveFor(page: string): void {
  if (steps.get(index() - 1) === page) history.back();
  else goInstead(page);
}

export function back(): void {
  if (canGoBack()) history.back();
}

export function forward(): void {
  if (canGoForward()) history.forward();
}

export function useAddress(): string {
  return useSyncExternalStore(history.subscribe, () => history.location.href);
}

/** Whether there is a page to go back to, and one to go forward to. */
export function canGo(): { back: boolean; forward: boolean } {
  return { back: canGoBack(), forward: canGoForward() };
}

export function useCanGo(): { back: boolean; forward: boolean } {
  return {
    back: useSyncExternalStore(history.subscribe, canGoBack),
    forward: useSyncExternalStore(history.subscribe, canGoForward),
  };
}

/** The place of the address in the history, counted from the first page of the window. */
export function index(): number {
  return history.location.state.__TSR_index;
}

function canGoBack(): boolean {
  return index() > 0;
}

function canGoForward(): boolean {
  return index() < furthest;
}
