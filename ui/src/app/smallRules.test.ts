import { describe, expect, it } from 'vitest';
import { applications, deployments } from '../ipc/fake/data';
import { fleetOf } from '../ipc/fake/fleet';
import { connection } from '../ipc/fake/parts';
import { keysOf, type Resource } from '../ipc';
import { inOrder, stageIn } from './environments';
import { filterRows, sortRows } from './filter';
import { fit } from './fuzzy';
import { oneLine, printable } from './printable';
import { rowWindow } from '../hooks/useRowWindow';

describe('environments', () => {
  const team = connection('team', 'Team', 'indigo', { state: 'restoring', slow: false });

  it('stand in the order that Rust gives, one of which nothing is known last', () => {
    expect(inOrder(team, ['zeta', 'prod', 'test', 'dev', 'prod'])).toEqual(['dev', 'test', 'prod', 'zeta']);
  });
  it('are production where Rust says so', () => {
    const live = { key: 'live', name: 'PROD live', production: true };
    const marked = { ...team, environments: [...team.environments, live] };
    expect(stageIn(marked, 'live')).toEqual(live);
    expect(stageIn(marked, 'dev').production).toBe(false);
    expect(stageIn(team, 'production').production).toBe(false);
    expect(stageIn({ ...team, production: true }, 'anything').production).toBe(true);
  });
});

describe('what is made of lists', () => {
  const names = (resource: Resource) => keysOf('c', resource).map((key) => key.join(' '));
  it('changes with each of them', () => {
    expect(names({ kind: 'applications' })).toEqual([
      'c applications',
      'c fleet',
      'c activity',
      'c answer',
      'c preflight',
      'c deployChoices',
      'c batch',
      'c rights',
      'c accessGrid',
      'c accessChoices',
      'c askedAccess',
      'c rightsHeld',
      'c observed',
    ]);
    expect(names({ kind: 'access', application: 'a' })).toContain('c accessGrid a');
    expect(names({ kind: 'accessRequests' })).toContain('c askedAccess');
    expect(names({ kind: 'deployments', application: null })).toContain('c fleet');
    expect(names({ kind: 'environments' })).toContain('c fleet');
    expect(names({ kind: 'application', application: 'a' })).toEqual([
      'c application a',
      'c places a',
      'c answer a',
      'c preflight a',
      'c deployChoices a',
      'c promotion a',
      'c rights a',
      'c accessGrid a',
      'c accessChoices a',
      'c healthOverview a',
      'c askedAccess',
      'c rightsHeld',
      'c batch',
    ]);
    expect(names({ kind: 'health', application: 'a', environment: 'dev' })).toEqual([
      'c health a dev',
      'c timeline a dev',
      'c answer a dev',
      'c fleet',
    ]);
  });
});

describe('the fleet', () => {
  const { rows } = fleetOf(applications, deployments);
  it('is filtered and sorted', () => {
    expect(filterRows(rows, '', 'unwell')).toHaveLength(2);
    expect(filterRows(rows, 'stor', 'all').map((row) => row.key)).toEqual(['storefront']);
    expect(filterRows(rows, '', 'stopped').map((row) => row.key)).toEqual(['customer-360']);
    expect(filterRows(rows, '', 'deploying').map((row) => row.key)).toEqual(['invoices']);
    const byName = sortRows(rows, { column: null, descending: true }).map((row) => row.key);
    expect(byName[0]).toBe('tax-rules');
    const byTest = sortRows(rows, { column: 'prod', descending: false }).map((row) => row.key);
    expect(byTest[0]).toBe('orders-api');
    expect(byTest.at(-1)).toBe('contract-reader');
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

describe('what a log line may show', () => {
  it('has nothing of a terminal that is obeyed and turns nothing around', () => {
    expect(printable('\u001b[31mred\u001b[0m')).toBe('red');
    expect(printable('\u001b]8;;http://x.example\u0007link\u001b]8;;\u0007')).toBe(
      '^[]8;;http://x.example^Glink^[]8;;^G',
    );
    expect(printable('\u001b[2Jgone\u009b31m')).toBe('^[[2Jgone<U+009B>31m');
    expect(printable('a\u0000b')).toBe('a^@b');
    expect(printable('a\u202eb')).toBe('a<U+202E>b');
    expect(oneLine('one\ntwo\tthree')).toBe('one ⏎ two  three');
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
