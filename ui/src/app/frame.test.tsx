import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { account, failure, nextRevision } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

afterEach(() => {
  vi.useRealTimers();
});

describe('what lies above a page', () => {
  it('is there before anybody is signed in, and Escape closes it', async () => {
    const { user } = await renderApp('/welcome', { signedIn: false });
    const field = await screen.findByRole('textbox', { name: 'Connect to an instance' });
    await user.keyboard('{Control>}k{/Control}');
    await screen.findByRole('combobox');
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('combobox')).toBeNull();
    });
    expect(field).toHaveFocus();
  });
});

describe('a notice of what failed', () => {
  it('has the words, the request id and another try', async () => {
    let refused = true;
    const { user, ...fake } = await renderApp('/settings', {
      answers: {
        settingsSave: (settings) =>
          refused
            ? Promise.reject(
                failure('settings_not_saved', {
                  params: { reason: 'disk full' },
                  message: 'ENOSPC',
                  requestId: 'req-5',
                }) as unknown as Error,
              )
            : Promise.resolve({ settings, revision: 1 }),
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Dark' }));
    expect(await screen.findByText('That could not be saved')).toBeVisible();
    expect(screen.getByText('ENOSPC')).toBeVisible();
    expect(screen.getByText('req-5')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Copy id' })).toBeVisible();
    refused = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => {
      expect(screen.queryByText('That could not be saved')).toBeNull();
    });
    expect(callsOf(fake, 'settingsSave')).toHaveLength(2);
    expect(callsOf(fake, 'settingsSave')[1]?.[0]).toMatchObject({ theme: 'dark' });
  });
});

describe('what is to be known about the session', () => {
  const signedIn = { state: 'signedIn', account, remembered: true, until: null, notice: null } as const;
  const signedInAgain = async () => {
    await waitFor(() => {
      expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
      expect(screen.getByRole('contentinfo', { name: 'Status' })).not.toHaveTextContent('signing in');
    });
  };

  it('is a keyring that is slow: it is waited for, or done without', async () => {
    const { user, ...fake } = await renderApp('/c/orders');
    await screen.findByRole('heading', { level: 1 });
    const slow = (is: boolean) => {
      act(() => {
        fake.emit('sessionChanged', {
          connection: 'orders',
          session: { state: 'restoring', slow: is },
          revision: nextRevision(),
        });
      });
    };
    slow(false);
    expect(screen.queryByText('The keyring does not answer yet')).toBeNull();
    slow(true);
    expect(await screen.findByText('The keyring does not answer yet')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Do not wait' }));
    expect(callsOf(fake, 'signInCancel')).toEqual([['orders']]);
    slow(true);
    await user.click(screen.getByRole('button', { name: 'Keep me signed in until I quit' }));
    expect(callsOf(fake, 'signIn')).toEqual([['orders', false]]);
    await signedInAgain();
  });

  it('is when one ends that nothing can renew', async () => {
    const fake = await renderApp('/c/orders');
    await screen.findByRole('heading', { level: 1 });
    const until = new Date();
    until.setHours(23, 58, 0, 0);
    fake.emit('sessionChanged', {
      connection: 'orders',
      session: {
        ...signedIn,
        remembered: false,
        until: until.toISOString(),
        notice: failure('no_refresh_token'),
      },
      revision: nextRevision(),
    });
    expect(await screen.findByText('You are signed in for a while only')).toBeVisible();
    expect(screen.getByText('until 23:58')).toBeVisible();
  });

  it('is an entry that is gone, with the way back', async () => {
    const { user, ...fake } = await renderApp('/c/orders');
    await screen.findByRole('heading', { level: 1 });
    fake.emit('sessionChanged', {
      connection: 'orders',
      session: { ...signedIn, notice: failure('keyring_empty') },
      revision: nextRevision(),
    });
    expect(await screen.findByText('The keyring no longer holds this session')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Sign in again' }));
    expect(callsOf(fake, 'signIn')).toEqual([['orders', true]]);
    await signedInAgain();
  });
});

describe('a page that waits', () => {
  it('says so after a second, can be called off after ten, and asked again', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let answered = false;
    const fake = await renderApp('/c/orders/deployments', {
      answers: {
        deployments: (_, key) =>
          answered && key === null
            ? Promise.resolve({
                value: { data: [], meta: null, links: null },
                asOf: new Date().toISOString(),
                source: 'live',
                failure: null,
              })
            : new Promise(() => undefined),
      },
    });
    const main = within(screen.getByRole('main'));
    expect(await main.findByText('Waiting for: Deployments')).toHaveClass('visually-hidden');
    await pass(1000);
    expect(main.getByText('Waiting for: Deployments')).not.toHaveClass('visually-hidden');
    expect(main.queryByRole('button', { name: 'Cancel' })).toBeNull();
    await pass(9000);
    fireEvent.click(main.getByRole('button', { name: 'Cancel' }));
    expect(await main.findByText('Not waiting any more for: Deployments')).toBeVisible();
    const asked = callsOf(fake, 'deployments').length;
    answered = true;
    fireEvent.click(main.getByRole('button', { name: 'Try again' }));
    expect(await main.findByRole('heading', { name: 'No deployments yet' })).toBeVisible();
    expect(callsOf(fake, 'deployments')).toHaveLength(asked + 1);
  });
});

describe('the reason of a disabled button', () => {
  it('stands above it where there is no room below, and within the window', async () => {
    await renderApp('/c/orders/applications/invoices/prod?deploy=new');
    const foot = within(await screen.findByRole('complementary'));
    const reason = await foot.findByRole('tooltip', { hidden: true });
    const place = reason.parentElement as HTMLElement;
    // It appears under the pointer, and is not shown before it has its place.
    expect(reason).toHaveAttribute('data-placed', 'false');
    const at = (top: number, left: number) => {
      place.getBoundingClientRect = () => new DOMRect(left, top, 120, 24);
      fireEvent.pointerEnter(place);
      return within(place).getByRole('tooltip', { hidden: true }).style;
    };
    const { innerHeight, innerWidth } = window;
    expect(at(innerHeight - 30, innerWidth - 130).bottom).toBe('34px');
    expect(at(innerHeight - 30, innerWidth - 130).right).toBe('10px');
    expect(at(100, 10).top).toBe('128px');
    expect(at(100, 10).left).toBe('10px');
    expect(reason).toHaveAttribute('data-placed', 'true');
  });
});

describe('removing a connection', () => {
  it('loses nothing by Enter alone', async () => {
    const { user, ...fake } = await renderApp('/settings/connections');
    await user.click(await screen.findByRole('button', { name: 'Remove Team Orders' }));
    const question = within(await screen.findByRole('dialog'));
    await waitFor(() => {
      expect(question.getByRole('button', { name: 'Cancel' })).toHaveFocus();
    });
    await user.keyboard('{Enter}');
    expect(callsOf(fake, 'connectionRemove')).toHaveLength(0);
  });
});

describe('the window', () => {
  it('is called by what is in it, before a sign-in too', async () => {
    await renderApp('/welcome', { signedIn: false });
    await screen.findByRole('textbox');
    expect(document.title).toBe('Connect — Miso Desktop');
  });

  it('is called by the connection that asks to sign in', async () => {
    await renderApp('/c/payments');
    await screen.findByRole('heading', { name: 'Sign in again' });
    expect(document.title).toBe('Sign in — Team Payments');
  });
});

describe('a sign-in', () => {
  it('can be called off at each of its steps', async () => {
    const { user, ...fake } = await renderApp('/c/payments', { step: 60_000 });
    await user.click(await screen.findByRole('button', { name: 'Sign in with the browser' }));
    expect(await screen.findByText('Checking the keyring…')).toBeVisible();
    for (const step of ['discovering', 'exchanging', 'saving'] as const) {
      act(() => {
        fake.emit('sessionChanged', {
          connection: 'payments',
          session: { state: 'signingIn', step },
          revision: 9,
        });
      });
      expect(screen.getByRole('button', { name: 'Cancel' })).toBeVisible();
    }
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(callsOf(fake, 'signInCancel')).toEqual([['payments']]);
    expect(await screen.findByText('The sign-in was cancelled')).toBeVisible();
  });

  it('can be called off while the instance is looked for', async () => {
    const { user, ...fake } = await renderApp('/welcome', {
      signedIn: false,
      answers: { connectionProbe: () => new Promise(() => undefined) },
    });
    await user.type(await screen.findByRole('textbox'), 'https://slow.example{Enter}');
    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    expect(screen.queryByText(/Looking for the instance/)).toBeNull();
    expect(screen.getByRole('textbox')).toHaveValue('https://slow.example');
    expect(callsOf(fake, 'connectionAdd')).toHaveLength(0);
    const [, , call] = callsOf(fake, 'connectionProbe')[0] ?? [];
    expect(callsOf(fake, 'callOff')).toEqual([[call]]);
  });

  it('the walk of the doctor ends with its page', async () => {
    const { user, ...fake } = await renderApp('/welcome', {
      signedIn: false,
      answers: { addressExamine: () => new Promise(() => undefined) },
    });
    await user.type(await screen.findByRole('textbox'), 'https://offline.example{Enter}');
    await screen.findByRole('region', { name: 'The way to the instance' });
    expect(callsOf(fake, 'callOff')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Start' }));
    await waitFor(() => {
      expect(screen.queryByRole('region', { name: 'The way to the instance' })).toBeNull();
    });
    const calls = callsOf(fake, 'addressExamine').map((args) => args[3]);
    expect(callsOf(fake, 'callOff')).toEqual(calls.map((call) => [call]));
  });
});

describe('production', () => {
  it('is coloured where a deployment is told of', async () => {
    const { user, ...fake } = await renderApp('/c/orders');
    const [sample] = fake.deployments;
    if (!sample) throw new Error('no deployment');
    act(() => {
      fake.emit('deploymentEnded', {
        connection: 'orders',
        deployment: { ...sample, environment: 'prod', status: 'completed' },
      });
    });
    const toast = within(await screen.findByRole('region', { name: 'Ended deployments' }));
    expect(toast.getByText('PROD')).toHaveClass('production');
    await screen.findByRole('table', { name: 'Applications by environment' });
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'orders-api prod');
    expect(within(screen.getAllByRole('option')[0] as HTMLElement).getByText('PROD')).toHaveClass(
      'production',
    );
  });
});

describe('an address of no page', () => {
  it('is said within the frame, with a way out', async () => {
    const { user } = await renderApp('/c/orders/nowhere');
    expect(await screen.findByText('There is nothing at this address.')).toBeVisible();
    await user.click(screen.getByRole('link', { name: 'See the applications' }));
    expect(await screen.findByRole('table', { name: 'Applications by environment' })).toBeVisible();
  });
});
