import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { i18n, speak } from '../i18n/i18n';
import { writeAs } from '../i18n/format';
import type { Answer, Spoken } from '../ipc';
import { answerText } from './answer';

type Case = Record<Spoken, string> & { answer: Answer };

const LIST = JSON.parse(readFileSync('../src-tauri/src/desktop/sentences.json', 'utf8')) as {
  now: string;
  cases: Case[];
};

describe('the sentence of a notification, which Rust makes', () => {
  it('is that of a page, by the same list', async () => {
    expect(LIST.cases.length).toBeGreaterThan(20);
    for (const language of ['en', 'fi'] as const) {
      await speak(language);
      writeAs({ language, zone: null, hours: 'system', exact: false, locale: null });
      for (const one of LIST.cases) {
        expect(answerText(one.answer, i18n.t, Date.parse(LIST.now))).toBe(one[language]);
      }
    }
    await speak('en');
    writeAs({ language: 'en', zone: null, hours: 'system', exact: false, locale: null });
  });
});
