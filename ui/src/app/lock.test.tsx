import { act, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { failure, usualWay } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

describe('a connection', () => {
  it('is renamed, coloured and locked in one go, and an empty name is refused with what was typed kept', async () => {
    const { user, ...fake } = await renderApp('/settings/connections');
    await user.click(await screen.findByRole('button', { name: 'Edit Team Orders' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Connection Team Orders' }));
    const name = dialog.getByRole('textbox', { name: 'Name' });
    await user.clear(name);
    await user.type(name, 'Orders');
    await user.click(dialog.getByRole('radio', { name: 'Olive' }));
    await user.click(dialog.getByRole('checkbox', { name: /Locked/ }));
    await user.click(dialog.getByRole('button', { name: 'Save' }));
    expect(callsOf(fake, 'connectionChange')).toEqual([
      ['orders', { name: 'Orders', hue: 'olive', production: false, readOnly: true }, usualWay],
    ]);
    expect(await screen.findByRole('button', { name: 'Edit Orders' })).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('that is locked deploys nothing before it is unlocked', async () => {
    const { user, ...fake } = await renderApp('/c/orders/applications/orders-api/dev?deploy=new');
    await act(() =>
      fake.commands.connectionChange(
        'orders',
        { name: 'Team Orders', hue: 'indigo', production: false, readOnly: true },
        usualWay,
      ),
    );
    const panel = within(await screen.findByRole('complementary', { name: /Deploy orders-api/ }));
    const send = await panel.findByRole('button', { name: /in dev/ });
    expect(send).toHaveAttribute('aria-disabled', 'true');
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
    await user.click(panel.getByRole('button', { name: 'Unlock for 15 minutes' }));
    expect(callsOf(fake, 'connectionUnlock')).toEqual([['orders']]);
  });

  it('that cannot be unlocked or locked again says why, and does it once more on a click', async () => {
    const { user, ...fake } = await renderApp('/c/orders');
    const edit = { name: 'Team Orders', hue: 'indigo', production: false, readOnly: true } as const;
    await act(() => fake.commands.connectionChange('orders', edit, usualWay));
    const { connectionUnlock, connectionLockAgain } = fake.commands;
    const refuse = () => Promise.reject(failure('connection_unknown') as unknown as Error);
    Object.assign(fake.commands, { connectionUnlock: refuse, connectionLockAgain: refuse });
    const bar = within(screen.getByRole('contentinfo'));
    await user.click(await bar.findByRole('button', { name: 'locked' }));
    expect(await screen.findByText('This connection is gone')).toBeVisible();
    Object.assign(fake.commands, { connectionUnlock });
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await user.click(await bar.findByRole('button', { name: /^unlocked until/ }));
    expect(await screen.findByText('This connection is gone')).toBeVisible();
    Object.assign(fake.commands, { connectionLockAgain });
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await bar.findByRole('button', { name: 'locked' })).toBeVisible();
    expect(screen.queryByText('This connection is gone')).toBeNull();
  });
});
