import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { callsOf, renderApp } from '../test/renderApp';

const LOGS = '/c/orders/applications/orders-api/prod/logs';
const region = () => screen.findByRole('region', { name: 'Log lines' });

describe('the log', () => {
  it('shows the newest lines of a long one, and only those', async () => {
    const fake = await renderApp(LOGS);
    const lines = await within(await region()).findAllByRole('listitem');
    expect(lines.length).toBeLessThan(120);
    expect(lines.at(-1)).toHaveAttribute('aria-posinset', '100000');
    await waitFor(() => {
      expect(lines.at(-1)).toHaveTextContent(/orders-api-\d/);
    });
    for (const [, , , from, count] of callsOf(fake, 'logWindow')) {
      expect(from).toBeGreaterThan(99_000);
      expect(count).toBeLessThanOrEqual(1000);
    }
  });

  it('pauses when scrolled up and counts what is new', async () => {
    const { user } = await renderApp(LOGS);
    const scroller = await region();
    await within(scroller).findAllByRole('listitem');
    scroller.scrollTop = 1000;
    fireEvent.scroll(scroller);
    expect(await screen.findByText('paused')).toBeVisible();
    const pill = await screen.findByRole('button', { name: /new lines/ }, { timeout: 3000 });
    expect(pill).toHaveTextContent(/^\d+ new$/);
    await user.click(pill);
    expect(await screen.findByText('live')).toBeVisible();
  });

  it('opens the fields of a line in place with Enter', async () => {
    const { user } = await renderApp(LOGS);
    const lines = within(await region());
    await waitFor(() => {
      expect(lines.getAllByRole('listitem').at(-1)).toHaveTextContent(/orders-api/);
    });
    await user.keyboard('k{Enter}');
    const fields = await screen.findByRole('group', { name: 'Fields' });
    expect(fields).toHaveTextContent('requestId');
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('group', { name: 'Fields' })).toBeNull();
  });

  it('says that there are none yet', async () => {
    await renderApp('/c/orders/applications/contract-reader/dev/logs');
    expect(await screen.findByRole('heading', { name: 'No lines yet' })).toBeVisible();
  });
});
