import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import ts from 'typescript-eslint';
import words from '../../eslint.words.js';

const linter = new Linter();

function found(code: string): number {
  const messages = linter.verify(
    code,
    {
      files: ['**/*.tsx'],
      languageOptions: {
        parser: ts.parser as Linter.Parser,
        parserOptions: { ecmaFeatures: { jsx: true } },
      },
      plugins: { own: { rules: { words } } },
      rules: { 'own/words': 'error' },
    },
    'page.tsx',
  );
  const broken = messages.find((each) => each.fatal);
  if (broken) throw new Error(broken.message);
  return messages.length;
}

describe('words in the code', () => {
  it.each([
    '<p>Words</p>',
    '<>Words</>',
    "<p>{'Words'}</p>",
    '<p>{`Words`}</p>',
    '<p>{`${count} words`}</p>',
    "<p>{open ? 'Open' : t('closed')}</p>",
    "<p>{open ? t('open') : many ? 'Many' : ''}</p>",
    "<p>{open && 'Open'}</p>",
    "<p>{name ?? 'Nobody'}</p>",
    "<p>{'Hello ' + name}</p>",
    '<a aria-label="Close" />',
    "<a aria-label={open ? 'Close' : 'Open'} />",
    '<a title={`${name} closes`} />',
    "<input placeholder={'Type'} />",
    "<Field hint={(first ?? 'Type') as string} />",
    "const entry = { label: 'Open', act };",
    'const entry = { title: `Remove ${name}` };',
    "const entry = { text: open ? 'Open' : t('closed') };",
  ])('are found: %s', (code) => {
    expect(found(code)).toBeGreaterThan(0);
  });

  it.each([
    "<p>{t('words')}</p>",
    "<p>{t(open ? 'open' : 'closed')}</p>",
    "<p>{' → '}</p>",
    '<p>·</p>',
    '<a className="words" data-state="open" type="button" />',
    "<a aria-label={t('close', { name: `${first} x` })} />",
    "<a title={[name, 'x'].join(' · ')} />",
    "const entry = { label: t('open'), kind: 'form' };",
    "const shortcut = { keys: ['Esc'], what: 'shortcuts.close' };",
    "function take({ label = '' }) {}",
  ])('are not seen where there are none: %s', (code) => {
    expect(found(code)).toBe(0);
  });
});
