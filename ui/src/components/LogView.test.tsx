import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { windowOf } from '../ipc/fake/logs';
import { failure } from '../ipc/fake/parts';
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

  it('shows it beside the matches alone too, and goes to the match that is there', async () => {
    const fake = await renderApp(`${LOGS}?q=circuit`, { lines: 1100 });
    const strip = await screen.findByRole('img', { name: /^1\d\d matches, .* along the log$/ });
    expect(callsOf(fake, 'logHeat')).toEqual([]);
    vi.spyOn(strip, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 10, 1000));
    fireEvent.click(strip, { clientY: 500 });
    const chosen = await waitFor(() => {
      const found = document.querySelector('[data-position][aria-current=true]');
      expect(found).not.toBeNull();
      return found;
    });
    // By its number among the matches.
    expect(Number(chosen?.getAttribute('data-position'))).toBeGreaterThan(45);
    expect(Number(chosen?.getAttribute('data-position'))).toBeLessThan(55);
  });

  it('shows along the scroll bar where it is bad, and goes there', async () => {
    const fake = await renderApp(LOGS);
    const strip = await screen.findByRole('img', { name: /errors and [\d,]+ warnings/ });
    expect(callsOf(fake, 'logHeat')[0]).toEqual(['orders', 'orders-api', 'prod', 200]);
    expect(strip.querySelectorAll('.bad').length).toBe(19);
    expect(strip.querySelectorAll('.warning').length).toBe(11);
    // Pages are not laid out here: the strip has a height because the test says so.
    vi.spyOn(strip, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 10, 1000));
    fireEvent.click(strip, { clientY: 500 });
    expect(await screen.findByText('paused')).toBeVisible();
    const chosen = await waitFor(() => {
      const found = document.querySelector('[data-position][aria-current=true]');
      expect(found).not.toBeNull();
      return found;
    });
    const position = Number(chosen?.getAttribute('data-position'));
    expect(position).toBeGreaterThan(49_000);
    expect(position).toBeLessThan(51_000);
  });

  it('says why it cannot tell where it is bad', async () => {
    await renderApp(LOGS, {
      answers: { logHeat: () => Promise.reject(failure('log_store_failed') as unknown as Error) },
    });
    expect(await screen.findByText('The kept log cannot be used')).toBeVisible();
    expect(screen.queryByRole('img', { name: /warnings/ })).toBeNull();
  });

  it('marks what the platform says as what happened', async () => {
    await renderApp(LOGS, {
      answers: {
        logWindow: (_, key, __, from, count) => {
          const window = windowOf(100_000, 0, from, count, key);
          const said = window.lines.at(-1);
          if (said) Object.assign(said, { source: 'platform', message: '1.4.0 runs' });
          return Promise.resolve(window);
        },
      },
    });
    const said = (await within(await region()).findAllByText('1.4.0 runs'))[0]?.parentElement;
    expect(said).toHaveClass('event');
    expect(within(await region()).getAllByText(/^GET/)[0]).not.toHaveClass('event');
  });

  it('says that there are none yet', async () => {
    await renderApp('/c/orders/applications/contract-reader/dev/logs');
    expect(await screen.findByRole('heading', { name: 'No lines yet' })).toBeVisible();
  });
});

