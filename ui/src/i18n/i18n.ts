import { createInstance } from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';

export const i18n = createInstance();

void i18n.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  initAsync: false,
  interpolation: { escapeValue: false },
  returnNull: false,
});

/** Words for a code that Rust or the server gave, or null where there are none for it. */
export function wordsFor(
  area: 'errors' | 'notices',
  code: string,
  part: 'title' | 'text',
  params: Record<string, string>,
): string | null {
  const key = `${area}.${code}.${part}`;
  return i18n.exists(key) ? String(i18n.t(key as never, params as never)) : null;
}
