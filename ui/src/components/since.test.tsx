import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { AskedAccess } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';

const asked = (id: string, toDecide: boolean): AskedAccess => ({
  request: {
    id,
    applicationKey: `app-${id}`,
    role: 'developer',
    environments: ['test', 'dev'],
    reason: null,
    status: 'pending',
    requestedBy: 'mikko.saari',
    createdAt: '2026-11-24T10:00:00Z',
    decidedBy: null,
    decidedAt: null,
    note: null,
  },
  own: false,
  toDecide,
  production: false,
});

const asking = (value: AskedAccess[]) => ({
  answers: {
    accessAsked: () =>
      Promise.resolve({ value, asOf: new Date().toISOString(), source: 'live' as const, failure: null }),
  },
});

const aside = async () => within(await screen.findByRole('complementary', { name: 'Since you last looked' }));

describe('what happened since somebody last looked', () => {
  it('tells who waits for a decision to who decides, and leads to it', async () => {
    const { user } = await renderApp('/c/orders', asking([asked('a', true), asked('b', false)]));
    const list = await (await aside()).findByRole('list', { name: '1 request waits for you' });
    const rows = within(list).getAllByRole('listitem');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toHaveTextContent(/app-a asked for by mikko\.saari, as developer in dev, test$/);
    await user.click(within(list).getByRole('link'));
    expect(await screen.findByRole('heading', { name: 'Access' })).toBeVisible();
    expect(await screen.findByRole('complementary')).toHaveTextContent('app-a');
  });

  it('tells three of many, and where the others are', async () => {
    await renderApp('/c/orders', asking(['a', 'b', 'c', 'd'].map((id) => asked(id, true))));
    const since = await aside();
    const list = await since.findByRole('list', { name: '4 requests wait for you' });
    expect(within(list).getAllByRole('listitem')).toHaveLength(3);
    expect(since.getByRole('link', { name: 'All requests' })).toBeVisible();
  });

  it('says nothing of requests to who decides none', async () => {
    const fake = await renderApp('/c/orders', asking([asked('a', false)]));
    const since = await aside();
    await waitFor(() => {
      expect(callsOf(fake, 'accessAsked')).not.toHaveLength(0);
    });
    expect(await since.findAllByRole('listitem')).not.toHaveLength(0);
    expect(since.queryByText(/wait/)).toBeNull();
    expect(since.queryByText(/app-a/)).toBeNull();
  });
});
