import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { callsOf, renderApp } from '../test/renderApp';

const LOGS = '/c/orders/applications/orders-api/prod/logs';
const field = () => screen.findByRole('searchbox', { name: 'Search the log' });
const lines = async () =>
  within(await screen.findByRole('region', { name: 'Log lines' })).getAllByRole('listitem');

describe('a search in a log', () => {
  it('shows what fits, marked and counted, and all lines again when it is cleared', async () => {
    const { user } = await renderApp(LOGS, { lines: 1100 });
    await user.type(await field(), 'econnrefused');
    expect(await screen.findByText(/^\d+ of 1,1\d\d · 12 ms$/)).toBeVisible();
    await waitFor(async () => {
      const [first] = await lines();
      expect(first).toHaveTextContent('connect ECONNREFUSED 10.0.3.7:5432');
    });
    const [first] = await lines();
    if (!first) throw new Error('a line');
    expect(within(first).getByText('ECONNREFUSED').tagName).toBe('MARK');
    await user.clear(await field());
    expect(await screen.findByText(/^1,1\d\d lines$/)).toBeVisible();
    expect(document.querySelector('mark')).toBeNull();
  });

  it('ends when another begins, and goes on over what comes', async () => {
    const fake = await renderApp(LOGS, { lines: 1100 });
    await fake.user.type(await field(), 'db');
    await screen.findByText(/ of 1,1\d\d · 12 ms$/);
    expect(callsOf(fake, 'logSearchEnd').length).toBe(1);
    await waitFor(
      () => {
        expect(callsOf(fake, 'logSearchOn').length).toBeGreaterThan(0);
      },
      { timeout: 3000 },
    );
  });

  it('is by levels and by expressions, and says what is wrong with one', async () => {
    const { user } = await renderApp(LOGS, { lines: 1100 });
    await user.click(await screen.findByRole('button', { name: 'Errors' }));
    await screen.findByText(/ of 1,1\d\d · 12 ms$/);
    await waitFor(async () => {
      for (const line of await lines())
        expect(line.querySelector('[data-level]')).toHaveAttribute('data-level', 'error');
    });
    await user.click(screen.getByRole('button', { name: 'Regular expression' }));
    await user.type(await field(), '(');
    expect(await screen.findByRole('alert')).toHaveTextContent('No regular expression: it does not end');
    await user.clear(await field());
    await user.type(await field(), 'x{{9}');
    expect(await screen.findByRole('heading', { name: 'Nothing found' })).toBeVisible();
  });

  it('leads from a match to the lines around it', async () => {
    const { user } = await renderApp(LOGS, { lines: 1100 });
    await user.type(await field(), 'refused');
    await waitFor(async () => {
      expect((await lines())[0]).toHaveTextContent('refused');
    });
    const [first] = await lines();
    const cell = first?.querySelector('mark');
    if (!cell) throw new Error('a match');
    await user.click(cell);
    await user.click(await screen.findByRole('button', { name: 'Show the lines around it' }));
    expect(await screen.findByText('paused')).toBeVisible();
    await waitFor(async () => {
      const current = (await lines()).find((line) => line.getAttribute('aria-current') === 'true');
      expect(current).toHaveTextContent('refused');
    });
    // It is still searched for, and Back leads to the matches alone.
    expect(await field()).toHaveValue('refused');
    expect(screen.getByRole('button', { name: /^Only what was found/ })).toHaveAttribute(
      'aria-pressed',
      'false',
    );
  });
});
