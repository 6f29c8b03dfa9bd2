import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import type { CommandError, Deployment, Preflight } from '../ipc';
import { deployment, deployments } from '../ipc/fake/data';
import { failure, usualWay } from '../ipc/fake/parts';
import { callsOf, lookedUp, renderApp } from '../test/renderApp';
import { preflightIn } from '../test/preflight';

const DEV = '/c/orders/applications/orders-api/dev?deploy=new';
const TAB = '/c/orders/applications/orders-api/dev/access?grant=';
const MAY = { permissions: ['access:read', 'access:update', 'applications:deploy'] };

const panel = async () => within(await screen.findByRole('complementary'));
const tag = async () => (await panel()).findByRole('textbox', { name: 'Image' });
const ctrlEnter = async () => {
  fireEvent.keyDown(await tag(), { key: 'Enter', ctrlKey: true });
};

/** An answer that comes when the test says so. */
function later<T>() {
  let answer: (value: T) => void = () => undefined;
  let refuse: (error: CommandError) => void = () => undefined;
  const promise = new Promise<T>((resolve, reject) => {
    answer = resolve;
    refuse = reject;
  });
  return {
    promise,
    answer: (value: T) => act(() => answer(value)),
    refuse: (error: CommandError) => act(() => refuse(error)),
  };
}

const leave = async () => {
  act(() => {
    history.push('/c/orders/environments');
  });
  await screen.findByRole('heading', { name: 'Environments' });
};

describe('what is being sent', () => {
  it('keeps its panel, and says above another page why a deployment was refused', async () => {
    const deploy = later<Deployment>();
    const { user } = await renderApp(DEV, { answers: { deploy: () => deploy.promise } });
    fireEvent.change(await tag(), { target: { value: '1.5.0' } });
    await lookedUp();
    await user.click((await panel()).getByRole('button', { name: /^Deploy 1\.5\.0 to dev/ }));
    await (await panel()).findByRole('button', { name: 'Sending…' });
    await user.keyboard('{Escape}');
    expect(await tag()).toHaveValue('1.5.0');
    expect((await panel()).getByRole('button', { name: 'Close the panel' })).toBeDisabled();
    await leave();
    deploy.refuse(failure('forbidden', { requestId: 'req-403' }));
    const said = await screen.findByText(
      'Deploying 1.5.0 of orders-api to dev: Your account may not do this',
    );
    expect(said).toBeVisible();
    expect(screen.getByText('req-403')).toBeVisible();
    await user.click(screen.getByRole('link', { name: 'See what happened' }));
    expect(history.location.pathname).toBe('/c/orders/applications/orders-api/dev/deployments');
    expect(screen.queryByText(/^Deploying 1\.5\.0 of/)).toBeNull();
  });

  const grant = async () => {
    const form = await panel();
    fireEvent.change(form.getByRole('textbox', { name: 'Subject' }), { target: { value: 'elena' } });
    fireEvent.click(form.getByRole('radio', { name: 'viewer' }));
    fireEvent.click(form.getByRole('checkbox', { name: 'dev' }));
    fireEvent.click(form.getByRole('button', { name: 'Grant in dev' }));
  };

  it('is told of where access was being given too, and it is not known whether it happened', async () => {
    const sent = later<never>();
    const { user } = await renderApp(TAB, { ...MAY, answers: { accessGrant: () => sent.promise } });
    await grant();
    await (await panel()).findByRole('button', { name: 'Sending…' });
    await user.keyboard('{Escape}');
    expect((await panel()).getByRole('textbox', { name: 'Subject' })).toHaveValue('elena');
    await leave();
    sent.refuse(failure('outcome_unknown'));
    const title = 'Access of elena to orders-api in dev: Not known whether it happened';
    expect(await screen.findByText(title)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByText(title)).toBeNull();
  });

  it('calls nobody back who has gone elsewhere', async () => {
    const sent = later<null>();
    await renderApp(TAB, { ...MAY, answers: { accessGrant: () => sent.promise as Promise<never> } });
    await grant();
    await leave();
    sent.answer(null);
    await act(() => Promise.resolve());
    expect(history.location.href).toBe('/c/orders/environments');
  });
});