describe('a log that does not come', () => {
  const offline = failure('offline', { params: { host: 'orders' }, requestId: 'req-7' });

  it('says why and what to do, and is asked for again', async () => {
    const { user, ...fake } = await renderApp(LOGS, {
      answers: { logFollow: () => Promise.reject(offline as unknown as Error) },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent('Check the network, the VPN and the address');
    expect(screen.getByText('req-7')).toBeVisible();
    const asked = callsOf(fake, 'logFollow').length;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => {
      expect(callsOf(fake, 'logFollow').length).toBe(asked + 1);
    });
  });

  it('is not called empty while it is on its way', async () => {
    await renderApp(LOGS, { lines: 0, tail: { state: 'catchingUp', failure: null } });
    expect(await screen.findByText('Waiting for: Logs')).toBeInTheDocument();
    expect(screen.queryByRole('heading', { name: 'No lines yet' })).toBeNull();
  });

  it('shows what is kept with the reason beside it', async () => {
    await renderApp(LOGS, { tail: { state: 'waiting', failure: offline } });
    expect(await screen.findByText('The instance cannot be reached')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Copy id' })).toBeVisible();
    expect(await region()).toBeVisible();
    expect(screen.getByText('waits')).toBeVisible();
  });

  it('says that the disk is full, and that it goes on by itself', async () => {
    const full = failure('log_store_full', { params: { reason: 'no space left on device' } });
    await renderApp(LOGS, { tail: { state: 'waiting', failure: full } });
    expect(await screen.findByText('The disk is full')).toBeVisible();
    expect(screen.getByText(/pauses and goes on by itself as soon as there is room/)).toBeVisible();
    expect(screen.getByText('waits')).toBeVisible();
    expect(await region()).toBeVisible();
  });

  it.each([
    [null, null, /^some lines were dropped/],
    [null, '2026-11-25T10:00:05Z', /^lines before 25 Nov 2026, \d\d:\d\d:05 were dropped/],
    ['2026-11-25T10:00:01Z', '2026-11-25T10:00:05Z', /^lines between .*:01 and .*:05 were dropped/],
  ])('says which lines are missing: from %s to %s', async (from, to, words) => {
    await renderApp(LOGS, { tail: { state: 'live', failure: null, gap: { from, to } } });
    expect(await screen.findByText(words)).toBeVisible();
  });

  it('says that what is kept cannot be read, and reads it again', async () => {
    let broken = true;
    const { user, ...fake } = await renderApp(LOGS, {
      answers: {
        logWindow: (_, key, __, from, count) =>
          broken
            ? Promise.reject(failure('log_store_failed') as unknown as Error)
            : Promise.resolve(windowOf(100_000, 0, from, count, key)),
      },
    });
    expect(await screen.findByText('The kept log cannot be used')).toBeVisible();
    broken = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => {
      expect(screen.queryByText('The kept log cannot be used')).toBeNull();
    });
    expect(callsOf(fake, 'logWindow').length).toBeGreaterThan(1);
    expect(within(await region()).getAllByText(/orders-api-\d/).length).toBeGreaterThan(5);
  });
});

describe('refreshing', () => {
  it.each(['{F5}', '{Control>}r{/Control}'])('follows the log anew with %s', async (keys) => {
    const { user, ...fake } = await renderApp(LOGS);
    await region();
    const asked = callsOf(fake, 'logFollow').length;
    await user.keyboard(keys);
    await waitFor(() => {
      expect(callsOf(fake, 'logFollow').length).toBe(asked + 1);
    });
    expect(callsOf(fake, 'watchEnd').length).toBeGreaterThan(0);
  });
});

describe('the keys of the log', () => {
  it('work after a click on the tab, and not from the panel', async () => {
    const { user } = await renderApp(LOGS);
    const lines = within(await region());
    await waitFor(() => {
      expect(lines.getAllByRole('listitem').at(-1)).toHaveTextContent(/orders-api/);
    });
    await user.click(screen.getByRole('link', { name: 'Logs' }));
    await user.keyboard('k');
    expect(lines.getAllByRole('listitem', { current: true })).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Deploy…' }));
    const before = lines.getByRole('listitem', { current: true });
    (await screen.findByRole('complementary')).focus();
    await user.keyboard('kk');
    expect(lines.getByRole('listitem', { current: true })).toBe(before);
  });
});

describe('a line that is opened at the end', () => {
  it('is moved up until its fields are seen', async () => {
    const height = vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(220);
    const { user } = await renderApp(LOGS);
    const scroller = await region();
    await waitFor(() => {
      expect(within(scroller).getAllByRole('listitem').at(-1)).toHaveTextContent(/orders-api/);
    });
    const before = scroller.scrollTop;
    await user.keyboard('k{Enter}');
    await screen.findByRole('group', { name: 'Fields' });
    const line = within(scroller).getByRole('listitem', { current: true });
    await waitFor(() => {
      expect(scroller.scrollTop).toBe(parseFloat(line.style.top) + 20 + 200 - 600);
    });
    expect(scroller.scrollTop).toBeGreaterThan(before);
    height.mockRestore();
  });
});

describe('a log of millions of lines', () => {
  it('is turned by the wheel line by line, and no element is taller than the window can show', async () => {
    await renderApp(LOGS, { lines: 5_000_000 });
    const scroller = await region();
    const lines = within(scroller);
    await lines.findAllByRole('listitem');
    expect(parseFloat(lines.getByRole('list').style.height)).toBeLessThan(33_000_000);
    const last = () => Number(lines.getAllByRole('listitem').at(-1)?.dataset.position);
    const start = last();
    act(() => {
      for (let turn = 0; turn < 3; turn += 1)
        scroller.dispatchEvent(new WheelEvent('wheel', { deltaY: -400, cancelable: true }));
    });
    // 1,200 pixels are 60 lines; those kept beyond the view were cut off at the end before.
    const turned = last();
    expect(start - turned).toBeGreaterThan(25);
    expect(start - turned).toBeLessThan(35);
    act(() => {
      scroller.dispatchEvent(new WheelEvent('wheel', { deltaY: -10, deltaMode: 1, cancelable: true }));
    });
    expect(last()).toBe(turned - 10);
    for (const item of lines.getAllByRole('listitem'))
      expect(parseFloat(item.style.top)).toBeLessThan(15_001_000);
  });

  it('keeps the column of instances as wide as it was', async () => {
    const { user } = await renderApp(LOGS, {
      answers: {
        logWindow: (_, key, __, from, count) => {
          const window = windowOf(100_000, 0, from, count, key);
          const [first] = window.lines;
          if (first && from > 99_000) first.instance = 'a-much-longer-name';
          return Promise.resolve(window);
        },
      },
    });
    const list = within(await region()).getByRole('list');
    await waitFor(() => {
      expect(list.style.getPropertyValue('--instance')).toBe('18ch');
    });
    await user.keyboard('{Home}');
    await waitFor(() => {
      expect(within(list).getAllByRole('listitem')[0]).toHaveTextContent(/orders-api-\d/);
    });
    expect(list.style.getPropertyValue('--instance')).toBe('18ch');
  });
});
