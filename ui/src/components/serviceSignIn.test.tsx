import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import { queries } from '../app/queries';
import { shell } from '../app/shell';
import { failure, nextRevision } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

const SECRET = 'a-secret-that-is-typed';

async function openForm() {
  const app = await renderApp('/c/orders/environments');
  await screen.findByRole('table', { name: 'Environments' });
  app.emit('sessionChanged', {
    connection: 'orders',
    session: { state: 'signedOut', reason: failure('unauthorized') },
    revision: nextRevision(),
  });
  await app.user.click(await screen.findByRole('button', { name: 'Sign in as a service account…' }));
  return app;
}

describe('a service account', () => {
  it('signs in with id and secret, and returns to the page', async () => {
    const { user, ...fake } = await openForm();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByLabelText('Client id')).toHaveFocus();
    const secret = screen.getByLabelText('Client secret');
    expect(secret).toHaveAttribute('type', 'password');
    expect(secret).toHaveAttribute('autocomplete', 'off');
    await user.type(screen.getByLabelText('Client id'), ' robot ');
    await user.type(secret, SECRET);
    await user.click(screen.getByRole('checkbox', { name: /Keep me signed in/ }));
    expect(screen.getByText(/after quitting you sign in again/)).toBeVisible();
    await user.keyboard('{Tab}{Enter}');
    expect(secret).toHaveValue('');
    expect(await screen.findByRole('table', { name: 'Environments' })).toBeVisible();
    expect(callsOf(fake, 'signInAsService')).toEqual([['orders', 'robot', SECRET, false]]);
    expect(history.location.pathname).toBe('/c/orders/environments');
    const kept = JSON.stringify([
      shell.get(),
      queries
        .getQueryCache()
        .getAll()
        .map((query) => query.state),
      callsOf(fake, 'draftSave'),
      { ...localStorage, ...sessionStorage },
    ]);
    expect(kept).not.toContain(SECRET);
  });

  it('is told at the form what is missing or refused; the id stays, the secret does not', async () => {
    const { user, ...fake } = await openForm();
    await user.keyboard('{Enter}');
    expect(screen.getByLabelText('Client id')).toHaveAccessibleDescription(/Type the account's client id/);
    await user.type(screen.getByLabelText('Client id'), 'robot{Enter}');
    const secret = screen.getByLabelText('Client secret');
    expect(secret).toHaveFocus();
    expect(secret).toHaveAccessibleDescription(/Type the account's secret/);
    expect(callsOf(fake, 'signInAsService')).toEqual([]);
    await user.type(secret, 'wrong{Enter}');
    await waitFor(() => {
      expect(secret).toHaveAccessibleDescription(/does not take this client id with this secret/);
    });
    expect(secret).toHaveValue('');
    expect(secret).toHaveFocus();
    expect(screen.getByLabelText('Client id')).toHaveValue('robot');
    expect(screen.queryByRole('alert')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(screen.queryByLabelText('Client secret')).toBeNull();
    expect(screen.getByRole('alert')).toBeVisible();
  });

  it('is no way into the instance of this machine', async () => {
    const { user } = await renderApp('/welcome', { signedIn: false, step: 60 });
    await user.click(await screen.findByRole('button', { name: 'Start' }));
    await screen.findByText('Waiting for the browser…');
    expect(screen.queryByRole('button', { name: 'Sign in as a service account…' })).toBeNull();
  });
});
