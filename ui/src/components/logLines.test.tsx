import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { history } from '../app/navigation';
import { windowOf } from '../ipc/fake/logs';
import { callsOf, renderApp } from '../test/renderApp';

const LOGS = '/c/orders/applications/orders-api/prod/logs';
const region = () => screen.findByRole('region', { name: 'Log lines' });
const items = async () => within(await region()).getAllByRole('listitem');
const shown = async () => {
  await waitFor(async () => {
    expect((await items()).at(-1)).toHaveTextContent(/orders-api/);
  });
  return region();
};

let copied: string[] = [];
beforeEach(() => {
  copied = [];
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The page with a clipboard that can be read; userEvent brings one of its own. */
async function withClipboard(address: string, options: Parameters<typeof renderApp>[1] = {}) {
  const rendered = await renderApp(address, options);
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation((text) => {
    copied.push(text);
    return Promise.resolve();
  });
  return rendered;
}

describe('lines of a log', () => {
  it('are picked as one walks and one by one, and copied as they are meant', async () => {
    const { user } = await withClipboard(LOGS, { lines: 300 });
    await shown();
    await user.keyboard('kkJ{Shift>}{ArrowUp}{ArrowUp}{/Shift}');
    expect(await screen.findByText('2 lines picked')).toBeVisible();
    await user.keyboard('kkkx');
    expect(await screen.findByText('1 line picked')).toBeVisible();
    await user.keyboard('kkx{Control>}c{/Control}');
    await waitFor(() => {
      expect(copied).toHaveLength(1);
    });
    const lines = copied[0]?.split('\n') ?? [];
    expect(lines).toHaveLength(2);
    for (const line of lines)
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\S+Z (info|warn|error|debug) orders-api-[12] /);
    expect(lines.map((line) => line.slice(0, 24))).toEqual(lines.map((line) => line.slice(0, 24)).sort());
    await user.keyboard('{Escape}');
    expect(screen.queryByText(/ picked$/)).toBeNull();
  });

  it('are read to be copied where they were not looked at', async () => {
    const { user } = await withClipboard(LOGS, { lines: 5000 });
    await shown();
    await user.keyboard('k');
    await user.keyboard('{Home}');
    await waitFor(async () => {
      expect((await items())[0]).toHaveTextContent(/orders-api/);
    });
    const [first] = await items();
    const row = first?.firstElementChild;
    if (!row) throw new Error('a row');
    fireEvent.click(row, { shiftKey: true });
    expect(await screen.findByText(/^5,0\d\d lines picked$/)).toBeVisible();
    await user.keyboard('{Control>}c{/Control}');
    await waitFor(() => {
      expect(copied[0]?.split('\n').length).toBeGreaterThan(4990);
    });
  });

  it('have a menu with what can be done with one', async () => {
    const { user, ...fake } = await withClipboard(LOGS, { lines: 300 });
    await shown();
    await user.keyboard('k{Shift>}{F10}{/Shift}');
    const menu = await screen.findByRole('menu');
    await user.click(within(menu).getByRole('menuitem', { name: 'Copy as JSON' }));
    const line = JSON.parse(copied[0] ?? '') as {
      instance: string;
      source?: string;
      fields: { took: number };
    };
    expect(line.instance).toMatch(/^orders-api-/);
    expect(line).not.toHaveProperty('source');
    await user.keyboard('{Shift>}{F10}{/Shift}');
    await user.click(await screen.findByRole('menuitem', { name: /^Only instance: / }));
    await waitFor(() => {
      expect(callsOf(fake, 'logSearch').at(-1)?.[3]).toMatchObject({
        fields: [{ name: 'instance', value: line.instance }],
      });
    });
    expect(history.location.href).toContain('field=instance');
  });

  it('lead to the same time in another environment', async () => {
    const { user, ...fake } = await renderApp(LOGS, { lines: 300 });
    await shown();
    await user.keyboard('k{Shift>}{F10}{/Shift}');
    await user.click(await screen.findByRole('menuitem', { name: 'This time in dev' }));
    await waitFor(() => {
      expect(history.location.href).toMatch(/\/dev\/logs\?look=all&at=/);
      expect(callsOf(fake, 'logPositionAt').at(-1)?.[2]).toBe('dev');
    });
    expect(await screen.findByText('paused')).toBeVisible();
  });

  it('are narrowed to by a field that is opened', async () => {
    const { user } = await renderApp(LOGS, { lines: 300 });
    await shown();
    await user.keyboard('k{Enter}');
    await user.click(await screen.findByRole('button', { name: 'Only path: /api/orders' }));
    expect(await screen.findByText('path: /api/orders')).toBeVisible();
    expect(await screen.findByText(/^3\d\d of 3\d\d · 12 ms$/)).toBeVisible();
  });
});

describe('how lines are shown', () => {
  it('is with columns for fields, which are remembered for the application', async () => {
    const { user, ...fake } = await renderApp(LOGS, { lines: 300 });
    await shown();
    await user.click(screen.getByRole('button', { name: 'Fields as columns' }));
    await user.click(await screen.findByRole('menuitem', { name: 'took' }));
    const list = within(await region()).getByRole('list');
    await waitFor(() => {
      expect(list.style.getPropertyValue('--fields')).toBe('4ch');
    });
    expect((await items()).at(-1)?.querySelector('.field')).toHaveTextContent(/^\d+$/);
    expect(callsOf(fake, 'settingsSave').at(-1)).toMatchObject([
      { logColumns: [{ connection: 'orders', application: 'orders-api', fields: ['took'] }] },
      { logColumns: [] },
    ]);
  });

  it('is broken with w, at its own height, and the line that is read stays where it is', async () => {
    const tall = vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockImplementation(function (
      this: HTMLElement,
    ) {
      return Number(this.dataset.position) % 3 === 0 ? 60 : 20;
    });
    const { user } = await renderApp(LOGS, { lines: 5000 });
    const scroller = await shown();
    scroller.scrollTop = 40_000;
    fireEvent.scroll(scroller);
    await screen.findByText('paused');
    const topmost = async () => {
      const lines = await items();
      const top = scroller.scrollTop;
      return lines.find((line) => parseFloat(line.style.top) >= top)?.dataset.position;
    };
    const before = await topmost();
    await user.keyboard('w');
    await waitFor(async () => {
      const [one, other] = (await items()).filter((line) => Number(line.dataset.position) % 3 < 2);
      const apart = parseFloat(other?.style.top ?? '') - parseFloat(one?.style.top ?? '');
      expect(apart).toBe(Number(one?.dataset.position) % 3 === 0 ? 60 : 40);
    });
    expect(await topmost()).toBe(before);
    expect((await items())[0]?.firstElementChild).toHaveClass('broken');
    await user.keyboard('w');
    await waitFor(async () => {
      const [one, other] = await items();
      expect(parseFloat(other?.style.top ?? '') - parseFloat(one?.style.top ?? '')).toBe(20);
    });
    expect(await topmost()).toBe(before);
    tall.mockRestore();
  });

  it('is in the colours that it was written in, with hits where they are', async () => {
    const message = 'x\u001b[31mred\u001b[0m \u001b[2J\u202e end';
    const line = () => {
      const [one] = windowOf(1, 0, 0, 1, 'orders-api').lines;
      return { ...(one as NonNullable<typeof one>), message };
    };
    await renderApp(`${LOGS}?q=d&look=all`, {
      lines: 1,
      answers: {
        logWindow: (_, __, ___, from) =>
          Promise.resolve({ ...windowOf(1, 0, from, 0, ''), lines: from === 0 ? [line()] : [] }),
        logMarks: () => {
          const at = message.indexOf('ed') + 1;
          return Promise.resolve([{ position: 0, hits: [[at, at + 1]] }]);
        },
      },
    });
    const cell = await screen.findByText(
      (_, element) => element?.textContent === 'xred ^[[2J<U+202E> end' && element.hasAttribute('data-level'),
    );
    const [coloured] = cell.querySelectorAll('span');
    expect(coloured).toHaveTextContent('re');
    expect(coloured?.style.color).toBe('var(--ansi-red)');
    expect((await within(cell).findByText('d')).tagName).toBe('MARK');
  });
});
