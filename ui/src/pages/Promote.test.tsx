import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import { callsOf, renderApp } from '../test/renderApp';

const PAGE = '/c/orders/promote?from=test&to=prod&of=checkout';

describe('promotion', () => {
  it('shows who is ahead, and what was chosen of them is in the address', async () => {
    const { user } = await renderApp('/c/orders/promote?from=test&to=prod');
    expect(await screen.findByRole('heading', { name: /applications ahead in test/ })).toBeVisible();
    await user.click(screen.getByRole('checkbox', { name: 'checkout' }));
    expect(await screen.findByRole('heading', { name: 'checkout' })).toBeVisible();
    expect(history.location.href).toContain('of=checkout');
  });

  it('says what becomes of each item, and never that two secrets are the same', async () => {
    await renderApp(PAGE);
    const review = within(await screen.findByRole('region', { name: 'checkout' }));
    expect(await review.findByText('PROD keeps 5000, not 8000')).toBeVisible();
    expect(review.getByText(/set on both, values cannot be compared/)).toBeVisible();
    expect(review.getByRole('checkbox', { name: 'FEATURE_WALLET' })).toBeChecked();
    expect(review.getByRole('checkbox', { name: 'PAYMENT_TIMEOUT' })).not.toBeChecked();
  });

  it('goes to production as it was shown, after it could be taken back', async () => {
    const { user, ...fake } = await renderApp(PAGE);
    const review = within(await screen.findByRole('region', { name: 'checkout' }));
    await user.click(await review.findByRole('checkbox', { name: 'PAYMENT_TIMEOUT' }));
    await user.click(screen.getByRole('button', { name: /^Promote 1 to PROD/ }));
    expect(await screen.findByRole('button', { name: /^Take it back/ })).toBeVisible();
    expect(callsOf(fake, 'promote')).toHaveLength(0);
    await user.keyboard('{Escape}');
    expect(await screen.findByText('Taken back. Nothing was sent.')).toBeVisible();
    expect(callsOf(fake, 'deploymentsTakeBack')).toHaveLength(1);

    await user.click(screen.getByRole('button', { name: /^Promote 1 to PROD/ }));
    expect(await screen.findByText('The deployment began.', undefined, { timeout: 6000 })).toBeVisible();
    const [[, choices, confirmation] = []] = callsOf(fake, 'promote');
    expect(confirmation).toBe('shown-2');
    expect(choices).toEqual([
      expect.objectContaining({ items: ['FEATURE_WALLET', 'WEBHOOK_SECRET', 'PAYMENT_TIMEOUT'], access: [] }),
    ]);
  });
});

describe('two deployments', () => {
  it('are chosen in the list and shown beside each other', async () => {
    const { user, ...fake } = await renderApp('/c/orders/deployments?q=orders-api');
    const boxes = await screen.findAllByRole('checkbox', { name: /^Select the deployment of orders-api/ });
    expect(screen.queryByRole('button', { name: 'Compare' })).toBeNull();
    await user.click(boxes[0] as HTMLElement);
    expect(screen.getByRole('button', { name: 'Compare' })).toHaveAccessibleDescription(/Choose two/);
    await user.click(boxes[1] as HTMLElement);
    await user.click(screen.getByRole('button', { name: 'Compare' }));
    const items = within(await screen.findByRole('table', { name: 'Configuration' }));
    expect(items.getByRole('row', { name: /PAYMENT_TIMEOUT 5000 8000/ })).toBeVisible();
    expect(items.getByRole('row', { name: /STRIPE_KEY .*cannot be compared/ })).toBeVisible();
    expect(callsOf(fake, 'deploymentsCompare')).toHaveLength(1);
  });

  it('are narrowed by their result and by what is typed, in the address', async () => {
    const { user } = await renderApp('/c/orders/deployments');
    await user.click(await screen.findByRole('button', { name: 'Failed' }));
    expect(history.location.href).toContain('result=failed');
    expect(screen.getByText(/^1 of \d+$/)).toBeVisible();
    await user.type(screen.getByRole('searchbox', { name: 'Search deployments' }), 'nothing like it');
    expect(await screen.findByRole('heading', { name: 'No deployment matches' })).toBeVisible();
  });
});
