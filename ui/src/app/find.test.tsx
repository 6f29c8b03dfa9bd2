import { screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { renderApp } from '../test/renderApp';
import { closeFind, findIn } from './find';

function page(html: string): HTMLElement {
  const root = document.createElement('div');
  root.innerHTML = html;
  document.body.append(root);
  return root;
}

afterEach(() => {
  closeFind();
  document.body.replaceChildren();
});

describe('a text on a page', () => {
  const found = (html: string, text: string) => findIn(page(html), text).map(String);

  it('is found whatever its case, as often as it is there', () => {
    expect(found('<p>Orders and ORDERS</p><p>orders</p>', 'orders')).toEqual(['Orders', 'ORDERS', 'orders']);
  });
  it('is found over what is marked in a line, and not from one line to the next', () => {
    expect(found('<p>check <code>db</code> refused</p>', 'check db  ref')).toEqual(['check db ref']);
    expect(found('<p>check</p><p>db</p>', 'checkdb')).toEqual([]);
  });
  it('is not found where it is not seen', () => {
    expect(
      found('<p hidden>a</p><p style="display: none">a</p><span class="visually-hidden">a</span>', 'a'),
    ).toEqual([]);
  });
  it('is what is typed, and no expression', () => {
    expect(found('<p>1.4.0 (1.4)</p>', '1.4)')).toEqual(['1.4)']);
    expect(found('<p>anything</p>', '.')).toEqual([]);
    expect(found('<p>anything</p>', '  ')).toEqual([]);
  });
});

describe('the bar that searches the page', () => {
  class Marks extends Set<Range> {
    constructor(...ranges: Range[]) {
      super(ranges);
    }
  }
  const marks = new Map<string, Marks>();
  const here = () => [...(marks.get('found-here') ?? [])].map((range) => range.startContainer.parentElement);

  beforeEach(() => {
    vi.stubGlobal('Highlight', Marks);
    vi.stubGlobal('CSS', { escape: (text: string) => text, highlights: marks });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('goes from one to the next and back, and gives the focus back', async () => {
    const { user } = await renderApp('/c/orders');
    await screen.findByRole('table', { name: 'Applications by environment' });
    await user.keyboard('jj');
    const before = document.activeElement;
    await user.keyboard('{Control>}f{/Control}');
    const field = await screen.findByRole('textbox', { name: 'Find on the page' });
    await waitFor(() => {
      expect(field).toHaveFocus();
    });
    await user.clear(field);
    await user.paste('storefront');
    expect(await screen.findByText(/^1 of \d+$/)).toBeVisible();
    const total = marks.get('found')?.size ?? 0;
    expect(total).toBeGreaterThan(1);
    expect(screen.getByText(`1 of ${String(total)}`)).toBeVisible();
    const [first] = here();
    await user.keyboard('{Enter}');
    expect(screen.getByText(`2 of ${String(total)}`)).toBeVisible();
    expect(here()[0]).not.toBe(first);
    await user.keyboard('{Shift>}{Enter}{Enter}{/Shift}');
    expect(screen.getByText(`${String(total)} of ${String(total)}`)).toBeVisible();
    await user.paste('s of old');
    expect(screen.getByText('Nothing found')).toBeVisible();
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('search')).toBeNull();
    });
    expect(marks.size).toBe(0);
    expect(document.activeElement).toBe(before);
  });

  it('closes before the panel that it lies over', async () => {
    const { user } = await renderApp('/c/orders/applications/pricing/test?deploy=new');
    await screen.findByRole('complementary');
    await user.keyboard('{Control>}f{/Control}');
    const field = await screen.findByRole('textbox', { name: 'Find on the page' });
    await waitFor(() => {
      expect(field).toHaveFocus();
    });
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('search')).toBeNull();
    });
    expect(screen.getByRole('complementary')).toBeVisible();
  });

  it('leaves a list to its own search', async () => {
    const { user } = await renderApp('/c/orders/applications');
    const own = await screen.findByRole('searchbox');
    await user.keyboard('{Control>}f{/Control}');
    expect(own).toHaveFocus();
    expect(screen.queryByRole('textbox', { name: 'Find on the page' })).toBeNull();
  });
});
