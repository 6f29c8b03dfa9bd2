import type { Theme } from '../ipc';
import { shell } from './shell';

const systemsDark = () => window.matchMedia('(prefers-color-scheme: dark)');
/** The system asks for more contrast, or draws in colours of its own. */
const systemsContrast = [
  () => window.matchMedia('(prefers-contrast: more)'),
  () => window.matchMedia('(forced-colors: active)'),
];

/** Keeps the theme of the settings, or the system's, on the page. */
export function followTheme(): void {
  const apply = () => {
    const { theme } = shell.get().settings;
    const { dataset } = document.documentElement;
    dataset.theme = isDark(theme) ? 'dark' : 'light';
    if (isOfHighContrast(theme)) dataset.contrast = 'more';
    else delete dataset.contrast;
    remember(theme);
  };
  apply();
  shell.subscribe(apply);
  for (const system of [systemsDark, ...systemsContrast]) system().addEventListener('change', apply);
}

function isDark(theme: Theme): boolean {
  return theme === 'system' || theme === 'highContrast' ? systemsDark().matches : theme === 'dark';
}

function isOfHighContrast(theme: Theme): boolean {
  return theme === 'highContrast' || systemsContrast.some((system) => system().matches);
}

/** For `boot.js`, which runs before the settings are known. */
function remember(theme: Theme): void {
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // Without storage the first paint follows the system's theme.
  }
}
