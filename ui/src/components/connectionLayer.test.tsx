import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import { usualWay } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

async function opened(name: string) {
  const { user, ...fake } = await renderApp('/settings/connections');
  await user.click(await screen.findByRole('button', { name: `Edit ${name}` }));
  const dialog = within(await screen.findByRole('dialog', { name: `Connection ${name}` }));
  return { user, fake, dialog };
}

describe('what is typed about a connection', () => {
  it('is checked as it is typed, and can be saved from there', async () => {
    const { user, fake, dialog } = await opened('Team Orders');
    await user.click(dialog.getByRole('button', { name: 'Network' }));
    await user.click(await dialog.findByRole('button', { name: 'None' }));
    await user.click(dialog.getByRole('button', { name: 'Check' }));
    expect(dialog.getByText('Checked with what is typed here; not saved yet.')).toBeVisible();
    expect(await dialog.findByText('Nothing on the way is broken.')).toBeVisible();
    const way = { ...usualWay, network: { ...usualWay.network, proxy: { kind: 'none' } } };
    expect(callsOf(fake, 'addressExamine').map(([url, given]) => [url, given])).toEqual([
      ['https://orders.misohost.example', way],
    ]);
    expect(callsOf(fake, 'connectionExamine')).toEqual([]);
    await user.click(dialog.getByRole('button', { name: 'Save' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(callsOf(fake, 'connectionChange').map(([, , given]) => given)).toEqual([way]);
  });

  it('is not lost by Escape before a question was answered', async () => {
    const { user, fake, dialog } = await opened('Team Orders');
    await user.type(dialog.getByRole('textbox', { name: 'Name' }), ' two');
    await user.keyboard('{Escape}');
    const question = within(await screen.findByRole('dialog', { name: 'Discard changes?' }));
    await user.click(question.getByRole('button', { name: 'Cancel' }));
    expect(screen.queryByRole('dialog', { name: 'Discard changes?' })).toBeNull();
    expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('Team Orders two');
    await user.keyboard('{Escape}');
    await user.click(await screen.findByRole('button', { name: 'Discard' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(callsOf(fake, 'connectionChange')).toEqual([]);
  });

  it('that is as it was before closes without a question', async () => {
    const { user, dialog } = await opened('Team Orders');
    expect(dialog.queryByRole('button', { name: 'Save' })).toBeNull();
    await user.click(dialog.getByRole('button', { name: 'Network' }));
    await user.click(await dialog.findByRole('button', { name: 'None' }));
    expect(dialog.getByRole('button', { name: 'Save' })).toBeEnabled();
    await user.click(dialog.getByRole('button', { name: 'System' }));
    expect(dialog.queryByRole('button', { name: 'Save' })).toBeNull();
    await user.click(dialog.getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('a connection that is checked', () => {
  it('and needs a session leads to the sign-in', async () => {
    const { user, dialog } = await opened('Team Payments');
    await user.click(dialog.getByRole('button', { name: 'Check' }));
    expect(await dialog.findByText('The way is free. Sign in.')).toBeVisible();
    await user.click(dialog.getByRole('button', { name: 'Sign in' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(history.location.pathname).toBe('/c/payments');
  });
});
