import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import { applications } from '../ipc/fake/data';
import { account, failure, nextRevision } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

const matrix = () => screen.findByRole('table', { name: 'Applications by environment' });

describe('Home', () => {
  it('says how many are unwell, which, and why', async () => {
    await renderApp('/c/orders');
    expect(
      await screen.findByRole('heading', { name: '2 of 18 unwell, 1 deploying, 1 unknown' }),
    ).toBeVisible();
    const unwell = within(screen.getByRole('list', { name: 'Unwell' })).getAllByRole('listitem');
    expect(unwell).toHaveLength(2);
    expect(unwell[0]).toHaveTextContent(
      /^orders-apiPRODUnhealthy for 6 min: check db refused, since \d+ min( \d+ s)? after 1\.3\.9 → 1\.4\.0\.Roll backr$/,
    );
    expect(unwell[1]).toHaveTextContent(/^pricingtestDegraded for 22 min: p95 at 2\.4 s\.$/);
  });

  it('says that all is well only where it is', async () => {
    const storefront = applications.filter((each) => each.key === 'storefront');
    await renderApp('/c/orders', { applications: storefront, deployments: [] });
    expect(await screen.findByRole('heading', { name: 'All is well' })).toBeVisible();
  });

  it('says what is not known in place of it', async () => {
    const returns = applications.filter((each) => each.key === 'returns-desk');
    await renderApp('/c/orders', { applications: returns, deployments: [] });
    expect(await screen.findByRole('heading', { name: '1 unknown' })).toBeVisible();
    expect(screen.queryByText(/All is well/)).toBeNull();
  });

  const nowhere = (key: string, type: string) =>
    applications.slice(0, 1).map((each) => ({ ...each, key, type, environments: [] }));

  it('says where to go on where nothing is deployed', async () => {
    await renderApp('/c/orders', { applications: nowhere('shop', 'webapp'), deployments: [] });
    expect(await screen.findByRole('heading', { name: 'Nothing is deployed yet' })).toBeVisible();
    expect(screen.getByText(/choose Deploy/)).toBeVisible();
  });

  it('does not call for deploying what runs elsewhere', async () => {
    const outside = [...nowhere('partner-a', 'external'), ...nowhere('partner-b', 'external')];
    await renderApp('/c/orders', { applications: outside, deployments: [] });
    expect(await screen.findByRole('heading', { name: '2 applications, all run elsewhere' })).toBeVisible();
    expect(screen.queryByText(/choose Deploy/)).toBeNull();
  });

  it('follows the lists that the fleet is made of', async () => {
    const { emit, deployments } = await renderApp('/c/orders');
    await matrix();
    const bar = within(screen.getByRole('contentinfo'));
    expect(bar.queryByText(/checkout/)).toBeNull();
    const last = deployments.find((each) => each.applicationKey === 'checkout');
    if (!last) throw new Error('no deployment');
    Object.assign(last, { status: 'running', environment: 'prod' });
    emit('resourceChanged', {
      connection: 'orders',
      resource: { kind: 'deployments', application: null },
      changed: true,
    });
    expect(await bar.findByText(/checkout/)).toBeVisible();
  });

  it('tells the same number of what is deployed in the sidebar, its sentence and the status bar', async () => {
    await renderApp('/c/orders', { deployments: [] });
    expect(await screen.findByRole('heading', { name: /1 deploying/ })).toBeVisible();
    const link = within(screen.getByRole('contentinfo')).getByRole('link', { name: '1 deploying' });
    expect(link.getAttribute('href')).toMatch(/\/c\/orders\/deployments$/);
    const sidebar = within(screen.getByRole('navigation', { name: 'Main' }));
    expect(sidebar.getByRole('link', { name: /^Deployments/ })).toHaveTextContent('Deployments1');
  });

  it('shows every application in every environment, by shape, tag and age', async () => {
    await renderApp('/c/orders');
    const rows = within(await matrix()).getAllByRole('row');
    expect(rows).toHaveLength(19);
    const texts = rows.map((row) => row.textContent);
    expect(texts[1]).toMatch(/^orders-apiapi1\.4\.12 h1\.4\.0behind1\.4\.06 min$/);
    const row = (key: string) =>
      within(rows.find((each) => each.textContent.startsWith(key)) ?? document.body);
    expect(row('checkout').getByText('1 behind')).toBeVisible();
    expect(row('contract-reader').getByText('not there')).toBeVisible();
    expect(row('invoices').getByRole('img', { name: 'deploying' })).toBeVisible();
    expect(row('customer-360').getByRole('img', { name: 'stopped' })).toBeVisible();
    expect(row('returns-desk').getByRole('img', { name: 'unknown' })).toBeVisible();
    // A row is plain markup: its shapes are drawn by a class alone.
    expect((await matrix()).querySelectorAll('tbody svg')).toHaveLength(0);
  });

  it('opens the environment of the cell', async () => {
    const { user } = await renderApp('/c/orders');
    const row = within(await matrix()).getByRole('row', { name: /^storefront/ });
    await user.click(within(row).getAllByRole('link')[2] ?? row);
    await screen.findByRole('heading', { name: 'storefront' });
    expect(history.location.pathname).toBe('/c/orders/applications/storefront/test');
  });

  it('is walked with j, k and the arrows, and opened with Enter', async () => {
    const { user } = await renderApp('/c/orders');
    await matrix();
    await user.keyboard('j');
    expect(document.activeElement).toHaveTextContent('orders-apiPROD');
    await user.keyboard('jjk');
    expect(document.activeElement).toHaveTextContent('pricingtest');
    await user.keyboard('jj');
    expect(document.activeElement).toHaveTextContent('pricing');
    await user.keyboard('{ArrowRight}{ArrowRight}');
    expect(document.activeElement).toHaveTextContent('2.2.022 min');
    await user.keyboard('{Enter}');
    await screen.findByRole('heading', { name: 'pricing' });
    expect(history.location.pathname).toBe('/c/orders/applications/pricing/test');
  });

  it('has a menu for the row with the focus, by its key too', async () => {
    const { user } = await renderApp('/c/orders');
    await matrix();
    await user.keyboard('jj');
    const row = document.activeElement;
    await user.keyboard('{Shift>}{F10}{/Shift}');
    const menu = await screen.findByRole('menu', { name: 'pricing' });
    expect(
      within(menu)
        .getAllByRole('menuitem')
        .map((item) => item.textContent),
    ).toEqual([
      'Open⏎',
      'Open in a new window',
      'Deploy…d',
      'Roll back to 2.1.7r',
      'Copy linky',
      'Copy for chatY',
      'Open its address',
      'Copy URL',
      'Copy key',
      'Copy as curl',
      'Copy as command',
      'Remove star',
      'Create a copy…',
      'Delete…',
    ]);
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('menu')).toBeNull();
    });
    expect(document.activeElement).toBe(row);
  });

  it('teaches the next step where there is nothing', async () => {
    await renderApp('/c/orders', { applications: [], deployments: [] });
    expect(await screen.findByRole('heading', { name: 'No applications yet' })).toBeVisible();
    expect(screen.getByText(/curl -X POST/)).toBeVisible();
  });

  it('keeps what is known on screen while the instance cannot be reached, and says so', async () => {
    await renderApp('/c/orders', { source: 'offline' });
    expect(await screen.findByText(/cannot be reached. This is what was known at/)).toBeVisible();
    expect(await matrix()).toBeVisible();
    expect(await screen.findByText(/^offline since/)).toBeVisible();
  });

  it('says why nothing newer came, where the instance answers', async () => {
    await renderApp('/c/orders', { stale: failure('forbidden') });
    expect(await screen.findByText(/^Your account may not do this. This page is from/)).toBeVisible();
    expect(await matrix()).toBeVisible();
  });

  it('says an error by its code, with the request id', async () => {
    const fake = await renderApp('/c/orders/applications/nowhere/dev');
    expect(await screen.findByRole('alert')).toHaveTextContent('It is not there');
    expect(screen.getByText('req-404')).toBeVisible();
    expect(callsOf(fake, 'application')).toContainEqual(['orders', 'nowhere']);
  });
});

