import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { history } from '../app/navigation';
import { failure, page } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

const MAY = { permissions: ['access:read', 'access:update', 'applications:deploy'] };
const panel = async () => within(await screen.findByRole('complementary'));
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

afterEach(() => {
  vi.useRealTimers();
});

describe('the page of access', () => {
  it('says what waits for me, and what I may do where', async () => {
    await renderApp('/c/orders/access', MAY);
    expect(await screen.findByRole('heading', { name: '1 request waits for you' })).toBeVisible();
    const rights = within(await screen.findByRole('table', { name: 'What you may do' }));
    expect(rights.getByRole('row', { name: /^applications:deploy/ })).toHaveTextContent(
      /^applications:deployyesyes16 of 17$/,
    );
  });

  it('asks nothing about applications before one is chosen', async () => {
    const { user, ...fake } = await renderApp('/c/orders/access', MAY);
    await user.type(await screen.findByRole('searchbox', { name: 'Search applications' }), 'price');
    expect(screen.getByText('No application fits.')).toBeVisible();
    await user.clear(screen.getByRole('searchbox', { name: 'Search applications' }));
    await user.type(screen.getByRole('searchbox', { name: 'Search applications' }), 'prici');
    expect(callsOf(fake as never, 'accessGrid')).toEqual([]);
    await user.click(screen.getByRole('link', { name: 'pricing' }));
    expect(history.location.pathname).toMatch(/^\/c\/orders\/applications\/pricing\/\w+\/access$/);
  });

  it('approves for production only after three seconds, and denies with a note at once', async () => {
    const { user, ...fake } = await renderApp('/c/orders/access', MAY);
    await user.click(await screen.findByRole('button', { name: 'Decide about night.shift and orders-api' }));
    const form = await panel();
    expect(await form.findByText('no access of its own')).toBeVisible();
    vi.useFakeTimers();
    fireEvent.click(form.getByRole('button', { name: 'Approve for PROD' }));
    await pass(1500);
    fireEvent.click(form.getByRole('button', { name: 'Take it back' }));
    await pass(5000);
    expect(callsOf(fake as never, 'accessDecide')).toEqual([]);
    vi.useRealTimers();
    fireEvent.change(form.getByRole('textbox', { name: 'Note' }), { target: { value: 'ask the owner' } });
    fireEvent.click(form.getByRole('button', { name: 'Deny' }));
    await waitFor(() => {
      expect(callsOf(fake as never, 'accessDecide')).toEqual([
        ['orders', 'ask-1', { decision: 'denied', note: 'ask the owner' }],
      ]);
    });
  });

  it('asks for access to what may not be seen too, and keeps what was typed', async () => {
    const { user, ...fake } = await renderApp('/c/orders/access', {
      drafts: [
        {
          connection: 'orders',
          account: 'u-2',
          place: 'ask',
          fields: { application: 'secret-app', role: 'viewer', environments: 'test\nprod', reason: 'duty' },
          at: new Date().toISOString(),
        },
      ],
    });
    await user.click(await screen.findByRole('button', { name: 'Ask for access…' }));
    const form = await panel();
    expect(form.getByText(/is here again/)).toBeVisible();
    await user.click(await form.findByRole('button', { name: 'Ask for access' }));
    await waitFor(() => {
      expect(callsOf(fake as never, 'accessAsk')).toEqual([
        [
          'orders',
          { applicationKey: 'secret-app', role: 'viewer', environments: ['test', 'prod'], reason: 'duty' },
        ],
      ]);
    });
    expect(history.location.href).toBe('/c/orders/access');
  });

  it('says what the instance does not offer, and works with the rest', async () => {
    await renderApp('/c/orders/access', {
      answers: {
        accessAsked: () =>
          Promise.reject(
            failure('not_offered', { params: { capability: 'accessRequests' } }) as unknown as Error,
          ),
        accessRequests: () => Promise.resolve({ value: page([]), asOf: '', source: 'live', failure: null }),
      },
    });
    expect(
      await screen.findByRole('heading', { name: 'This instance takes no requests for access' }),
    ).toBeVisible();
    expect(screen.getByRole('button', { name: 'Ask for access…' })).toHaveAccessibleDescription(
      /takes no requests/,
    );
    expect(await screen.findByRole('table', { name: 'What you may do' })).toBeVisible();
    expect(screen.getByRole('link', { name: 'pricing' })).toBeVisible();
  });

  it('says so too where an answer of before is still kept, and nothing of that answer', async () => {
    await renderApp('/c/orders/access', {
      answers: {
        accessAsked: () =>
          Promise.resolve({
            value: [],
            asOf: new Date(Date.now() - 600_000).toISOString(),
            source: 'live',
            failure: failure('not_offered', { params: { capability: 'accessRequests' } }),
          }),
      },
    });
    expect(
      await screen.findByRole('heading', { name: 'This instance takes no requests for access' }),
    ).toBeVisible();
    expect(screen.getByRole('button', { name: 'Ask for access…' })).toHaveAccessibleDescription(
      /takes no requests/,
    );
    expect(screen.queryByText(/This page is from/)).toBeNull();
    expect(screen.queryByText(/Nobody has asked/)).toBeNull();
  });
});
