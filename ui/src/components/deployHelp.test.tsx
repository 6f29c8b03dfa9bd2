import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { history } from '../app/navigation';
import type { Commands, Finding, LinkTarget, Preflight } from '../ipc';
import { imageOf } from '../ipc/fake/fleet';
import { callsOf, lookedUp, renderApp } from '../test/renderApp';
import { preflightIn } from '../test/preflight';

const DEV = '/c/orders/applications/orders-api/dev?deploy=new';
const PROD = '/c/orders/applications/orders-api/prod?deploy=new';
const IMAGE = 'registry.example/orders-api:1.9.0';

const panel = async () => within(await screen.findByRole('complementary', { name: /^Deploy orders-api/ }));
const tag = async () => (await panel()).findByRole('textbox', { name: 'Image' });

afterEach(() => {
  vi.useRealTimers();
});

const preflight =
  (change: Partial<Preflight>): Commands['preflight'] =>
  (_, __, environment, wanted) =>
    Promise.resolve(preflightIn(environment, { image: wanted ? imageOf(wanted) : null, ...change }));

describe('what the clipboard names', () => {
  it('is offered once Rust says it is an image of the application, and looked at again on the way back', async () => {
    const found: (string | null)[] = [null, IMAGE];
    const clipboardImage = () => Promise.resolve(found.shift() ?? null);
    const { user, ...fake } = await renderApp(DEV, { answers: { clipboardImage } });
    await tag();
    expect((await panel()).queryByText(/clipboard/)).toBeNull();
    act(() => {
      window.dispatchEvent(new Event('focus'));
    });
    await user.click(await (await panel()).findByRole('button', { name: /^1\.9\.0.*clipboard/ }));
    expect(await tag()).toHaveValue('1.9.0');
    expect(callsOf(fake, 'clipboardImage')).toEqual([
      ['orders', 'orders-api', 'dev'],
      ['orders', 'orders-api', 'dev'],
    ]);
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
  });

  it('is not looked at where no panel is open', async () => {
    const fake = await renderApp('/c/orders/applications/orders-api/dev');
    await screen.findByRole('button', { name: 'Deploy…' });
    act(() => {
      window.dispatchEvent(new Event('focus'));
    });
    expect(callsOf(fake, 'clipboardImage')).toHaveLength(0);
  });
});

describe('the difference to what runs', () => {
  it('is opened in the repository by Rust, for the two images alone', async () => {
    const { user, ...fake } = await renderApp(DEV);
    fireEvent.change(await tag(), { target: { value: '1.9.0' } });
    await user.click(await (await panel()).findByRole('button', { name: /^compare/ }));
    expect(callsOf(fake, 'compareOpen')).toEqual([
      ['orders', 'orders-api', 'registry.example/orders-api:1.4.1', IMAGE],
    ]);
  });

  it('is what is known where the instance cannot say it, and not called a dry run', async () => {
    await renderApp(DEV, { answers: { preflight: preflight({ dryRun: false }) } });
    fireEvent.change(await tag(), { target: { value: '1.9.0' } });
    const known = await (await panel()).findByRole('table', { name: 'What is known to change' });
    expect(within(known).getByText(IMAGE)).toBeVisible();
    expect((await panel()).queryByRole('button', { name: 'See what would change' })).toBeNull();
    expect((await panel()).queryByText(/dry run/i)).toBeNull();
  });

  it('shows what of the configuration takes effect, and of a secret no value', async () => {
    const configuration = {
      total: 31,
      items: [
        { name: 'DB_POOL_MAX', secret: false, before: '10', after: '40' },
        { name: 'DB_PASSWORD', secret: true, before: null, after: null },
      ],
    };
    await renderApp(DEV, { answers: { preflight: preflight({ configuration }) } });
    expect(await (await panel()).findByText('2 of 31 differ from the last deployment there')).toBeVisible();
    const table = (await panel()).getByRole('table', { name: 'Configuration' });
    expect(within(table).getByRole('row', { name: 'DB_POOL_MAX 10 40' })).toBeVisible();
    expect(within(table).getByRole('row', { name: /DB_PASSWORD a secret; its values cannot/ })).toBeVisible();
  });

  it('names what is required and has no value', async () => {
    const unset: Finding = {
      kind: 'requiredUnset',
      state: 'bad',
      tag: '1.9.0',
      environment: { key: 'dev', name: 'dev', production: false },
      names: ['DATABASE_URL'],
    };
    await renderApp(DEV, { answers: { preflight: preflight({ findings: [unset] }) } });
    expect(await (await panel()).findByText(/is required: DATABASE_URL/)).toBeVisible();
  });
});

describe('typing the key', () => {
  it('is asked for only where somebody chose it, and only for production', async () => {
    const fake = await renderApp(PROD, { settings: { typeToDeploy: true } });
    fireEvent.change(await tag(), { target: { value: '1.9.0' } });
    await lookedUp();
    const send = () => screen.getByRole('button', { name: /^Deploy 1\.9\.0 to PROD/ });
    const key = (await panel()).getByRole('textbox', { name: 'Type orders-api to deploy it to PROD' });
    expect(send()).toHaveAttribute('aria-disabled', 'true');
    fireEvent.submit((await tag()).closest('form') as HTMLFormElement);
    expect(callsOf(fake, 'deploymentsShow')).toHaveLength(0);
    fireEvent.change(key, { target: { value: 'orders-api' } });
    expect(send()).not.toHaveAttribute('aria-disabled', 'true');
    fireEvent.click(send());
    await waitFor(() => {
      expect(screen.getByRole('button', { name: /^Take it back/ })).toBeVisible();
    });
    act(() => {
      history.push(DEV);
    });
    await tag();
    expect((await panel()).queryByRole('textbox', { name: /^Type orders-api/ })).toBeNull();
  });
});

describe('a link to a page', () => {
  it('prefills the form, takes the place of what was about to be sent, and sends nothing', async () => {
    const to = (version: string): LinkTarget => ({
      kind: 'page',
      connection: 'orders',
      page: `/applications/orders-api/prod?deploy=new&image=${encodeURIComponent(`registry.example/orders-api:${version}`)}`,
    });
    const links = [to('1.9.0'), to('1.9.1')];
    const answers = { linkTake: () => Promise.resolve(links.shift() ?? null) };
    const fake = await renderApp('/c/orders/applications/invoices/dev?deploy=new', { answers });
    act(() => {
      fake.emit('linkOpened', null);
    });
    await waitFor(async () => {
      expect(await tag()).toHaveValue('1.9.0');
    });
    await lookedUp();
    vi.useFakeTimers();
    fireEvent.click(screen.getByRole('button', { name: /^Deploy 1\.9\.0 to PROD/ }));
    await act(() => vi.advanceTimersByTimeAsync(1000));
    act(() => {
      fake.emit('linkOpened', null);
    });
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(screen.getByRole('button', { name: /^Deploy 1\.9\.1 to PROD/ })).toBeVisible();
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
  });
});
