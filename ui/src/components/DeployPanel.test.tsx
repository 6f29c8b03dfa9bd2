import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { history } from '../app/navigation';
import { replaceIpc, type Course } from '../ipc';
import { deployments } from '../ipc/fake/data';
import { callsOf, lookedUp, renderApp } from '../test/renderApp';

const PROD = '/c/orders/applications/orders-api/prod?deploy=new';
const DEV = '/c/orders/applications/orders-api/dev?deploy=new';

const panel = async () => within(await screen.findByRole('complementary'));
const tag = async () => (await panel()).findByRole('textbox', { name: 'Image' });
const typeTag = async (text: string) => {
  fireEvent.change(await tag(), { target: { value: text } });
  await lookedUp();
};
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

afterEach(() => {
  vi.useRealTimers();
});

/** A deployment that asks for no more than an image. */
const PLAIN = { configuration: null, from: null, dryRun: null };

describe('deploying to production', () => {
  it('sends nothing when it is taken back within three seconds', async () => {
    const fake = await renderApp(PROD);
    await typeTag('1.4.1');
    vi.useFakeTimers();
    fireEvent.click(screen.getByRole('button', { name: /^Deploy 1\.4\.1 to PROD/ }));
    await pass(100);
    expect(screen.getByRole('button', { name: /^Take it back/ })).toBeVisible();
    await pass(2800);
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
    fireEvent.keyDown(screen.getByRole('button', { name: /^Take it back/ }), { key: 'Escape' });
    await pass(10_000);
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
    expect(screen.getByText('Taken back. Nothing was sent.')).toBeVisible();
    expect(callsOf(fake, 'deploymentsTakeBack')).toEqual([['orders', 'shown-1']]);
    expect(history.location.search).toBe('?deploy=new');
  });

  it('sends nothing when the page is left within three seconds', async () => {
    const fake = await renderApp(PROD);
    await typeTag('1.4.1');
    vi.useFakeTimers();
    fireEvent.click(screen.getByRole('button', { name: /^Deploy 1\.4\.1 to PROD/ }));
    await pass(1000);
    act(() => {
      history.push('/c/orders');
    });
    await pass(10_000);
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
  });

  it('sends nothing when the page is left before Rust has heard that it is shown', async () => {
    let tell: (confirmation: string) => void = () => undefined;
    const deploymentsShow = () => new Promise<string>((resolve) => (tell = resolve));
    const fake = await renderApp(PROD, { answers: { deploymentsShow } });
    await typeTag('1.4.1');
    vi.useFakeTimers();
    fireEvent.click(screen.getByRole('button', { name: /^Deploy 1\.4\.1 to PROD/ }));
    act(() => {
      history.push('/c/orders');
    });
    await pass(100);
    tell('late');
    await pass(10_000);
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
  });

  it('sends once after three seconds, however often the button is pressed', async () => {
    const fake = await renderApp(PROD);
    await typeTag('1.4.1');
    const form = (await tag()).closest('form');
    if (!form) throw new Error('no form');
    vi.useFakeTimers();
    fireEvent.submit(form);
    fireEvent.submit(form);
    await pass(2900);
    fireEvent.submit(form);
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
    await pass(200);
    fireEvent.submit(form);
    await pass(5000);
    expect(callsOf(fake, 'deploy')).toEqual([
      [
        'orders',
        'orders-api',
        { ...PLAIN, environment: 'prod', image: 'registry.example/orders-api:1.4.1', note: null },
        'shown-1',
      ],
    ]);
  });
});