describe('Applications', () => {
  it('are searched while typing and filtered', async () => {
    const { user } = await renderApp('/c/orders/applications');
    await matrix();
    await user.keyboard('/');
    expect(screen.getByRole('searchbox', { name: 'Search applications' })).toHaveFocus();
    await user.keyboard('stor');
    await waitFor(async () => {
      expect(within(await matrix()).getAllByRole('row')).toHaveLength(2);
    });
    await user.keyboard('zzz');
    expect(await screen.findByRole('heading', { name: 'Nothing fits' })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Show all' }));
    await user.click(screen.getByRole('button', { name: 'Unwell' }));
    expect(within(await matrix()).getAllByRole('row')).toHaveLength(3);
  });

  it('are starred, and that is saved', async () => {
    const { user, ...fake } = await renderApp('/c/orders/applications');
    await user.click(await screen.findByRole('button', { name: 'Star catalog' }));
    expect(await screen.findByRole('button', { name: 'Remove star from catalog' })).toBeVisible();
    expect(JSON.stringify(callsOf(fake, 'settingsSave').at(-1))).toContain('"catalog"');
    expect(within(screen.getByRole('region', { name: 'Starred' })).getByText('catalog')).toBeVisible();
  });
});

describe('the palette', () => {
  it('finds a place by a few letters and goes there', async () => {
    const { user } = await renderApp('/c/orders');
    await matrix();
    await user.keyboard('{Control>}k{/Control}');
    const field = await screen.findByRole('combobox');
    await user.type(field, 'check logs prod');
    const options = screen.getAllByRole('option');
    expect(options[0]).toHaveTextContent('checkout logsPROD');
    expect(field).toHaveAttribute('aria-activedescendant', options[0]?.id);
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(history.location.pathname).toBe('/c/orders/applications/checkout/prod/logs');
    });
    expect(screen.queryByRole('combobox')).toBeNull();
  });

  it('closes with Escape and gives the focus back', async () => {
    const { user } = await renderApp('/c/orders');
    await matrix();
    await user.keyboard('jj');
    const before = document.activeElement;
    await user.keyboard('{Control>}k{/Control}');
    await screen.findByRole('combobox');
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('combobox')).toBeNull();
    });
    expect(document.activeElement).toBe(before);
  });
});

