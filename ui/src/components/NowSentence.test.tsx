import { fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { answerText } from '../app/answer';
import { i18n, speak } from '../i18n/i18n';
import type { Answer, AnswerPart } from '../ipc';
import { NowSentence } from './NowSentence';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

type Fact = AnswerPart['fact'];

function answer(kind: Answer['kind'], parts: (Fact | AnswerPart)[]): Answer {
  const whole = parts.map((part) => ('fact' in part ? part : { fact: part, evidence: null }));
  return { kind, state: 'bad', since: ago(360), parts: whole };
}

const IMAGES = { from: 'registry.example/shop:1.3.9', to: 'registry.example/shop:1.4.0' };
const REFUSED = answer('failingCheck', [
  { fact: { code: 'health', state: 'bad', since: ago(360) }, evidence: { kind: 'span', from: ago(360) } },
  { fact: { code: 'check', name: 'db', message: 'refused.' }, evidence: { kind: 'check', name: 'db' } },
  {
    fact: { code: 'afterDeployment', ...IMAGES, at: ago(400), began: ago(360) },
    evidence: { kind: 'deployment', id: 'd-2' },
  },
  {
    fact: { code: 'errors', count: 312, since: null },
    evidence: { kind: 'log', from: ago(360), words: null },
  },
  {
    fact: { code: 'most', pattern: 'connect ECONNREFUSED <*>', count: 300, newly: true },
    evidence: { kind: 'log', from: ago(360), words: 'connect ECONNREFUSED' },
  },
]);

const said = (one: Answer) => answerText(one, i18n.t, NOW);

describe('the answer as a sentence', () => {
  it('says since when, what, after what, and what the log says', () => {
    expect(said(REFUSED)).toBe(
      'Unhealthy for 6 min: check db: refused, since 40 s after 1.3.9 → 1.4.0; 312 errors, most “connect ECONNREFUSED …”, new since then.',
    );
  });

  it('counts nothing of a deployment before its first step is done', () => {
    expect(said(answer('deploying', [{ code: 'deploying', ...IMAGES, progress: 0 }]))).toBe(
      'Deploying 1.4.0.',
    );
    expect(said(answer('deploying', [{ code: 'deploying', ...IMAGES, progress: 20 }]))).toMatch(
      /^Deploying 1\.4\.0: 20.%\.$/,
    );
  });

  it('says that a deployment waits, while it does', () => {
    render(
      <NowSentence
        connection="orders"
        application="shop"
        environment="test"
        answer={answer('deploying', [{ code: 'deploying', ...IMAGES, progress: 0 }])}
        waits
        onShow={() => false}
      />,
    );
    expect(screen.getByRole('heading')).toHaveTextContent(/^1\.4\.0 waits to be deployed\.$/);
  });

  it('shows what others say short, in one line, and inert', () => {
    const words = `a\u202eb\u001b[1mc\nd ${'x'.repeat(999)}`;
    const text = said(answer('unwell', [{ code: 'says', words }]));
    expect(text).toMatch(/^A<U\+202E>bc ⏎ d x+….$/);
    expect(text.length).toBeLessThan(330);
  });

  it('says in three words that all is well', () => {
    expect(said(answer('well', [{ code: 'well' }]))).toBe('All is well.');
  });

  it('has words for every part, in both languages, with nothing left open', async () => {
    const facts: Fact[] = [
      { code: 'stopped' },
      { code: 'unknown' },
      { code: 'stoppedWithError' },
      { code: 'deploying', ...IMAGES, progress: 40 },
      { code: 'deploying', ...IMAGES, progress: null },
      { code: 'health', state: 'warning', since: null },
      { code: 'runsOn', image: IMAGES.from },
      { code: 'failed', ...IMAGES, at: ago(40) },
      { code: 'failed', ...IMAGES, at: null },
      { code: 'turned', count: 3, first: ago(40), ended: true },
      { code: 'turned', count: 3, first: ago(40), ended: false },
      { code: 'check', name: 'db', message: null },
      { code: 'says', words: 'exited with code 1' },
      { code: 'noAnswer' },
      { code: 'item', name: 'API_TOKEN', set: false, changed: false },
      { code: 'item', name: 'API_TOKEN', set: true, changed: true },
      { code: 'item', name: 'API_TOKEN', set: true, changed: false },
      { code: 'memory', first: 20, last: 120, seconds: 60 },
      { code: 'otherToo', application: 'base', stopped: false },
      { code: 'otherToo', application: 'base', stopped: true },
      { code: 'afterOther', application: 'base', at: ago(50), began: ago(40) },
      { code: 'afterConfiguration', at: ago(50), began: ago(40) },
      { code: 'errors', count: 1, since: ago(40) },
      { code: 'most', pattern: 'no rate', count: 2, newly: false },
    ];
    const english = facts.map((fact) => said(answer('unwell', [fact])));
    await speak('fi');
    const finnish = facts.map((fact) => said(answer('unwell', [fact])));
    await speak('en');
    for (const words of [...english, ...finnish]) expect(words).toMatch(/^[^{]{5,}\.$/);
    for (const words of [...english, ...finnish]) expect(words).not.toMatch(/answer\.|because|koska/);
    expect(finnish.filter((words, at) => words === english[at])).toEqual(['Exited with code 1.']);
  });

  it('leads from each part to where it is from, on this page where it is there', () => {
    const onShow = vi.fn(({ kind }: { kind: string }) => kind === 'check');
    render(
      <NowSentence
        connection="orders"
        application="shop"
        environment="test"
        answer={REFUSED}
        onShow={onShow}
      />,
    );
    expect(screen.getByRole('heading')).toHaveTextContent(
      'check db: refused, since 40 s after 1.3.9 → 1.4.0;',
    );
    const link = (name: RegExp) => screen.getByRole('link', { name });
    expect(link(/^since 40 s after/)).toHaveAttribute('href', expect.stringContaining('deploy=d-2'));
    expect(link(/^312 errors/)).toHaveAttribute('href', expect.stringContaining('level=errors'));
    expect(link(/^most/)).toHaveAttribute('href', expect.stringContaining('q=connect+ECONNREFUSED'));
    fireEvent.click(link(/^check db/));
    expect(onShow).toHaveBeenLastCalledWith({ kind: 'check', name: 'db' });
  });
});
