import { describe, expect, it } from 'vitest';
import { listFrom, listWords, WHOLE, type List } from './list';

describe('a list in an address', () => {
  const lists: List[] = [
    WHOLE,
    { search: 'a b&c=d #?', filter: 'unwell', environment: 'prod', sort: { column: null, descending: true } },
    { search: '', filter: 'behind', environment: null, sort: { column: 'key', descending: false } },
    { search: '@', filter: 'all', environment: 'a/b', sort: { column: '-x', descending: true } },
  ];

  it('is read as it was written', () => {
    for (const list of lists) expect(listFrom(`/c/one/applications${listWords(list)}`)).toEqual(list);
    expect(listWords(WHOLE)).toBe('');
  });

  it('is the whole where it is not understood', () => {
    expect(listFrom('/c/one/applications?state=odd&sort=%00&other=1')).toEqual(WHOLE);
  });
});