describe('the deploy panel', () => {
  it('sends at once elsewhere, with Ctrl and Enter too, and becomes the live view', async () => {
    const { user, ...fake } = await renderApp(DEV);
    await typeTag('1.5.0');
    await user.type((await panel()).getByRole('textbox', { name: 'Note' }), 'try this');
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => {
      expect(callsOf(fake, 'deploy')).toEqual([
        [
          'orders',
          'orders-api',
          { ...PLAIN, environment: 'dev', image: 'registry.example/orders-api:1.5.0', note: 'try this' },
          null,
        ],
      ]);
    });
    expect(await screen.findByText('1.5.0 runs in dev.')).toBeVisible();
    expect(await (await panel()).findByRole('list', { name: 'Steps' })).toBeVisible();
  });

  it('says what is known before it is sent', async () => {
    await renderApp(PROD);
    await typeTag('1.4.1');
    expect(await (await panel()).findByText(/is not known to have run in test/)).toBeVisible();
    expect((await panel()).getByText('no other deployment of orders-api runs in PROD')).toBeVisible();
    await typeTag('1.4.0');
    expect(await (await panel()).findByText(/is unhealthy there now: this starts it again/)).toBeVisible();
  });

  it('puts what the server says at the field, and keeps what was typed', async () => {
    const { user } = await renderApp(DEV);
    await typeTag('invalid');
    await user.click(screen.getByRole('button', { name: /^Deploy invalid to dev/ }));
    expect(await (await panel()).findByText('no such tag in the registry')).toBeVisible();
    expect(await tag()).toHaveValue('invalid');
    expect(await tag()).toBeInvalid();
    expect((await panel()).getByText('req-400')).toBeVisible();
  });

  it('calls an unknown outcome unknown and does not send again', async () => {
    const { user, ...fake } = await renderApp(DEV);
    await typeTag('lost');
    await user.click(screen.getByRole('button', { name: /^Deploy lost to dev/ }));
    expect(await (await panel()).findByRole('alert')).toHaveTextContent('Not known whether it happened');
    expect((await panel()).getByRole('link', { name: 'See what happened' })).toBeVisible();
    expect(callsOf(fake, 'deploy')).toHaveLength(1);
  });

  it('may not be sent without the permission, and says why', async () => {
    const { user, ...fake } = await renderApp('/c/orders/applications/invoices/prod?deploy=new');
    await typeTag('0.9.4');
    const send = (await panel()).getByRole('button', { name: /^Deploy 0\.9\.4 to PROD/ });
    expect(send).toHaveAttribute('aria-disabled', 'true');
    expect(send).toHaveAccessibleDescription(/applications:deploy is missing/);
    await user.click(send);
    await user.click(await tag());
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(screen.queryByRole('button', { name: /^Take it back/ })).toBeNull();
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
  });

  it('is not sent before it is known whether it may be', async () => {
    const { user, ...fake } = await renderApp('/c/orders');
    const preflight = () => new Promise<never>(() => undefined);
    replaceIpc({ ...fake, commands: { ...fake.commands, preflight } });
    act(() => {
      history.push(DEV);
    });
    fireEvent.change(await tag(), { target: { value: '1.5.0' } });
    expect((await panel()).getByRole('button', { name: /^Deploy…/ })).toBeDisabled();
    await user.click(await tag());
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
  });

  it('takes a note as long as the platform takes it', async () => {
    await renderApp(DEV);
    await waitFor(async () => {
      expect((await panel()).getByRole('textbox', { name: 'Note' })).toHaveAttribute('maxlength', '1000');
    });
  });

  it('tells a failure with its reason', async () => {
    const { user } = await renderApp(DEV);
    await user.click((await panel()).getByRole('button', { name: 'Edit the whole image' }));
    await typeTag('miso/crash:1.0');
    await user.click(screen.getByRole('button', { name: /^Deploy crash:1\.0 to dev/ }));
    expect(await screen.findByText('crash:1.0 failed in dev. orders-api:1.4.1 still runs.')).toBeVisible();
    // Once, and without a bar of what is over.
    expect((await panel()).getAllByText(/ended with exit code 1/)).toHaveLength(1);
    expect(screen.queryByRole('progressbar')).toBeNull();
    const steps = (await panel()).getByRole('list', { name: 'Steps' });
    expect(within(steps).getAllByRole('listitem').at(-1)).toHaveTextContent('Switch over');
    expect(within(steps).getByText('not reached')).toBeVisible();
    expect(screen.getByRole('complementary')).toHaveAccessibleName('Deployment of orders-api to');
    await user.click((await panel()).getByRole('button', { name: 'Deploy crash:1.0 again…' }));
    expect(await tag()).toHaveValue('miso/crash:1.0');
  });

  it('shows what the instance of a deployment wrote until it ended', async () => {
    const ended = Date.now() - 600_000;
    const [model] = deployments.filter((each) => each.applicationKey === 'orders-api');
    if (!model) throw new Error('no deployment');
    const failed = {
      ...model,
      id: 'dep-failed',
      status: 'failed',
      completedAt: new Date(ended).toISOString(),
      steps: model.steps.map((step) => ({ ...step, message: step.name === 'Start' ? 'orders-api-1' : null })),
    };
    await renderApp('/c/orders/applications/orders-api/prod?deploy=dep-failed', {
      deployments: [failed],
      lines: 5000,
    });
    const log = await (await panel()).findByRole('region', { name: 'Log of the deployment' });
    const lines = await within(log).findAllByRole('listitem');
    expect(lines.length).toBeGreaterThan(40);
    for (const line of lines) expect(line).toHaveTextContent('orders-api-1');
    const last = Date.parse(lines.at(-1)?.querySelector('time')?.dateTime ?? '');
    expect(last).toBeGreaterThan(ended - 3000);
    expect(last).toBeLessThan(ended + 5000);
  });

  it('closes with Escape', async () => {
    const { user } = await renderApp(DEV);
    await tag();
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(history.location.href).toBe('/c/orders/applications/orders-api/dev');
    });
    expect(screen.queryByRole('complementary')).toBeNull();
  });
});

