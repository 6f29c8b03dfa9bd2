import { createHashHistory, type RouterHistory } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';

/**
 * The way through the pages. A hash, because the window serves files by path and a page must survive a reload
 * at any address.
 */
export const history: RouterHistory = createHashHistory();

let furthest = index();
history.subscribe(({ action }) => {
  furthest = action.type === 'PUSH' ? index() : Math.max(furthest, index());
});

export function go(path: string): void {
  if (path !== history.location.href) history.push(path);
}

/** Changes the address without a step to come back to. */
export function goInstead(path: string): void {
  history.replace(path);
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

export function useCanGo(): { back: boolean; forward: boolean } {
  return {
    back: useSyncExternalStore(history.subscribe, canGoBack),
    forward: useSyncExternalStore(history.subscribe, canGoForward),
  };
}

function canGoBack(): boolean {
  return index() > 0;
}

function canGoForward(): boolean {
  return index() < furthest;
}

function index(): number {
  return history.location.state.__TSR_index;
}
