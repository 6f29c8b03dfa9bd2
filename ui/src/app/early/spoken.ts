import type { Settings, Spoken } from '../../ipc';

/** The language that is chosen. */
export function spokenIn({ language }: Settings, systemLanguage: Spoken): Spoken {
  return language === 'system' ? systemLanguage : language;
}

/** Brings the words of a language; English is there already. */
export function bringWords(language: Exclude<Spoken, 'en'>) {
  switch (language) {
    case 'fi':
      return import('../../i18n/fi.json');
  }
}
