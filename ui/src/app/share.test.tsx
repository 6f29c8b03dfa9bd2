import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';
import { placeFacts } from './chatText';
import { history } from './navigation';

const PRICING = '/c/orders/applications/pricing/test';

const items = async () =>
  within(await screen.findByRole('menu'))
    .getAllByRole('menuitem')
    .map((item) => item.textContent);

describe('the menu of what has none of its own', () => {
  it('is of the link that is pointed at', async () => {
    const { user, ...fake } = await renderApp('/c/orders');
    const sidebar = within(screen.getByRole('navigation', { name: 'Main' }));
    const link = await sidebar.findByRole('link', { name: /^Deployments/ });
    expect(fireEvent.contextMenu(link, { clientX: 40, clientY: 80 })).toBe(false);
    expect(await items()).toEqual(['Open⏎', 'Open in a new window', 'Copy link']);
    await user.click(screen.getByRole('menuitem', { name: 'Copy link' }));
    expect(callsOf(fake, 'linkCopy')).toEqual([['orders', '/deployments']]);
    expect(await screen.findByText('Link copied')).toBeVisible();
    expect(history.location.pathname).toBe('/c/orders');
  });

  it('opens by keys at the link with the focus, and gives it back', async () => {
    const { user } = await renderApp('/c/orders');
    const sidebar = within(screen.getByRole('navigation', { name: 'Main' }));
    const link = await sidebar.findByRole('link', { name: /^Deployments/ });
    link.focus();
    await user.keyboard('{Shift>}{F10}{/Shift}');
    expect(await screen.findByRole('menu')).toBeVisible();
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('menu')).toBeNull();
    });
    expect(link).toHaveFocus();
  });

  it('is of the page elsewhere', async () => {
    const { user, ...fake } = await renderApp('/c/orders/deployments?result=failed');
    await screen.findByRole('table', { name: 'Deployments' });
    fireEvent.contextMenu(screen.getByRole('heading', { level: 1 }), { clientX: 300, clientY: 20 });
    const found = await items();
    expect(found).toEqual(expect.arrayContaining(['RefreshF5', 'Find on the pageCtrl F', 'Copy linky']));
    await user.click(screen.getByRole('menuitem', { name: /^Copy link/ }));
    expect(callsOf(fake, 'linkCopy')).toEqual([['orders', '/deployments?result=failed']]);
  });

  it('copies what is selected', async () => {
    await renderApp('/c/orders');
    const heading = await screen.findByRole('heading', { name: /unwell/ });
    window.getSelection()?.selectAllChildren(heading);
    fireEvent.contextMenu(heading, { clientX: 300, clientY: 60 });
    expect((await items())[0]).toBe('CopyCtrl C');
    window.getSelection()?.removeAllRanges();
  });

  it('leaves a field to the engine, which can paste', async () => {
    await renderApp('/c/orders/applications');
    const field = await screen.findByRole('searchbox');
    expect(fireEvent.contextMenu(field, { clientX: 300, clientY: 60 })).toBe(true);
    expect(screen.queryByRole('menu')).toBeNull();
  });

  it('says of what page there is no link', async () => {
    await renderApp('/settings');
    fireEvent.contextMenu(await screen.findByRole('heading', { level: 1 }), { clientX: 300, clientY: 20 });
    const item = await screen.findByRole('menuitem', { name: /^Copy link/ });
    expect(item).toHaveTextContent('No link leads to this page.');
    expect(item).toHaveAttribute('aria-disabled', 'true');
  });
});

describe('a link', () => {
  it('is of the row with the focus, else of the page', async () => {
    const { user, ...fake } = await renderApp('/c/orders/applications/orders-api/dev/logs?level=errors');
    await screen.findByRole('heading', { name: 'orders-api' });
    await user.keyboard('y');
    expect(callsOf(fake, 'linkCopy')).toEqual([['orders', '/applications/orders-api/dev/logs?level=errors']]);
    history.push('/c/orders');
    await screen.findByRole('table', { name: 'Applications by environment' });
    await user.keyboard('jjy');
    expect(callsOf(fake, 'linkCopy').at(-1)).toEqual(['orders', '/applications/pricing/test']);
  });

  it('is of the deployment with the focus', async () => {
    const { user, ...fake } = await renderApp('/c/orders/deployments');
    await screen.findByRole('table', { name: 'Deployments' });
    await user.keyboard('jy');
    const [, page] = callsOf(fake, 'linkCopy')[0] ?? [];
    expect(page).toMatch(/^\/applications\/[^/]+\/[^/]+\?deploy=.+/);
  });
});

describe('what is copied for chat', () => {
  it('is what is known of an unwell application, with why', async () => {
    const { user, ...fake } = await renderApp(PRICING);
    await user.click(await screen.findByRole('button', { name: 'More' }));
    await user.click(await screen.findByRole('menuitem', { name: /^Copy for chat/ }));
    const [connection, page, facts] = callsOf(fake, 'factsCopy')[0] ?? [];
    expect([connection, page]).toEqual(['orders', '/applications/pricing/test']);
    const [first, second, third, fourth] = String(facts).split('\n');
    expect(first).toBe('pricing in test (Team Orders)');
    expect(second).toMatch(/ since .*\d\d:\d\d:\d\d \S+$/);
    expect(third).toMatch(/^Degraded for /);
    expect(fourth).toMatch(/^Image: .*pricing:2\.2\.0/);
    expect(await screen.findByText('Copied for chat')).toBeVisible();
  });

  it('is the same by a key on its row', async () => {
    const { user, ...fake } = await renderApp('/c/orders');
    await screen.findByRole('table', { name: 'Applications by environment' });
    await user.keyboard('jjY');
    expect(callsOf(fake, 'factsCopy')[0]?.[2]).toMatch(/^pricing in test/);
  });

  it('is what is known of a deployment', async () => {
    const { user, ...fake } = await renderApp('/c/orders/deployments');
    await screen.findByRole('table', { name: 'Deployments' });
    await user.keyboard('j{Shift>}{F10}{/Shift}');
    await user.click(await screen.findByRole('menuitem', { name: /^Copy for chat/ }));
    const [, page, facts] = callsOf(fake, 'factsCopy')[0] ?? [];
    expect(page).toMatch(/\?deploy=/);
    expect(facts).toMatch(/^Deployment of \S+ to \S+ \(Team Orders\): \w+\nImage: .*\nBy .*\d\d:\d\d:\d\d/);
  });

  it('says no more than is known, and each on its line', () => {
    const at = { connection: 'orders', application: 'till', environment: 'dev' };
    expect(placeFacts(at, null, null).split('\n')).toHaveLength(1);
    const answer: Answer = {
      kind: 'unwell',
      state: 'bad',
      since: null,
      parts: [
        { fact: { code: 'health', state: 'bad', since: null }, evidence: null },
        { fact: { code: 'says', words: 'gone\nand\u202e more' }, evidence: null },
      ],
    };
    const row = {
      cells: [{ environment: 'dev', place: { state: 'bad', unwell: true, since: null, image: null } }],
    } as unknown as Parameters<typeof placeFacts>[1];
    const [, state, line, ...others] = placeFacts(at, row, answer).split('\n');
    expect(others).toEqual([]);
    expect(state).toBe('unhealthy');
    expect(line).toBe('Unhealthy: gone ⏎ and<U+202E> more.');
  });
});
