import { createInstance, type TFunction } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { bringWords } from '../app/early/spoken';
import type { Advice, Spoken } from '../ipc/types';
import en from './en.json';

export const i18n = createInstance();

void i18n.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  initAsync: false,
  interpolation: { escapeValue: false },
  returnNull: false,
  react: { bindI18n: 'languageChanged writtenAnew' },
});

/** Speaks a language from now on. What is not English is loaded where somebody wants it. */
export async function speak(language: Spoken): Promise<void> {
  if (language !== 'en' && !i18n.hasResourceBundle(language, 'translation')) {
    const { default: words } = await bringWords(language);
    i18n.addResourceBundle(language, 'translation', words);
  }
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
}

/** What gives words, to hand on. */
export type Translate = TFunction;

/** Words for a code that Rust or the server gave, of a reading where it has its own, or null where there are none for it. */
export function wordsFor(
  area: 'errors' | 'notices',
  code: string,
  part: 'title' | 'text',
  params: Record<string, string>,
): string | null {
  const key = `${area}.${code}.${part}`;
  const context = params.speaks;
  return i18n.exists(key) ? String(i18n.t(key as never, { ...params, context } as never)) : null;
}

/** Words for what the doctor advises; which of them need what is Rust's matter. */
export function wordsOfAdvice(kind: Advice['kind'], params: Record<string, string>): string {
  return String(i18n.t(`doctor.advice.${kind}` as never, params as never));
}
