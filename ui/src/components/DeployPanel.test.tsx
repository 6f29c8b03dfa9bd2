import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { history } from '../app/navigation';
import { replaceIpc } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';

const PROD = '/c/orders/applications/orders-api/prod?deploy=new';
const DEV = '/c/orders/applications/orders-api/dev?deploy=new';

const panel = async () => within(await screen.findByRole('complementary'));
const tag = async () => (await panel()).findByRole('textbox', { name: 'Image' });
const typeTag = async (text: string) => {
  fireEvent.change(await tag(), { target: { value: text } });
};
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

afterEach(() => {
  vi.useRealTimers();
});

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
        { environment: 'prod', image: 'registry.example/orders-api:1.4.1', note: null },
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
          { environment: 'dev', image: 'registry.example/orders-api:1.5.0', note: 'try this' },
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
    expect((await panel()).getByText('no other deployment is running')).toBeVisible();
    await typeTag('1.4.0');
    expect(await (await panel()).findByText(/runs there now: this starts it again/)).toBeVisible();
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
    await typeTag('1.5.0');
    expect((await panel()).getByRole('button', { name: /^Deploy 1\.5\.0 to dev/ })).toBeDisabled();
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
    fireEvent.change(await tag(), { target: { value: 'miso/crash:1.0' } });
    await user.click(screen.getByRole('button', { name: /^Deploy 1\.0 to dev/ }));
    expect(await screen.findByText('1.0 failed in dev.')).toBeVisible();
    expect((await panel()).getByText(/ended with exit code 1 before it was healthy/)).toBeVisible();
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
