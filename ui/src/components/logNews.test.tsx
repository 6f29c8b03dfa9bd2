import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { LAST } from '../app/logFilter';
import { maskedPieces, sinceIn, worstFirst } from '../app/logNews';
import { history } from '../app/navigation';
import type { Deployment, LogPattern } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';

const LOGS = '/c/orders/applications/orders-api/prod/logs';
const NEWS = `${LOGS}?new=last`;
const news = () => screen.findByRole('table', { name: 'New messages' });
const rows = async () =>
  within(await news())
    .getAllByRole('row')
    .slice(1);

describe('what is new in a log', () => {
  it('stands in the place of the lines, the last deployment being the first choice', async () => {
    const fake = await renderApp(LOGS);
    const { user } = fake;
    await user.click(await screen.findByRole('button', { name: 'New since…' }));
    expect(history.location.search).toBe('?new=last');
    const found = await rows();
    expect(found).toHaveLength(3);
    // The worst first, however many lines the others have.
    const [first, second, third] = found;
    expect(first).toHaveTextContent(/error.*ECONNREFUSED/);
    expect(second).toHaveTextContent(/warning.*circuit/);
    expect(third).toHaveTextContent('31,204');
    expect(within(third as HTMLElement).getByRole('button', { name: 'retry … of … in … ms' })).toBeVisible();
    expect(screen.queryByRole('region', { name: 'Log lines' })).toBeNull();
    // It says how true "new" is.
    expect(screen.getByText(/^Compared with 100,000 lines kept from before, since /)).toBeVisible();
    expect(screen.getByText(/^Lines from before are missing in 1 place:/)).toBeVisible();
    expect(screen.getByText(/^3 new patterns in 40,211 lines since /)).toBeVisible();
    const [call] = callsOf(fake, 'logNewSince');
    expect(Number.isNaN(Date.parse(String(call?.[3])))).toBe(false);
    await user.click(screen.getByRole('button', { name: 'Show the lines again' }));
    expect(await screen.findByRole('region', { name: 'Log lines' })).toBeVisible();
    expect(history.location.search).toBe('');
  });

  it('is narrowed by the level and by a text', async () => {
    const { user } = await renderApp(`${LOGS}?level=errors&new=last`);
    await waitFor(async () => {
      expect(await rows()).toHaveLength(1);
    });
    await user.click(within(screen.getByRole('group', { name: 'level' })).getByText('All'));
    await user.click(screen.getByRole('searchbox', { name: 'Search the log' }));
    await user.paste('CIRCUIT');
    await waitFor(async () => {
      const [only, ...others] = await rows();
      expect(only).toHaveTextContent('circuit "…" opened after … failures');
      expect(others).toEqual([]);
    });
  });

  it('leads from a pattern to its first line among all lines', async () => {
    const { user } = await renderApp(NEWS);
    const pattern = await screen.findByRole('button', { name: 'connect ECONNREFUSED …' });
    pattern.focus();
    await user.keyboard('{Enter}');
    await waitFor(async () => {
      const lines = within(await screen.findByRole('region', { name: 'Log lines' })).getAllByRole('listitem');
      const here = lines.find((line) => line.getAttribute('aria-current') === 'true');
      expect(here?.dataset['position']).toBe('99710');
    });
    expect(history.location.search).toBe('?look=all');
  });

  it('is since another deployment, or since a time that is typed', async () => {
    const fake = await renderApp(NEWS);
    const { user } = fake;
    await user.click(await screen.findByRole('button', { name: 'New since: the last deployment' }));
    const entries = await screen.findAllByRole('menuitem');
    expect(entries.length).toBeGreaterThan(1);
    await user.click(entries[1] as HTMLElement);
    const chosen = new URLSearchParams(history.location.search).get('new');
    expect(chosen).toMatch(/^\d{4}-/);
    await news();
    await user.click(screen.getByRole('button', { name: 'A time…' }));
    expect(screen.getByRole('textbox', { name: 'Go to time' })).toHaveFocus();
    await user.paste('-5m');
    await user.keyboard('{Enter}');
    await waitFor(() => {
      const typed = Date.parse(new URLSearchParams(history.location.search).get('new') ?? '');
      expect(Math.abs(Date.now() - 300_000 - typed)).toBeLessThan(60_000);
    });
    await waitFor(() => {
      expect(callsOf(fake, 'logNewSince').at(-1)?.[3]).toBe(
        new URLSearchParams(history.location.search).get('new'),
      );
    });
  });

  it('is told again where that is wanted, and no longer where it is not', async () => {
    const fake = await renderApp('/c/orders/applications/pricing/dev/logs?new=2026-11-25T10:00:00Z');
    const { user } = fake;
    const retries = (await rows()).at(-1);
    await user.click(
      within(retries as HTMLElement).getByRole('button', { name: 'Tell me if this appears again' }),
    );
    const watched = await screen.findByRole('region', { name: 'Told if they appear again' });
    expect(watched).toHaveTextContent('retry … of … in … ms');
    expect(callsOf(fake, 'logPatternWatch')[0]?.slice(3)).toEqual(['info', 'retry <*> of <*> in <*> ms']);
    await user.click(within(watched).getByRole('button', { name: /^Tell me no more: / }));
    await waitFor(() => {
      expect(screen.queryByRole('region', { name: 'Told if they appear again' })).toBeNull();
    });
  });

  it('offers a star where the log is not recorded', async () => {
    const { user } = await renderApp('/c/orders/applications/checkout/dev/logs?new=2026-11-25T10:00:00Z');
    const [first] = await rows();
    await user.click(
      within(first as HTMLElement).getByRole('button', { name: 'Tell me if this appears again' }),
    );
    await user.click(await screen.findByRole('button', { name: 'Star checkout' }));
    await waitFor(() => {
      expect(screen.queryByText(/^This log is not recorded/)).toBeNull();
    });
  });
});

describe('patterns', () => {
  it('are shown with what is masked apart', () => {
    expect(maskedPieces('a <*>:<*>')).toEqual([
      { text: 'a ', masked: false },
      { text: '…', masked: true },
      { text: ':', masked: false },
      { text: '…', masked: true },
    ]);
    expect(maskedPieces('words')).toEqual([{ text: 'words', masked: false }]);
  });

  it('stand by how bad they are, then by how many lines have them', () => {
    const pattern = (level: string, count: number) => ({ level, count }) as LogPattern;
    const all = [pattern('info', 9), pattern('warn', 5), pattern('debug', 10), pattern('error', 1)];
    const sorted = worstFirst([...all, pattern('error', 3)]);
    expect(sorted.map(({ level, count }) => [level, count])).toEqual([
      ['error', 3],
      ['error', 1],
      ['warn', 5],
      ['debug', 10],
      ['info', 9],
    ]);
  });

  it('are new since the newest deployment whose time is known', () => {
    const deployment = (startedAt: string | null, createdAt: string | null) =>
      ({ startedAt, createdAt }) as Deployment;
    const all = [deployment(null, null), deployment(null, '2026-01-02T00:00:00Z'), deployment('x', 'y')];
    expect(sinceIn(all, LAST)).toBe('2026-01-02T00:00:00Z');
    expect(sinceIn([], LAST)).toBeNull();
    expect(sinceIn([], '2026-01-01T00:00:00Z')).toBe('2026-01-01T00:00:00Z');
  });
});
