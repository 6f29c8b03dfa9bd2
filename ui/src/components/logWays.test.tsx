import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import { callsOf, renderApp } from '../test/renderApp';

const LOGS = '/c/orders/applications/orders-api/prod/logs';
const region = () => screen.findByRole('region', { name: 'Log lines' });
const current = async () =>
  within(await region())
    .getAllByRole('listitem')
    .find((line) => line.getAttribute('aria-current') === 'true');
const only = () => screen.getByRole('button', { name: /^Only what was found/ });
const goTo = () => screen.findByRole('textbox', { name: 'Go to time' });

describe('a search among all lines', () => {
  it('is walked from match to match, which are counted and marked', async () => {
    const fake = await renderApp(`${LOGS}?q=circuit&look=all`, { lines: 1100 });
    const { user } = fake;
    await screen.findByText(/^\d+ of 1,1\d\d · 12 ms$/);
    await waitFor(async () => {
      const marked = (await region()).querySelectorAll('[data-match] mark');
      expect(marked.length).toBeGreaterThan(0);
    });
    await user.keyboard('{Home}n');
    expect(await screen.findByText(/^1 of \d+ · 12 ms$/)).toBeVisible();
    expect(await current()).toHaveTextContent('circuit "db" opened');
    await user.keyboard('n');
    expect(await screen.findByText(/^2 of \d+ · 12 ms$/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: /^Match before/ }));
    expect(await screen.findByText(/^1 of \d+ · 12 ms$/)).toBeVisible();
    // Before the first comes the last.
    await user.keyboard('N');
    await waitFor(() => {
      const [, at, of] = /^(\d+) of (\d+) ·/.exec(screen.getByText(/^\d+ of \d+ · 12 ms$/).textContent) ?? [];
      expect(at).toBe(of);
      expect(Number(at)).toBeGreaterThan(90);
    });
    expect(await current()).toHaveTextContent('circuit "db" opened');
    expect(await screen.findByRole('img', { name: /^1\d\d matches, .* along the log$/ })).toBeVisible();
    expect(callsOf(fake, 'logSearchHeat').length).toBeGreaterThan(0);
  });

  it('begins with the first line where that is a match', async () => {
    const { user } = await renderApp(`${LOGS}?q=listening&look=all`, { lines: 1100 });
    await screen.findByText(/ of 1,1\d\d · 12 ms$/);
    await user.keyboard('{Home}n');
    expect(await screen.findByText(/^1 of \d+ · 12 ms$/)).toBeVisible();
    expect((await current())?.dataset.position).toBe('0');
  });

  it('changes to the matches alone and back without losing the line, and Back leads there too', async () => {
    const { user } = await renderApp(`${LOGS}?q=circuit&look=all`, { lines: 1100 });
    await screen.findByText(/ of 1,1\d\d · 12 ms$/);
    await user.keyboard('{Home}nnn');
    await screen.findByText(/^3 of \d+ · 12 ms$/);
    const there = Number((await current())?.dataset.position);
    await user.keyboard('m');
    await waitFor(async () => {
      expect(only()).toHaveAttribute('aria-pressed', 'true');
      expect(Number((await current())?.dataset.position)).toBe(2);
    });
    expect(history.location.href).toBe(`${LOGS}?q=circuit`);
    await user.keyboard('n');
    expect(await screen.findByText(/^4 of \d+ · 12 ms$/)).toBeVisible();
    act(() => {
      history.back();
    });
    await waitFor(async () => {
      expect(only()).toHaveAttribute('aria-pressed', 'false');
      expect(Number((await current())?.dataset.position)).toBeGreaterThan(there);
    });
    expect(await current()).toHaveTextContent('circuit "db" opened');
  });
});

describe('a search that is taken back', () => {
  it('leaves one at the match where one was, among all lines', async () => {
    const { user } = await renderApp(`${LOGS}?q=circuit`, { lines: 1100 });
    await screen.findByText(/ of 1,1\d\d · 12 ms$/);
    await user.keyboard('{Home}nn');
    await screen.findByText(/^2 of \d+ · 12 ms$/);
    await user.clear(await screen.findByRole('searchbox', { name: 'Search the log' }));
    expect(await screen.findByText('paused')).toBeVisible();
    await waitFor(async () => {
      expect(await current()).toHaveTextContent('circuit "db" opened');
    });
    expect(Number((await current())?.dataset.position)).toBeLessThan(30);
  });
});

describe('the address of a log', () => {
  it('has what it is narrowed by, and a panel beside it takes nothing of that away', async () => {
    const fake = await renderApp(`${LOGS}?q=get&regex=1&level=errors&field=instance%3Dorders-api-1`, {
      lines: 1100,
    });
    const { user } = fake;
    expect(await screen.findByRole('searchbox', { name: 'Search the log' })).toHaveValue('get');
    expect(screen.getByText('instance: orders-api-1')).toBeVisible();
    await waitFor(() => {
      expect(callsOf(fake, 'logSearch').at(-1)?.[3]).toEqual({
        text: 'get',
        regex: true,
        levels: ['error'],
        from: null,
        to: null,
        fields: [{ name: 'instance', value: 'orders-api-1' }],
      });
    });
    await user.click(screen.getByRole('button', { name: 'Deploy…' }));
    await screen.findByRole('complementary');
    expect(screen.getByRole('searchbox', { name: 'Search the log' })).toHaveValue('get');
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('complementary')).toBeNull();
      expect(history.location.href).toContain('q=get');
    });
    await user.click(screen.getByRole('button', { name: 'No longer narrowed: instance: orders-api-1' }));
    expect(history.location.href).toBe(`${LOGS}?q=get&regex=1&level=errors`);
  });
});

describe('a time', () => {
  it('is gone to', async () => {
    const { user, ...fake } = await renderApp(LOGS, { lines: 2000 });
    await region();
    await user.keyboard('t');
    expect(await goTo()).toHaveFocus();
    await user.keyboard('-5m{Enter}');
    expect(await screen.findByText('paused')).toBeVisible();
    await waitFor(async () => {
      const time = (await current())?.querySelector('time')?.getAttribute('datetime') ?? '';
      expect(Math.abs(Date.now() - 5 * 60_000 - Date.parse(time))).toBeLessThan(10_000);
    });
    expect(callsOf(fake, 'timeRead')).toEqual([['-5m']]);
    expect(await goTo()).toHaveValue('');
    expect(await region()).toHaveFocus();
  });

  it('that is none is said to be none, and stays to be mended', async () => {
    const { user } = await renderApp(LOGS, { lines: 100 });
    await user.type(await goTo(), 'noon{Enter}');
    await waitFor(async () => {
      expect(await goTo()).toBeInvalid();
    });
    expect(await goTo()).toHaveValue('noon');
    expect((await goTo()).title).toMatch(/^No time that is understood/);
  });

  it('with another one is a span that narrows the log', async () => {
    const { user, ...fake } = await renderApp(LOGS, { lines: 2000 });
    await user.type(await goTo(), '-9m..-8m{Enter}');
    expect(await screen.findByRole('button', { name: /^No longer narrowed: .* – / })).toBeVisible();
    await waitFor(() => {
      const query = callsOf(fake, 'logSearch').at(-1)?.[3] as { from: string; to: string };
      expect(Date.parse(query.to) - Date.parse(query.from)).toBeCloseTo(60_000, -3);
    });
    await screen.findByText(/^14\d of 2,0\d\d · 12 ms$/);
  });
});
