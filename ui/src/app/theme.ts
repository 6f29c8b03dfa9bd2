import type { Theme } from '../ipc';
import { shell } from './shell';

const system = () => window.matchMedia('(prefers-color-scheme: dark)');

/** Keeps the theme of the settings, or the system's, on the page. */
export function followTheme(): void {
  const apply = () => {
    const theme = shell.get().settings.theme;
    document.documentElement.dataset.theme = resolved(theme);
    remember(theme);
  };
  apply();
  shell.subscribe(apply);
  system().addEventListener('change', apply);
}

function resolved(theme: Theme): 'light' | 'dark' {
  if (theme !== 'system') return theme;
  return system().matches ? 'dark' : 'light';
}

/** For `boot.js`, which runs before the settings are known. */
function remember(theme: Theme): void {
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // Without storage the first paint follows the system's theme.
  }
}