describe('while it can be taken back', () => {
  it('sends what was confirmed, and nothing of it can be changed', async () => {
    const fake = await renderApp(PROD);
    await typeTag('1.4.1');
    vi.useFakeTimers();
    fireEvent.click(screen.getByRole('button', { name: /^Deploy 1\.4\.1 to PROD/ }));
    await pass(100);
    const within = screen.getByRole('complementary');
    const switches = [...within.querySelectorAll('form button')].filter(
      (button) => !/^Take it back/.test(button.textContent),
    );
    expect(switches.length).toBeGreaterThan(4);
    for (const button of switches) expect(button).toBeDisabled();
    for (const field of within.querySelectorAll('input')) expect(field).toHaveAttribute('readonly');
    // A value that comes in between by another way is not what was confirmed.
    fireEvent.change(screen.getByRole('textbox', { name: 'Image' }), { target: { value: '9.9.9' } });
    await pass(3000);
    expect(callsOf(fake, 'deploy')).toEqual([
      [
        'orders',
        'orders-api',
        { ...PLAIN, environment: 'prod', image: 'registry.example/orders-api:1.4.1', note: null },
        'shown-1',
      ],
    ]);
  });

  it('takes no notice of a key that is held down', async () => {
    const fake = await renderApp(PROD);
    await typeTag('1.4.1');
    const field = await tag();
    fireEvent.keyDown(field, { key: 'Enter', ctrlKey: true, repeat: true });
    expect(screen.queryByRole('button', { name: /^Take it back/ })).toBeNull();
    fireEvent.keyDown(field, { key: 'Enter', ctrlKey: true });
    const back = await screen.findByRole('button', { name: /^Take it back/ });
    expect(fireEvent.keyDown(back, { key: 'Enter', repeat: true })).toBe(false);
    fireEvent.keyDown(back, { key: 'Escape' });
    fireEvent.keyDown(document.body, { key: 'Escape', repeat: true });
    expect(await screen.findByText('Taken back. Nothing was sent.')).toBeVisible();
    expect(await tag()).toHaveValue('1.4.1');
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
  });

  it('is taken back by Escape wherever the focus is, which then is on the button again', async () => {
    const { user } = await renderApp(PROD);
    await typeTag('1.4.1');
    await user.click(screen.getByRole('button', { name: /^Deploy 1\.4\.1 to PROD/ }));
    expect(await screen.findByRole('button', { name: /^Take it back/ })).toHaveFocus();
    act(() => {
      screen.getByRole('link', { name: 'Logs' }).focus();
    });
    await user.keyboard('{Escape}');
    expect(screen.getByText('Taken back. Nothing was sent.')).toBeVisible();
    expect(screen.getByRole('button', { name: /^Deploy 1\.4\.1 to PROD/ })).toHaveFocus();
  });
});

