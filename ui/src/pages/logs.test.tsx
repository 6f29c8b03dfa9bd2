import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { history } from '../app/navigation';
import { callsOf, renderApp } from '../test/renderApp';

const LOGS = '/c/orders/logs?log=orders-api%40prod&log=pricing%40dev';
const lines = async () =>
  within(await screen.findByRole('region', { name: 'Log lines' })).getAllByRole('listitem');

describe('the logs of several applications', () => {
  it('are chosen, the starred ones first, and remembered', async () => {
    const { user } = await renderApp('/c/orders/logs');
    expect(
      await screen.findByRole('heading', { name: 'The logs of several applications, by time' }),
    ).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Choose logs' }));
    const starred = within(await screen.findByRole('group', { name: 'Starred' }));
    await user.click(starred.getByRole('checkbox', { name: /orders-api.*PROD/ }));
    await user.type(screen.getByRole('searchbox', { name: 'Find an application' }), 'checkout@dev');
    await user.click(await screen.findByRole('checkbox', { name: /checkout.*dev/ }));
    const shown = within(await screen.findByRole('list', { name: 'Logs shown' }));
    expect(shown.getAllByRole('listitem').map((each) => each.textContent)).toEqual([
      'orders-apiPROD',
      'checkoutdev',
    ]);
    expect(history.location.href).toContain('log=orders-api%40prod&log=checkout%40dev');
    history.push('/c/orders');
    await waitFor(() => {
      expect(screen.queryByRole('list', { name: 'Logs shown' })).toBeNull();
    });
    await user.keyboard('gl');
    await waitFor(() => {
      expect(history.location.href).toContain('log=orders-api%40prod&log=checkout%40dev');
    });
    await user.click(await screen.findByRole('button', { name: 'Remove checkout@dev' }));
    expect(history.location.href).toMatch(/logs\?log=orders-api%40prod$/);
  });

  it('stand by time with the name of each, follow, and pause', async () => {
    const fake = await renderApp(LOGS, { lines: 300 });
    await waitFor(async () => {
      const all = (await lines()).map((line) => line.textContent);
      expect(all.some((text) => text.includes('orders-api@prod'))).toBe(true);
      expect(all.some((text) => text.includes('pricing@dev'))).toBe(true);
    });
    expect(screen.getByText('live')).toBeVisible();
    expect(callsOf(fake, 'logFollow')).toHaveLength(2);
    const [first] = await lines();
    const cell = first?.querySelector('time');
    if (!cell) throw new Error('a line');
    await fake.user.click(cell);
    expect(await screen.findByText('paused')).toBeVisible();
    expect(
      await screen.findByRole('button', { name: /new lines, go to the newest$/ }, { timeout: 3000 }),
    ).toBeVisible();
  });

  it('are searched as one', async () => {
    const { user } = await renderApp(LOGS, { lines: 300 });
    await user.type(await screen.findByRole('searchbox', { name: 'Search the log' }), 'refused');
    expect(await screen.findByText(/^\d+ of 600 · 12 ms$/)).toBeVisible();
    await waitFor(async () => {
      for (const line of await lines()) expect(line).toHaveTextContent(/@(prod|dev).*refused/i);
    });
  });

  it('show along the scroll bar where they are bad and where the matches are, and a click goes there', async () => {
    const fake = await renderApp(LOGS, { lines: 300 });
    expect(await screen.findByRole('img', { name: /^\d+ errors and \d+ warnings along/ })).toBeVisible();
    await fake.user.type(await screen.findByRole('searchbox', { name: 'Search the log' }), 'refused');
    const strip = await screen.findByRole('img', { name: /^\d+ matches, .* along the log$/ });
    expect(strip.querySelectorAll('.found').length).toBeGreaterThan(50);
    // Where the matches are is asked of the search over all logs, as one.
    expect(callsOf(fake, 'mergedSearchHeat').at(-1)?.[1]).toBe(200);
    expect(callsOf(fake, 'logSearchHeat')).toEqual([]);
    vi.spyOn(strip, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 10, 1000));
    fireEvent.click(strip, { clientY: 250 });
    const current = async () => (await lines()).find((line) => line.getAttribute('aria-current') === 'true');
    await waitFor(async () => {
      expect(await current()).toHaveTextContent(/refused/i);
    });
    // By its number among the matches, a quarter of the way down.
    const place = Number((await current())?.dataset['position']);
    const all = Number((await lines())[0]?.getAttribute('aria-setsize'));
    expect(place / all).toBeGreaterThan(0.2);
    expect(place / all).toBeLessThan(0.3);
  });

  it('are walked from match to match, alone and among all lines', async () => {
    const { user } = await renderApp(LOGS, { lines: 300 });
    await user.type(await screen.findByRole('searchbox', { name: 'Search the log' }), 'refused');
    await screen.findByText(/^\d+ of 600 · 12 ms$/);
    const current = async () => (await lines()).find((line) => line.getAttribute('aria-current') === 'true');
    await waitFor(async () => {
      expect((await lines()).at(-1)).toHaveTextContent(/refused/i);
    });
    await user.click(screen.getByRole('button', { name: 'Next match (n)' }));
    expect(await screen.findByText(/^\d+ of \d+ · 12 ms$/)).toBeVisible();
    await waitFor(async () => {
      expect(await current()).toHaveTextContent(/refused/i);
    });
    // Among all lines one stays at a match, and goes on from there.
    await user.click(screen.getByRole('button', { name: 'Only what was found (m)' }));
    const place = async () => {
      const line = await current();
      return line?.hasAttribute('data-match') ? Number(line.dataset['position']) : -1;
    };
    await waitFor(async () => {
      expect(await place()).toBeGreaterThanOrEqual(0);
      expect((await lines()).some((line) => !/refused/i.test(line.textContent))).toBe(true);
    });
    const before = await place();
    await user.keyboard('N');
    await waitFor(async () => {
      expect(await place()).toBeGreaterThanOrEqual(0);
      expect(await place()).toBeLessThan(before);
    });
    expect(await current()).toHaveTextContent(/refused/i);
  });

  it('are written to a file: everything, or what was found', async () => {
    const fake = await renderApp(LOGS, { lines: 300 });
    const { user } = fake;
    await user.type(await screen.findByRole('searchbox', { name: 'Search the log' }), 'refused');
    await screen.findByText(/^\d+ of 600 · 12 ms$/);
    await user.click(screen.getByRole('button', { name: 'Export' }));
    await user.click(await screen.findByRole('menuitem', { name: 'What was found as CSV' }));
    expect(await screen.findByText(/^\d+ lines written/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Export' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Everything kept as JSON Lines' }));
    expect(await screen.findByText(/^600 lines written, 58.6 KiB$/)).toBeVisible();
    const parts = callsOf(fake, 'mergedExport').map(([, , part]) => part);
    expect(parts).toMatchObject([
      { query: { text: 'refused' }, form: 'csv' },
      { query: null, form: 'jsonLines' },
    ]);
  });

  it('are written as they are picked: by their places, and by their numbers where only what was found is shown', async () => {
    const fake = await renderApp('/c/orders/applications/orders-api/prod/logs', { lines: 300 });
    const { user } = fake;
    await waitFor(async () => {
      expect((await lines()).at(-1)).toHaveTextContent(/orders-api/);
    });
    const write = async () => {
      await user.click(screen.getByRole('button', { name: 'Export' }));
      await user.click(await screen.findByRole('menuitem', { name: 'Selected lines as text' }));
      await screen.findByText(/^\d+ lines written/);
      return callsOf(fake, 'mergedExport').at(-1)?.[2];
    };
    await user.keyboard('k{Shift>}{ArrowUp}{ArrowUp}{/Shift}');
    const picked = (await lines()).filter((line) => line.hasAttribute('data-picked'));
    expect(picked).toHaveLength(3);
    const from = Number(picked[0]?.dataset.position);
    expect(await write()).toMatchObject({ query: null, from, to: from + 3 });
    await user.type(screen.getByRole('searchbox', { name: 'Search the log' }), 'refused');
    await screen.findByText(/^\d+ of 3\d\d · 12 ms$/);
    await waitFor(async () => {
      for (const line of await lines()) expect(line).toHaveTextContent(/refused/i);
    });
    (await screen.findByRole('region', { name: 'Log lines' })).focus();
    await user.keyboard('{Home}{ArrowDown}{Shift>}{ArrowDown}{/Shift}');
    const found = (await lines()).filter((line) => line.hasAttribute('data-picked'));
    expect(found).toHaveLength(2);
    const number = Number(found[0]?.dataset.position);
    expect(number).toBeLessThan(3);
    expect(await write()).toMatchObject({ query: { text: 'refused' }, from: number, to: number + 2 });
  });
});

describe('a log file', () => {
  it('is read, shown and searched as a log, and closed', async () => {
    const fake = await renderApp('/c/orders/logs');
    const { user } = fake;
    const text = 'first line\nconnect refused\nthird line, bad \ufffd\n';
    await user.upload(await screen.findByLabelText('Choose a log file'), new File([text], 'old.log'));
    await waitFor(async () => {
      expect((await lines()).map((line) => line.textContent)[1]).toContain('connect refused');
    });
    expect(screen.getByText('old.log')).toBeVisible();
    expect(screen.getByText(/^3 lines have no time of their own/)).toBeVisible();
    await user.type(screen.getByRole('searchbox', { name: 'Search the log' }), 'refused');
    expect(await screen.findByText(/^1 of 3 · 12 ms$/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Close the file' }));
    expect(await screen.findByRole('heading', { name: /^The logs of several/ })).toBeVisible();
    expect(callsOf(fake, 'mergedClose').length).toBeGreaterThan(0);
  });
});
