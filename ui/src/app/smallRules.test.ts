import { describe, expect, it } from 'vitest';
import { applications, deployments } from '../ipc/fake/data';
import { inOrder, isProduction } from './environments';
import { fit } from './fuzzy';
import { bandOf } from './healthBand';
import { preflight, suggestions, firstImage } from './preflight';
import { oneLine, printable } from './printable';
import { rowWindow } from '../hooks/useRowWindow';

const orders = applications.find((each) => each.key === 'orders-api');
const image = (tag: string) => `registry.example/orders-api:${tag}`;

describe('environments', () => {
  it('stand in the order of a release, production last', () => {
    expect(inOrder(['prod', 'zeta', 'test', 'dev', 'prod'])).toEqual(['dev', 'test', 'zeta', 'prod']);
    expect(isProduction('pro')).toBe(true);
    expect(isProduction('preprod')).toBe(false);
  });
});

describe('the palette finds', () => {
  it('letters in runs and at beginnings of words, and nothing strewn', () => {
    expect(fit('oapi', 'orders-api')).not.toBeNull();
    expect(fit('orders prod', 'orders-api', 'PROD')).not.toBeNull();
    expect(fit('ord', 'supplier-portal', 'dev')).toBeNull();
    expect(fit('xyz', 'orders-api')).toBeNull();
    expect(fit('ord', 'orders-api') ?? 0).toBeGreaterThan(fit('ord', 'word') ?? 0);
  });
});

describe('before a deployment', () => {
  it('it is said what is known', () => {
    if (!orders) throw new Error('no orders-api');
    const kinds = (environment: string, tag: string) =>
      preflight(
        orders,
        environment,
        image(tag),
        deployments.filter((each) => each.applicationKey === 'orders-api'),
      ).map((finding) => finding.kind);
    expect(kinds('prod', '1.4.1')).toEqual(['neverRan', 'noOther']);
    expect(kinds('prod', '1.4.0')).toEqual(['restart', 'noOther']);
    expect(kinds('test', '1.4.1')).toEqual(['runsBelow', 'noOther']);
    expect(kinds('dev', '9.9')).toEqual(['noOther']);
    const invoices = applications.find((each) => each.key === 'invoices');
    if (!invoices) throw new Error('no invoices');
    expect(
      preflight(
        invoices,
        'test',
        'x:1',
        deployments.filter((each) => each.applicationKey === 'invoices'),
      ).at(-1)?.kind,
    ).toBe('another');
    expect(firstImage(orders, 'test')).toBe(image('1.4.1'));
    expect(
      suggestions(
        orders,
        'prod',
        deployments.filter((each) => each.applicationKey === 'orders-api'),
      ).map((each) => each.tag),
    ).toEqual(['1.4.1', '1.3.9']);
  });
});

describe('what a log line may show', () => {
  it('has no terminal sequences and turns nothing around', () => {
    expect(printable('\u001b[31mred\u001b[0m')).toBe('red');
    expect(printable('\u001b]8;;http://x.example\u0007link\u001b]8;;\u0007')).toBe('link');
    expect(printable('a\u0000b')).toBe('a\u2400b');
    expect(printable('a\u202eb')).toBe('a\ufffdb');
    expect(oneLine('one\ntwo\tthree')).toBe('one ⏎ two  three');
  });
});

describe('the band of health', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  it('covers the changes in order and knows nothing before the first', () => {
    const band = bandOf(
      {
        status: 'unhealthy',
        checkedAt: null,
        latencyMs: null,
        checks: [],
        history: [
          { at: '2026-01-01T11:54:00Z', status: 'unhealthy', message: 'db' },
          { at: '2026-01-01T11:20:00Z', status: 'healthy', message: null },
        ],
      },
      now,
    );
    expect(band.segments.map(({ state }) => state)).toEqual(['well', 'bad']);
    expect(band.segments[0]?.from).toBe(Date.parse('2026-01-01T11:20:00Z'));
    expect(band.segments.at(-1)?.to).toBe(now);
    expect(band.start).toBeLessThan(Date.parse('2026-01-01T11:20:00Z'));
  });
});

describe('the rows of a long table', () => {
  it('keep the space of those that are not there', () => {
    for (const count of [121, 500, 10_000])
      for (const top of [0, 28 * 60, 28 * 5000]) {
        const { from, to, before, after } = rowWindow(top, 700, count);
        expect(before + (to - from) * 28 + after).toBe(count * 28);
        expect(from).toBeLessThanOrEqual(to);
      }
  });
});
