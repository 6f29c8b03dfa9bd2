import { writeAs } from '../i18n/format';
import { i18n, speak } from '../i18n/i18n';
import { asCommandError, type Spoken } from '../ipc';
import { spokenIn } from './early/spoken';
import { patchShell, shell } from './shell';

/** Speaks and writes as the settings say, and as the system where they say nothing; ready where it does. */
export async function followLanguage(): Promise<void> {
  let seen: unknown[] = [];
  const apply = async () => {
    const { settings } = shell.get();
    const language = spoken();
    const next = [language, settings.times];
    if (next.every((value, at) => value === seen[at])) return;
    seen = next;
    if (i18n.language !== language)
      await speak(language).catch((thrown: unknown) => {
        patchShell({ failure: asCommandError(thrown), retry: null });
      });
    // Somebody may have chosen another one meanwhile.
    if (spoken() === language)
      writeAs({ ...settings.times, language: i18n.language as Spoken, locale: navigator.language });
  };
  shell.subscribe(() => void apply());
  await apply();
}

/** The language that is chosen. */
function spoken(): Spoken {
  const { settings, systemLanguage } = shell.get();
  return spokenIn(settings, systemLanguage);
}
