import { act, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { deployments as usual } from '../ipc/fake/data';
import { failure } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';
import type { Deployment } from '../ipc';

const [one] = usual;

/** A long history: the newest page says nothing of production. */
function of(environment: string, count: number, from: number): Deployment[] {
  return Array.from({ length: count }, (_, at) => ({
    ...(one as Deployment),
    id: `${environment}-${String(at)}`,
    applicationKey: 'checkout',
    environment,
    image: `shop/checkout:${environment}.${String(at)}`,
    status: 'completed',
    createdAt: new Date(from - at * 60_000).toISOString(),
    completedAt: new Date(from - at * 60_000 + 1000).toISOString(),
  }));
}

const NEWEST = of('dev', 200, Date.UTC(2026, 0, 2));
const OLDEST = of('prod', 3, Date.UTC(2026, 0, 1));
const META = { page: 1, pageSize: 200, total: 203, totalPages: 2 };

function answers() {
  const reading = {
    value: { data: NEWEST, meta: META, links: null },
    asOf: new Date().toISOString(),
    source: 'live' as const,
    failure: null,
  };
  return { deployments: () => Promise.resolve(reading) };
}

describe('a history that is longer than a page', () => {
  it('says how much of it is here, and loads what is older', async () => {
    const { user, ...fake } = await renderApp('/c/orders/deployments', {
      deployments: [...NEWEST, ...OLDEST],
      answers: answers(),
    });
    expect(await screen.findByText('200 of 203')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Load older deployments' }));
    expect(await screen.findByText('203 of 203')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Load older deployments' })).toBeNull();
    expect(callsOf(fake, 'deploymentsOlder')).toEqual([['orders', null, null, 2]]);
  });

  it('asks for those of the environment that is looked at', async () => {
    const { user, ...fake } = await renderApp('/c/orders/applications/checkout/prod/deployments', {
      deployments: [...NEWEST, ...OLDEST],
      answers: answers(),
    });
    await user.click(await screen.findByRole('button', { name: 'Load older deployments' }));
    await waitFor(() => {
      expect(screen.getByText('3 of 3')).toBeVisible();
    });
    expect(callsOf(fake, 'deploymentsOlder')).toEqual([['orders', 'checkout', 'prod', 1]]);
  });

  it('loses nothing where newer ones push others off the newest page', async () => {
    let newest = NEWEST;
    const added = of('test', 300, Date.UTC(2026, 0, 3));
    const fake = await renderApp('/c/orders/deployments', {
      deployments: [...NEWEST, ...OLDEST],
      answers: {
        deployments: () =>
          Promise.resolve({
            value: { data: newest, meta: META, links: null },
            asOf: new Date().toISOString(),
            source: 'live',
            failure: null,
          }),
      },
    });
    await fake.user.click(await screen.findByRole('button', { name: 'Load older deployments' }));
    expect(await screen.findByText('203 of 203')).toBeVisible();
    // Each time as many new ones as push what was new before off the page.
    for (const [count, shown] of [
      [150, '353 of 353'],
      [300, '503 of 503'],
    ] as const) {
      newest = [...added.slice(300 - count), ...NEWEST].slice(0, 200);
      act(() => {
        fake.emit('resourceChanged', {
          connection: 'orders',
          resource: { kind: 'deployments', application: null },
          changed: true,
        });
      });
      expect(await screen.findByText(shown)).toBeVisible();
    }
    expect(callsOf(fake, 'deploymentsOlder')).toHaveLength(1);
  });

  it('tells why what is older does not come, and asks again', async () => {
    const { user } = await renderApp('/c/orders/deployments', {
      deployments: NEWEST,
      answers: {
        ...answers(),
        deploymentsOlder: () => Promise.reject(failure('internal') as unknown as Error),
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Load older deployments' }));
    expect(await screen.findByRole('button', { name: 'Try again' })).toBeVisible();
    expect(screen.getByText('200 of 203')).toBeVisible();
  });
});