describe('the way into the panel and out of it', () => {
  it('takes the focus in and back, and leaves one panel', async () => {
    const { user } = await renderApp('/c/orders/applications/orders-api/dev');
    await user.click(await screen.findByRole('button', { name: 'Deploy…' }));
    expect(await tag()).toHaveFocus();
    expect(screen.queryByRole('button', { name: 'Deploy…' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Restart' })).toBeNull();
    await typeTag('1.5.0');
    const before = screen.getByRole('complementary');
    await user.keyboard('{Control>}{Enter}{/Control}');
    await screen.findByRole('list', { name: 'Steps' });
    expect(screen.getAllByRole('complementary')).toEqual([before]);
    expect(before).toContainElement(document.activeElement as HTMLElement);
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('complementary')).toBeNull();
    });
    expect(screen.getByRole('button', { name: 'Deploy…' })).toHaveFocus();
  });

  it('is not walked again by Back', async () => {
    const { user } = await renderApp('/c/orders');
    act(() => {
      history.push('/c/orders/applications/orders-api/dev');
    });
    await user.click(await screen.findByRole('button', { name: 'Deploy…' }));
    await tag();
    await user.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('complementary')).toBeNull();
    });
    expect(history.location.href).toBe('/c/orders/applications/orders-api/dev');
    await user.click(screen.getByRole('button', { name: 'Back' }));
    await waitFor(() => {
      expect(history.location.href).toBe('/c/orders');
    });
  });

  const under = deployments.find((each) => each.status === 'running');
  const LIVE = `/c/orders/applications/invoices/test?deploy=${under?.id ?? ''}`;
  const goes = (state: Course['state'], stillSince: string | null = null) => ({
    answers: {
      deploymentCourse: () =>
        Promise.resolve({
          value: { state, usual: 40, stillSince },
          asOf: new Date().toISOString(),
          source: 'live' as const,
          failure: null,
        }),
    },
  });

  it.each(['slow', 'stuck'] as const)(
    'says in the status bar too that it is %s, from whatever page',
    async (state) => {
      await renderApp('/c/orders/environments', goes(state));
      const bar = within(await screen.findByRole('contentinfo', { name: 'Status' }));
      expect(await bar.findByRole('link', { name: new RegExp(`^invoices.*${state}`) })).toBeVisible();
    },
  );

  it('says when the contact was lost', async () => {
    await renderApp(LIVE, { source: 'offline' });
    expect(await (await panel()).findByText('Lost contact.')).toBeVisible();
    expect((await panel()).getByText(/this is how it was at/)).toBeVisible();
  });

  it('says that it takes longer than usual, with the figure', async () => {
    await renderApp(LIVE, goes('slow'));
    expect(await (await panel()).findByText(/so far, usually 40 s here\.$/)).toBeVisible();
    expect((await panel()).getByText(/^Deploying /)).toBeVisible();
    expect((await panel()).queryByText('Lost contact.')).toBeNull();
  });

  it('says that nothing moves, at which step, and that it can be cancelled', async () => {
    await renderApp(LIVE, goes('stuck', new Date(Date.now() - 400_000).toISOString()));
    expect(await (await panel()).findByText(/^Nothing has moved for 6 min/)).toBeVisible();
    expect((await panel()).getByText(/The server still says “.+”/)).toBeVisible();
    expect((await panel()).getByRole('button', { name: 'Cancel the deployment' })).toBeVisible();
  });
});
