import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import type { ActivityChange } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';

const matrix = () => screen.findByRole('table', { name: 'Applications by environment' });
const matrixThen = () => screen.findByRole('table', { name: 'Applications by environment as of then' });
const field = () => screen.findByRole('textbox', { name: 'As of…' });
const shown = () => new URLSearchParams(history.location.search).get('at');
const minutesAgo = (time: string | null) => Math.round((Date.now() - Date.parse(time ?? '')) / 60_000);

describe('Home as of a time', () => {
  it('is shown for a time that is typed, and leads back to now', async () => {
    const { user } = await renderApp('/c/orders');
    await matrix();
    await user.type(await field(), '-90m{Enter}');
    expect(await matrixThen()).toBeVisible();
    expect(minutesAgo(shown())).toBe(90);
    expect(screen.queryByRole('list', { name: 'Unwell' })).toBeNull();
    expect(screen.getByText(/^As of (yesterday )?\d\d:\d\d$/).closest('[role=status]')).toBeVisible();
    // Next to the time is what leads back, and only there.
    const time = await screen.findByRole('slider', { name: 'Time that is known' });
    const back = screen.getByRole('button', { name: 'Back to now' });
    expect(time.parentElement?.parentElement).toContainElement(back);
    await user.click(back);
    expect(await matrix()).toBeVisible();
    expect(shown()).toBeNull();
  });

  it('says of what nobody observed that nobody did', async () => {
    const { user } = await renderApp('/c/orders');
    await matrix();
    await user.type(await field(), '-300m{Enter}');
    expect(await screen.findByRole('heading', { name: 'Not observed at that time' })).toBeVisible();
    const row = within(await matrixThen()).getByRole('row', { name: /orders-api/ });
    expect(within(row).getAllByText('not observed')).not.toHaveLength(0);
    expect(within(row).queryByRole('img')).toBeNull();
  });

  it('refuses what is no time, and keeps it', async () => {
    const { user } = await renderApp('/c/orders');
    await matrix();
    const input = await field();
    await user.type(input, 'noon{Enter}');
    await waitFor(() => {
      expect(input).toHaveAttribute('aria-invalid', 'true');
    });
    expect(input).toHaveValue('noon');
    expect(shown()).toBeNull();
    await user.keyboard('{Escape}');
    expect(input).toHaveValue('');
  });

  it('steps from change to change, and with Escape back to now', async () => {
    const { user } = await renderApp('/c/orders');
    await matrix();
    await user.click(await field());
    const slider = await screen.findByRole('slider', { name: 'Time that is known' });
    expect(slider).toHaveAttribute('aria-valuetext', 'Now');
    const ends = [...(slider.nextElementSibling?.querySelectorAll('time') ?? [])];
    expect(ends.map(({ dateTime }) => Date.parse(dateTime))).toEqual([
      Number(slider.getAttribute('aria-valuemin')),
      Number(slider.getAttribute('aria-valuemax')),
    ]);
    expect(ends[1]).toHaveTextContent(/^now, \d\d:\d\d$/);
    expect(screen.queryByRole('button', { name: 'Back to now' })).toBeNull();
    slider.focus();
    const stepped = async (key: string, minutes: number | null) => {
      await user.keyboard(key);
      await waitFor(() => {
        if (minutes === null) expect(shown()).toBeNull();
        else expect(minutesAgo(shown())).toBe(minutes);
      });
    };
    await stepped('{ArrowLeft}', 30);
    await stepped('{ArrowLeft}', 90);
    await stepped('{ArrowRight}', 30);
    await stepped('{ArrowRight}', null);
    await stepped('{ArrowLeft}', 30);
    await stepped('{Escape}', null);
    expect(screen.getByRole('slider', { name: 'Time that is known' })).toHaveFocus();
  });

  it('asks for one time after the other, and for the newest', async () => {
    const waiting: (() => void)[] = [];
    const fake = await renderApp('/c/orders', {
      answers: {
        fleetAt: (_, at) =>
          new Promise((resolve) => {
            waiting.push(() => {
              resolve({ at, observed: true, environments: [], rows: [] });
            });
          }),
      },
    });
    await matrix();
    await fake.user.click(await field());
    (await screen.findByRole('slider', { name: 'Time that is known' })).focus();
    await fake.user.keyboard('{ArrowLeft}');
    await waitFor(() => {
      expect(callsOf(fake, 'fleetAt')).toHaveLength(1);
    });
    const first = shown();
    await fake.user.keyboard('{ArrowLeft}{ArrowLeft}');
    await waitFor(() => {
      expect(minutesAgo(shown())).toBe(20 * 60);
    });
    expect(callsOf(fake, 'fleetAt')).toEqual([['orders', first]]);
    waiting[0]?.();
    await waitFor(() => {
      expect(callsOf(fake, 'fleetAt')).toEqual([
        ['orders', first],
        ['orders', shown()],
      ]);
    });
  });

  it('is what its address says', async () => {
    const at = new Date(Date.now() - 60 * 60_000).toISOString();
    const fake = await renderApp(`/c/orders?at=${encodeURIComponent(at)}`);
    expect(await matrixThen()).toBeVisible();
    expect(callsOf(fake, 'fleetAt')).toContainEqual(['orders', at]);
    expect(await screen.findByRole('slider', { name: 'Time that is known' })).toBeVisible();
  });
});

describe('what was seen since somebody last looked', () => {
  const change = (what: ActivityChange['what'], application: string): ActivityChange => ({
    at: '2026-11-24T10:00:00Z',
    application,
    environment: { key: 'dev', name: 'dev', production: false },
    what,
  });
  const seen = [
    change({ kind: 'turned', from: 'bad', to: 'well' }, 'a'),
    change({ kind: 'image', from: 'shop/b:1.0', to: 'shop/b:1.1' }, 'b'),
    change({ kind: 'configuration' }, 'c'),
    change({ kind: 'appeared' }, 'd'),
    change({ kind: 'went', everywhere: false }, 'e'),
    change({ kind: 'went', everywhere: true }, 'f'),
  ];

  it('is told in words, and Enter goes there', async () => {
    const value = { changes: seen, count: seen.length, earlier: [] };
    const { user } = await renderApp('/c/orders', {
      answers: {
        activity: () =>
          Promise.resolve({ value, asOf: new Date().toISOString(), source: 'live', failure: null }),
      },
    });
    const list = within(await screen.findByRole('complementary', { name: 'Since you last looked' }));
    const links = await list.findAllByRole('link');
    expect(links.map((each) => each.textContent.trim())).toEqual([
      'a healthy in dev, was unhealthy',
      'b 1.0 → 1.1 in dev, no deployment known',
      'c configuration changed in dev',
      'd new in dev',
      'e no longer in dev',
      'f is gone',
    ]);
    links[5]?.focus();
    await user.keyboard('k{ArrowDown}{Enter}');
    await waitFor(() => {
      expect(shown()).toBe('2026-11-24T09:59:59.000Z');
    });
  });
});
