import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { failure } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

const LOGS = '/c/orders/applications/orders-api/prod/logs';
const list = async () => within(await screen.findByRole('region', { name: 'Log lines' }));
const shown = async () => (await list()).getAllByRole('listitem');
const ask = (name: RegExp) => screen.findByRole('button', { name });

describe('what is older than what is kept', () => {
  it('is asked for at the border, page by page, and stands before what is kept', async () => {
    const fake = await renderApp(`${LOGS}?q=refused`, { lines: 60 });
    const { user } = fake;
    expect(await screen.findByText(/^Kept here since/)).toBeVisible();
    expect(callsOf(fake, 'logOlder')).toHaveLength(0);
    await user.click(await ask(/^Older lines: ask the instance/));
    const above = await screen.findByText(/^(\d+) lines above are the instance's, not kept$/);
    const count = Number(/^\d+/.exec(above.textContent)?.[0]);
    expect(count).toBeGreaterThan(3);
    const marked = () =>
      document.querySelectorAll('[role="listitem"][aria-description="From the instance, not kept here"]');
    await waitFor(async () => {
      expect(marked()).toHaveLength(count);
      for (const line of await shown()) expect(line).toHaveTextContent(/refused/i);
    });
    // The border hangs from the first line that is kept.
    const kept = (await shown()).filter((line) => !line.hasAttribute('aria-description'));
    expect(kept[0]).toContainElement(above);
    await user.click(await ask(/^Still older: ask the instance/));
    await waitFor(() => {
      expect(marked().length).toBeGreaterThan(count);
    });
    expect(await screen.findByText('The instance has nothing older')).toBeVisible();
    const asked = callsOf(fake, 'logOlder').map((args) => [args[3], args[5]]);
    expect(asked).toMatchObject([
      [{ text: 'refused' }, null],
      [{ text: 'refused' }, '1'],
    ]);
    // What was found besides is not counted among what is kept, and cannot be shown around.
    expect(screen.getByText(/^1\d of 6\d · 12 ms$/)).toBeVisible();
    const first = marked()[0]?.querySelector('mark');
    if (!first) throw new Error('a match');
    await user.click(first);
    expect(await screen.findByRole('group', { name: 'Fields' })).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Show the lines around it' })).toBeNull();
  });

  it('is walked with what is kept as one list', async () => {
    const { user } = await renderApp(`${LOGS}?q=refused`, { lines: 60 });
    await user.click(await ask(/^Older lines: ask the instance/));
    await screen.findByText(/lines above are the instance's/);
    const before = (await shown()).findIndex((line) => !line.hasAttribute('aria-description'));
    await user.keyboard('{Home}');
    for (let step = 0; step <= before; step += 1) await user.keyboard('n');
    await waitFor(async () => {
      const current = (await shown()).find((line) => line.getAttribute('aria-current') === 'true');
      expect(current?.hasAttribute('aria-description')).toBe(false);
    });
  });

  it('is offered where nothing that is kept fits, and says how far back nothing was found', async () => {
    const { user } = await renderApp(`${LOGS}?q=zzz`, { lines: 60 });
    expect(await screen.findByRole('heading', { name: 'Nothing found' })).toBeVisible();
    await user.click(await ask(/^Older lines: ask the instance/));
    expect(await screen.findByText(/^The instance found nothing since/)).toBeVisible();
    await user.click(await ask(/^Still older: ask the instance/));
    expect(await screen.findByText('The instance has nothing older')).toBeVisible();
  });

  it('says why it cannot be had, and is asked for again', async () => {
    const fake = await renderApp(`${LOGS}?q=refused`, {
      lines: 60,
      answers: {
        logOlder: () =>
          Promise.reject(failure('not_offered', { params: { capability: 'logTimes' } }) as unknown as Error),
      },
    });
    await fake.user.click(await ask(/^Older lines: ask the instance/));
    expect(await screen.findByText('This instance does not offer that')).toBeVisible();
    expect(screen.getByText(/leaves out: lines of a log before a time/)).toBeVisible();
    await fake.user.click(await ask(/^Older lines: ask the instance/));
    await waitFor(() => {
      expect(callsOf(fake, 'logOlder')).toHaveLength(2);
    });
  });

  it('is asked for among all lines too, and shown among the matches', async () => {
    const { user } = await renderApp(`${LOGS}?q=refused&look=all`, { lines: 60 });
    await list();
    (await screen.findByRole('region', { name: 'Log lines' })).focus();
    await user.keyboard('{Home}');
    expect(await screen.findByText(/^Kept here since/)).toBeVisible();
    await user.click(await ask(/^Older lines: ask the instance/));
    await user.click(await ask(/^The instance found \d+ lines: show them/));
    expect(await screen.findByText(/lines above are the instance's, not kept$/)).toBeVisible();
  });

  it('is not offered for a span that begins later', async () => {
    const from = new Date(Date.now() - 5_000).toISOString();
    await renderApp(`${LOGS}?q=refused&from=${from}`, { lines: 60 });
    await screen.findByText(/ of 6\d · 12 ms$/);
    expect(screen.queryByText(/^Kept here since/)).toBeNull();
  });
});