describe('where nothing can be written', () => {
  it('a deployment is not sent, and says why', async () => {
    const fake = await renderApp(DEV, { source: 'offline' });
    fireEvent.change(await tag(), { target: { value: '1.5.0' } });
    await lookedUp();
    const send = (await panel()).getByRole('button', { name: /^Deploy 1\.5\.0 to dev/ });
    expect(send).toHaveAccessibleDescription(/cannot be reached/);
    await ctrlEnter();
    fireEvent.click(send);
    expect(callsOf(fake, 'deploy')).toEqual([]);
  });

  const under = deployments.find((each) => each.status === 'running');
  const LIVE = `/c/orders/applications/invoices/test?deploy=${under?.id ?? ''}`;
  const cancel = async () => (await panel()).findByRole('button', { name: 'Cancel the deployment' });

  it('one that is under way is not cancelled, and says why', async () => {
    const { user, ...fake } = await renderApp(LIVE, { source: 'offline' });
    expect(await cancel()).toHaveAccessibleDescription(/cannot be reached/);
    await user.click(await cancel());
    expect(callsOf(fake, 'deploymentCancel')).toEqual([]);
  });

  it('that is so on a locked connection, and without the permission', async () => {
    const { user, ...fake } = await renderApp(LIVE, { permissions: [] });
    await waitFor(async () => {
      expect(await cancel()).toHaveAccessibleDescription(/applications:deploy is missing/);
    });
    const edit = { name: 'Team Orders', hue: 'indigo', production: false, readOnly: true } as const;
    await act(() => fake.commands.connectionChange('orders', edit, usualWay));
    await waitFor(async () => {
      expect(await cancel()).toHaveAccessibleDescription('This connection is locked.');
    });
    await user.click(await cancel());
    expect(callsOf(fake, 'deploymentCancel')).toEqual([]);
  });

  it('that goes to production is cancelled once it is confirmed', async () => {
    const value = deployment('invoices', 'prod', '0.9.2', '0.9.4', { at: 40_000, status: 'running' });
    const { user, ...fake } = await renderApp(`/c/orders/applications/invoices/prod?deploy=${value.id}`, {
      answers: {
        deployment: () =>
          Promise.resolve({ value, asOf: new Date().toISOString(), source: 'live' as const, failure: null }),
      },
    });
    const question = () =>
      screen.findByRole('dialog', { name: /^Cancel the deployment of invoices to .*PROD/ });
    await user.click(await cancel());
    await user.click(within(await question()).getByRole('button', { name: 'Cancel' }));
    expect(callsOf(fake, 'deploymentCancel')).toEqual([]);
    await user.click(await cancel());
    await user.click(within(await question()).getByRole('button', { name: 'Cancel the deployment' }));
    expect(callsOf(fake, 'deploymentCancel')).toHaveLength(1);
  });
});

describe('another image', () => {
  it('is not sent with what is known of the last one', async () => {
    const known = preflightIn('dev', { image: 'registry.example/orders-api:1.5.0' });
    const next = later<Preflight>();
    const fake = await renderApp(DEV, {
      answers: {
        preflight: (_, __, ___, wanted) =>
          wanted?.kind === 'tag' && wanted.tag === '1.6.0'
            ? next.promise
            : Promise.resolve({ ...known, repeats: 'dep-then' }),
      },
    });
    fireEvent.change(await tag(), { target: { value: '1.5.0' } });
    fireEvent.click(await (await panel()).findByRole('checkbox', { name: /configuration it had then/ }));
    fireEvent.change(await tag(), { target: { value: '1.6.0' } });
    expect((await panel()).queryByRole('checkbox', { name: /configuration it had then/ })).toBeNull();
    await ctrlEnter();
    await act(() => Promise.resolve());
    expect(callsOf(fake, 'deploy')).toEqual([]);
    next.answer({ ...known, image: 'registry.example/orders-api:1.6.0' });
    await lookedUp();
    await ctrlEnter();
    await waitFor(() => {
      expect(callsOf(fake, 'deploy')).toEqual([
        [
          'orders',
          'orders-api',
          expect.objectContaining({ image: expect.stringMatching(/:1\.6\.0$/) as string, from: null }),
          null,
        ],
      ]);
    });
  });
});
