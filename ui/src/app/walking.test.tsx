import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { callsOf, renderApp } from '../test/renderApp';
import { back, history } from './navigation';

const matrix = () => screen.findByRole('table', { name: 'Applications by environment' });

describe('the list of applications', () => {
  it('keeps search, filter and order in its address', async () => {
    const { user } = await renderApp('/c/orders/applications');
    await matrix();
    await user.type(screen.getByRole('searchbox'), 'api');
    await user.click(screen.getByRole('button', { name: 'Behind' }));
    await user.click(screen.getByRole('button', { name: 'Application' }));
    await user.click(screen.getByRole('button', { name: /^Application/ }));
    expect(history.location.href).toBe('/c/orders/applications?q=api&state=behind&sort=-key');
    expect(screen.getByRole('searchbox')).toHaveValue('api');
  });

  it('is shown as its address says', async () => {
    await renderApp('/c/orders/applications?q=or&state=unwell&sort=%40prod');
    expect(within(await matrix()).getAllByRole('row')).toHaveLength(2);
    expect(screen.getByRole('searchbox')).toHaveValue('or');
    expect(screen.getByRole('button', { name: 'Unwell', pressed: true })).toBeVisible();
    expect(screen.getByRole('columnheader', { name: /PROD/ })).toHaveAttribute('aria-sort', 'ascending');
  });

  it('shows what is in an environment, from the row of it', async () => {
    const { user } = await renderApp('/c/orders/environments');
    const table = within(await screen.findByRole('table', { name: 'Environments' }));
    await user.click(table.getByRole('link', { name: '17 applications in Production' }));
    expect(history.location.href).toBe('/c/orders/applications?in=prod');
    expect(within(await matrix()).queryByRole('row', { name: /contract-reader/ })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Show those of every environment' }));
    expect(within(await matrix()).getByRole('row', { name: /contract-reader/ })).toBeVisible();
  });

  it('is found as it was left', async () => {
    const { user } = await renderApp('/c/orders/applications?q=api');
    await matrix();
    const body = document.querySelector('[data-scroll]') as HTMLElement;
    body.scrollTop = 120;
    fireEvent.scroll(body);
    await user.keyboard('jjj');
    const left = document.activeElement?.textContent;
    await user.keyboard('{Enter}');
    await screen.findByRole('link', { name: 'Now' });
    act(back);
    await matrix();
    await waitFor(() => {
      expect(document.activeElement).toHaveTextContent(left ?? 'nothing');
    });
    expect(document.querySelector('[data-scroll]')?.scrollTop).toBe(120);
    expect(history.location.href).toBe('/c/orders/applications?q=api');
  });

  it('selects rows with x, and does something with all of them', async () => {
    const { user, ...fake } = await renderApp('/c/orders/applications?sort=key');
    await matrix();
    await user.keyboard('jxjx');
    expect(await screen.findByText('2 selected')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Star' }));
    expect(JSON.stringify(callsOf(fake, 'settingsSave').at(-1))).toMatch(/"catalog".*"checkout"/);
    await user.click(screen.getByRole('button', { name: 'Select none' }));
    expect(screen.queryByText('2 selected')).toBeNull();
  });
});

describe('g and l', () => {
  it('leads to the log of what is in front, or of the row with the focus', async () => {
    const { user } = await renderApp('/c/orders/applications/catalog/test');
    await screen.findByRole('link', { name: 'Now' });
    await user.keyboard('gl');
    await waitFor(() => {
      expect(history.location.href).toBe('/c/orders/applications/catalog/test/logs');
    });
    await user.keyboard('ga');
    await matrix();
    await user.keyboard('j{ArrowRight}gl');
    await waitFor(() => {
      expect(history.location.href).toBe('/c/orders/applications/orders-api/dev/logs');
    });
  });

  it('leads to those of several where that is nothing', async () => {
    const { user } = await renderApp('/c/orders/deployments');
    await screen.findByRole('table');
    await user.keyboard('gl');
    expect(await screen.findByRole('heading', { level: 1, name: 'Logs' })).toBeVisible();
  });
});

describe('the connections in the settings', () => {
  it('are walked with j and k', async () => {
    const { user } = await renderApp('/settings/connections');
    await screen.findByRole('table', { name: 'Connections' });
    await user.keyboard('jj');
    expect(document.activeElement).toHaveAccessibleName('Sign in to Team Payments');
    await user.keyboard('k');
    expect(document.activeElement).toHaveAccessibleName('Sign out of Team Orders');
  });
});