describe('Welcome', () => {
  it('finds an instance, signs in and goes to its Home', async () => {
    const { user, ...fake } = await renderApp('/welcome', { signedIn: false });
    const field = await screen.findByRole('textbox', { name: 'Connect to an instance' });
    expect(field).toHaveFocus();
    await user.type(field, 'https://miso.example.com{Enter}');
    expect(await screen.findByText('Waiting for the browser…')).toBeVisible();
    expect(screen.getByText('Found an instance at miso.example.com')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Copy the address' })).toBeVisible();
    await waitFor(() => {
      expect(history.location.pathname).toBe('/c/added');
    });
    expect(callsOf(fake, 'signIn')).toEqual([['added', true]]);
  });

  it('signs in on another device instead: shows the code and goes on by itself', async () => {
    const { user, ...fake } = await renderApp('/welcome', { signedIn: false, step: 60 });
    await user.type(await screen.findByRole('textbox'), 'https://nobody.example.com{Enter}');
    await user.click(await screen.findByRole('button', { name: 'Sign in on another device' }));
    const shown = await screen.findByRole('region', { name: 'Sign in on another device' });
    expect(within(shown).getByText('BCDF-GHJK')).toBeVisible();
    expect(within(shown).getByText('https://login.example.com/device')).toBeVisible();
    await user.click(within(shown).getByRole('button', { name: 'Copy the code' }));
    expect(within(shown).getByRole('button', { name: 'Copied' })).toBeVisible();
    await waitFor(() => {
      expect(history.location.pathname).toBe('/c/added');
    });
    expect(callsOf(fake, 'signInOnDevice')).toEqual([['added', true]]);
  });

  it('a sign-in on another device is called off', async () => {
    const { user } = await renderApp('/welcome', { signedIn: false, step: 60 });
    await user.type(await screen.findByRole('textbox'), 'https://nobody.example.com{Enter}');
    await user.click(await screen.findByRole('button', { name: 'Sign in on another device' }));
    await screen.findByText('BCDF-GHJK');
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(await screen.findByRole('alert')).toBeVisible();
    expect(screen.queryByText('BCDF-GHJK')).toBeNull();
  });

  it('keeps what was typed and says reason and remedy', async () => {
    const { user } = await renderApp('/welcome', { signedIn: false });
    const field = await screen.findByRole('textbox', { name: 'Connect to an instance' });
    await user.type(field, 'https://offline.example{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('The instance cannot be reached');
    expect(await screen.findByText(/Nobody here knows offline\.example/)).toBeVisible();
    expect(field).toHaveValue('https://offline.example');
  });

  it('tries it here', async () => {
    const { user, ...fake } = await renderApp('/welcome', { signedIn: false });
    await user.click(await screen.findByRole('button', { name: 'Start' }));
    await waitFor(() => {
      expect(history.location.pathname).toBe('/c/local');
    });
    expect(callsOf(fake, 'localStart')).toHaveLength(1);
  });

  it('offers to do without a keyring, and only says so', async () => {
    const { user, ...fake } = await renderApp('/welcome', { signedIn: false });
    await user.type(await screen.findByRole('textbox'), 'https://nokeyring.example{Enter}');
    await user.click(await screen.findByRole('button', { name: 'Keep me signed in until I quit' }));
    await waitFor(() => {
      expect(history.location.pathname).toBe('/c/added');
    });
    expect(callsOf(fake, 'signIn')).toEqual([
      ['added', true],
      ['added', false],
    ]);
  });
});

describe('a session that ends', () => {
  it('asks for a new one at the same address and returns to it', async () => {
    const { user, ...fake } = await renderApp('/c/orders/applications/orders-api/prod/deployments');
    await screen.findByRole('table', { name: 'Deployments' });
    fake.emit('sessionChanged', {
      connection: 'orders',
      session: { state: 'signedOut', reason: failure('unauthorized') },
      revision: nextRevision(),
    });
    expect(await screen.findByRole('heading', { name: 'Sign in again' })).toBeVisible();
    expect(screen.getByRole('alert')).toHaveTextContent('The session has ended');
    await user.click(screen.getByRole('button', { name: 'Sign in again' }));
    expect(await screen.findByRole('table', { name: 'Deployments' })).toBeVisible();
    expect(history.location.pathname).toBe('/c/orders/applications/orders-api/prod/deployments');
  });

  it('is not brought back by an older state that arrives late', async () => {
    const fake = await renderApp('/c/orders');
    const older = nextRevision();
    fake.emit('sessionChanged', {
      connection: 'orders',
      session: { state: 'signedOut', reason: null },
      revision: nextRevision(),
    });
    expect(await screen.findByRole('heading', { name: 'Sign in again' })).toBeVisible();
    fake.emit('sessionChanged', {
      connection: 'orders',
      session: { state: 'signedIn', account, remembered: true, until: null, notice: null },
      revision: older,
    });
    await Promise.resolve();
    expect(screen.getByRole('heading', { name: 'Sign in again' })).toBeVisible();
  });

  it('is ended by the user after one question', async () => {
    const { user, ...fake } = await renderApp('/settings/connections');
    await user.click(await screen.findByRole('button', { name: 'Sign out of Team Orders' }));
    const question = await screen.findByRole('dialog', { name: 'Sign out of Team Orders?' });
    expect(question).toHaveTextContent('erases what this app kept');
    await user.click(within(question).getByRole('button', { name: 'Cancel' }));
    expect(callsOf(fake, 'signOut')).toHaveLength(0);
    await user.click(await screen.findByRole('button', { name: 'Sign out of Team Orders' }));
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Sign out' }));
    expect(callsOf(fake, 'signOut')).toEqual([['orders']]);
  });
});
