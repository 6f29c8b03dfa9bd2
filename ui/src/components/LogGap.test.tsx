import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { failure } from '../ipc/fake/parts';
import type { LogGapView } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';

const LOGS = '/c/orders/applications/orders-api/prod/logs';

function gap(more: Partial<LogGapView> = {}): LogGapView {
  return {
    id: '00000001.500000000000000',
    at: 99_990,
    from: '2026-11-25T10:02:11Z',
    to: '2026-11-25T10:05:40Z',
    cost: { requests: 3, orMore: false },
    ...more,
  };
}

describe('lines that are missing in a log', () => {
  it.each([
    [{}, /^Lines between \d\d:02:11 and \d\d:05:40 were not fetched$/, 'Load them (about 3 requests)'],
    [{ from: null }, /^Lines before \d\d:05:40 were not fetched$/, 'Load them (about 3 requests)'],
    [
      { from: null, to: null, cost: { requests: 1, orMore: true } },
      /^Lines were not fetched here$/,
      'Load them (at least 1 request)',
    ],
    [{ cost: null }, /^Lines between .* are gone on the instance$/, null],
    [{ cost: null, from: null }, /^Lines before .* are gone on the instance$/, null],
    [{ cost: null, to: null }, /^Lines are gone on the instance here$/, null],
  ])('are named where they are, with what it takes to fetch them: %o', async (more, words, button) => {
    await renderApp(LOGS, { gaps: [gap(more)] });
    const note = await screen.findByRole('note');
    expect(within(note).getByText(words)).toBeVisible();
    expect(note.closest('[data-position]')).toHaveAttribute('data-position', '99990');
    const act = within(note).queryByRole('button');
    if (button === null) expect(act).toBeNull();
    else expect(act).toHaveTextContent(button.replace('them ', 'them'));
  });

  it('are fetched on demand, and the lines after them are where they were', async () => {
    const { user, ...fake } = await renderApp(LOGS, { gaps: [gap()] });
    await user.click(await screen.findByRole('button', { name: /^Load them/ }));
    await waitFor(() => {
      expect(screen.queryByRole('note')).toBeNull();
    });
    const [[connection, application, environment, id] = []] = callsOf(fake, 'logBackfill');
    expect([connection, application, environment, id]).toEqual(['orders', 'orders-api', 'prod', gap().id]);
    await waitFor(() => {
      expect(callsOf(fake, 'logMoved').length).toBe(1);
    });
    const total = await screen.findByText(/^100,0[4-9]\d lines$/);
    expect(total).toBeVisible();
  });

  it('can be left', async () => {
    let end: () => void = () => undefined;
    const { user, ...fake } = await renderApp(LOGS, {
      gaps: [gap()],
      answers: {
        logBackfill: (_, __, ___, ____, progress) => {
          progress.onmessage({ lines: 10_000, requests: 1, missing: 'older', failure: null });
          return new Promise((done) => {
            end = () => {
              done({ lines: 10_000, requests: 1, missing: 'older', failure: null });
            };
          });
        },
      },
    });
    await user.click(await screen.findByRole('button', { name: /^Load them/ }));
    expect(await screen.findByText('10,000 lines loaded…')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    expect(screen.getByRole('button', { name: 'Stopping…' })).toBeDisabled();
    const number = callsOf(fake, 'logBackfill')[0]?.at(-1);
    expect(callsOf(fake, 'callOff')).toEqual([[number]]);
    end();
    expect(await screen.findByRole('button', { name: /^Load them/ })).toBeEnabled();
  });

  it('say why they could not be fetched', async () => {
    const refusal = failure('budget_wait', { params: { seconds: '30' } });
    const { user } = await renderApp(LOGS, {
      gaps: [gap()],
      answers: {
        logBackfill: () =>
          Promise.resolve({ lines: 0, requests: 1, missing: 'older', failure: refusal as never }),
      },
    });
    await user.click(await screen.findByRole('button', { name: /^Load them/ }));
    expect(await screen.findByText(/budget|request/i, { selector: 'strong' })).toBeVisible();
    expect(screen.getByRole('button', { name: /^Load them/ })).toBeEnabled();
  });
});
