import { describe, expect, it } from 'vitest';
import { applications, deployment, deployments } from '../ipc/fake/data';
import { sortRows, filterRows } from './filter';
import { fleetOf, standing, unwellCells } from './fleet';

const HOUR = 3_600_000;
const left = (...tags: string[]) =>
  // The newest first, an hour apart.
  tags.map((tag, at) => deployment('a', 'test', null, tag, { at: at * HOUR }));
const image = (tag: string) => `registry.example/a:${tag}`;

describe('how far behind', () => {
  it('is the number of distinct images since', () => {
    expect(standing(image('1.0'), image('1.3'), left('1.3', '1.2', '1.2', '1.1', '1.0'))).toEqual({
      kind: 'behind',
      count: 3,
    });
  });
  it('has no number where what is known does not reach back', () => {
    expect(standing(image('1.0'), image('1.3'), left('1.3', '1.2'))).toEqual({ kind: 'behind', count: null });
    expect(standing(image('1.0'), image('1.3'), [])).toEqual({ kind: 'behind', count: null });
  });
  it('is nothing where both run the same, or one is not known', () => {
    expect(standing(image('1.0'), image('1.0'), left('1.0'))).toEqual({ kind: 'same' });
    expect(standing(null, image('1.0'), [])).toEqual({ kind: 'same' });
    expect(standing(image('1.0'), null, [])).toEqual({ kind: 'same' });
  });
  it('is ahead where a newer one never ran on the left', () => {
    expect(standing(image('1.4'), image('1.3'), left('1.3'))).toEqual({ kind: 'ahead' });
  });
  it('does not depend on the order in which deployments come', () => {
    expect(standing(image('1.0'), image('1.2'), left('1.2', '1.1', '1.0').reverse())).toEqual({
      kind: 'behind',
      count: 2,
    });
  });
});

describe('the fleet', () => {
  const fleet = fleetOf(applications, deployments);

  it('goes from dev to production', () => {
    expect(fleet.environments).toEqual(['dev', 'test', 'prod']);
  });
  it('shows the unwell first, the worst before, then by name', () => {
    const keys = fleet.rows.map((row) => row.application.key);
    expect(keys.slice(0, 4)).toEqual(['orders-api', 'pricing', 'catalog', 'checkout']);
    expect(keys.slice(2)).toEqual([...keys.slice(2)].sort());
  });
  it('names every unwell place, the worst first', () => {
    expect(unwellCells(fleet).map(({ row, cell }) => `${row.application.key} ${cell.environment}`)).toEqual([
      'orders-api prod',
      'pricing test',
    ]);
  });
  it('has a cell for every environment, and nothing where it was never deployed', () => {
    const reader = fleet.rows.find((row) => row.application.key === 'contract-reader');
    expect(reader?.cells.map((cell) => cell.entry === null)).toEqual([false, false, true]);
  });
  it('compares with the neighbour that runs, not with a stopped one', () => {
    const customer = fleet.rows.find((row) => row.application.key === 'customer-360');
    expect(customer?.cells.map((cell) => cell.tag)).toEqual(['2.0.0-alpha.rc.3', null, '1.8.4']);
    expect(customer?.cells[2]?.standing.kind).toBe('behind');
  });
  it('is filtered and sorted', () => {
    expect(filterRows(fleet.rows, '', 'unwell')).toHaveLength(2);
    expect(filterRows(fleet.rows, 'stor', 'all').map((row) => row.application.key)).toEqual(['storefront']);
    expect(filterRows(fleet.rows, '', 'stopped').map((row) => row.application.key)).toEqual(['customer-360']);
    const byName = sortRows(fleet.rows, { column: null, descending: true }).map((row) => row.application.key);
    expect(byName[0]).toBe('tax-rules');
    expect(sortRows(fleet.rows, { column: 'test', descending: false })[0]?.application.key).toBe('pricing');
  });
});
