import { act, fireEvent, renderHook, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import { useManifest } from '../hooks/useManifest';
import { failure } from '../ipc/fake/parts';
import type { PlannedCreation, Violation } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';

const NEW = '/c/orders/new-application';
const field = (name: string) => screen.findByRole('textbox', { name });

/** The key's rule, in the place of those that stand in Rust. */
const rules = (manifest: unknown): Promise<Violation[]> => {
  const { key } = manifest as { key: string };
  const short: Violation = {
    code: 'too_short',
    field: 'key',
    params: { min: '3', length: String(key.length) },
  };
  return Promise.resolve(key.length < 3 ? [short] : []);
};

describe('a new application', () => {
  it('is typed, checked while it is typed, and made once', async () => {
    const { user, ...fake } = await renderApp(NEW, { answers: { manifestCheck: rules } });
    await user.type(await field('Key'), 'sh');
    expect(await screen.findByText('It needs at least 3 characters.')).toBeVisible();
    expect(await field('Key')).toBeInvalid();
    await user.type(await field('Key'), 'op');
    await waitFor(() => {
      expect(screen.queryByText('It needs at least 3 characters.')).toBeNull();
    });
    await user.type(await field('Display name'), 'Shop');
    await user.clear(await field('Port'));
    await user.type(await field('Port'), '8080');
    await user.type(await field('Least instances'), '2');
    await user.click(screen.getByRole('button', { name: 'Add an item' }));
    const item = within(screen.getByRole('listitem', { name: '1' }));
    await user.type(item.getByRole('textbox', { name: 'Name' }), 'LEVEL');
    await user.click(screen.getByRole('button', { name: /^Create application/ }));
    await screen.findByRole('heading', { name: 'shop' });
    expect(callsOf(fake, 'applicationCreate')).toEqual([
      [
        'orders',
        {
          key: 'shop',
          displayName: 'Shop',
          type: 'webapp',
          image: '',
          port: 8080,
          scaling: { minInstances: 2 },
          configuration: [{ name: 'LEVEL', value: '', location: 'variable', required: false }],
        },
        null,
      ],
    ]);
    expect(history.location.pathname).toBe('/c/orders/applications/shop/dev');
  });

  it('says at once all that is wrong, where it is wrong, and sends nothing', async () => {
    const { user, ...fake } = await renderApp(NEW, { answers: { manifestCheck: rules } });
    await field('Key');
    expect(screen.queryByText('It needs at least 3 characters.')).toBeNull();
    await user.click(screen.getByRole('button', { name: /^Create application/ }));
    expect(await screen.findByText('It needs at least 3 characters.')).toBeVisible();
    await waitFor(async () => {
      expect(await field('Key')).toHaveFocus();
    });
    expect(callsOf(fake, 'applicationCreate')).toEqual([]);
  });

  it('listens to no answer that is older than what is typed', async () => {
    const answers: ((found: Violation[]) => void)[] = [];
    const { user } = await renderApp(NEW, {
      answers: { manifestCheck: () => new Promise((resolve) => answers.push(resolve)) },
    });
    await user.type(await field('Key'), 'a');
    await waitFor(() => {
      expect(answers).toHaveLength(1);
    });
    await user.type(await field('Key'), 'bcd');
    answers[0]?.([{ code: 'too_short', field: 'key', params: { min: '3', length: '1' } }]);
    await waitFor(() => {
      expect(answers.length).toBeGreaterThan(1);
    });
    answers.at(-1)?.([]);
    expect(screen.queryByText('It needs at least 3 characters.')).toBeNull();
  });

  it('shows what the server says at its fields, and a key that is taken at the key', async () => {
    const { user } = await renderApp(NEW, {
      answers: {
        applicationCreate: () =>
          Promise.reject(
            failure('validation', {
              details: [
                { field: 'image', message: 'no such image' },
                { field: 'dataSources', message: 'not these' },
              ],
            }) as unknown as Error,
          ),
      },
    });
    await user.type(await field('Key'), 'shop');
    await user.click(screen.getByRole('button', { name: /^Create application/ }));
    expect(await screen.findByText('no such image')).toBeVisible();
    expect(await field('Image')).toBeInvalid();
    expect(screen.getAllByText('not these', { exact: false })[0]).toBeVisible();
    await user.type(await field('Image'), 'x');
    expect(screen.queryByText('no such image')).toBeNull();
  });

  it('is told that its key is taken, at the key', async () => {
    const { user } = await renderApp(NEW);
    await user.type(await field('Key'), 'storefront');
    await user.click(screen.getByRole('button', { name: /^Create application/ }));
    expect(await screen.findByText(/Another application has this key/)).toBeVisible();
    expect(await field('Key')).toHaveValue('storefront');
    expect(await field('Key')).toHaveFocus();
  });

  it('comes from a file that is dropped or pasted, unknown fields and all', async () => {
    const { user, ...fake } = await renderApp(NEW);
    await field('Key');
    const manifest = { key: 'till', displayName: 'Till', type: 'lambda', dataSources: [{ deep: 1 }] };
    const form = (await field('Key')).closest('form') as HTMLFormElement;
    fireEvent.paste(form, { clipboardData: { getData: () => JSON.stringify(manifest) } });
    await waitFor(async () => {
      expect(await field('Key')).toHaveValue('till');
    });
    // A type that nobody knows stands there as it came.
    expect(screen.getByRole('button', { name: 'lambda' })).toHaveAttribute('aria-pressed', 'true');
    expect(screen.getByText(/kept as it is: dataSources/)).toBeVisible();
    const file = { text: () => Promise.resolve('{"key": "other", "displayName": "Other", "type": "api"}') };
    fireEvent.drop(form, { dataTransfer: { files: [file], types: ['Files'] } });
    await user.click(await screen.findByRole('button', { name: 'Replace' }));
    await waitFor(async () => {
      expect(await field('Key')).toHaveValue('other');
    });
    fireEvent.paste(form, { clipboardData: { getData: () => '{"key": ' } });
    expect(await screen.findByText(/That is no manifest/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: /^Create application/ }));
    await screen.findByRole('heading', { name: 'other' });
    expect(callsOf(fake, 'applicationCreate')[0]?.[1]).toEqual({
      key: 'other',
      displayName: 'Other',
      type: 'api',
    });
  });

  it('suggests no longer key for a copy than Rust says that there may be', async () => {
    const most = 12;
    await renderApp(`${NEW}?from=storefront`, {
      answers: {
        manifestCheck: (manifest: unknown) => {
          const { length } = (manifest as { key: string }).key;
          const long: Violation = {
            code: 'too_long',
            field: 'key',
            params: { max: String(most), length: String(length) },
          };
          return Promise.resolve(length > most ? [long] : []);
        },
      },
    });
    expect(await field('Key')).toHaveValue('storefr-copy');
  });

  it('may be a copy of another, whose secrets stay where they are', async () => {
    const { user, ...fake } = await renderApp(`${NEW}?from=storefront`, {
      answers: {
        manifest: () =>
          Promise.resolve({
            version: '"1"',
            value: {
              key: 'storefront',
              displayName: 'Storefront',
              type: 'webapp',
              image: 'a:1',
              port: 80,
              custom: true,
              configuration: [
                { name: 'TOKEN', location: 'keyvault', required: true, value: null, isSet: true },
              ],
            },
          }),
      },
    });
    expect(await field('Key')).toHaveValue('storefront-copy');
    expect(screen.getByText(/1 secret has no value yet: TOKEN/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: /^Create application/ }));
    await waitFor(() => {
      expect(callsOf(fake, 'applicationCreate')).toHaveLength(1);
    });
    expect(callsOf(fake, 'applicationCreate')[0]?.[1]).toMatchObject({
      key: 'storefront-copy',
      custom: true,
      configuration: [{ name: 'TOKEN', location: 'keyvault', required: true }],
    });
  });

  it('is shown for three seconds where creating it deploys to production, and can be taken back', async () => {
    const planned: PlannedCreation = {
      confirmation: 'shown-1',
      environment: { key: 'dev', name: 'PROD dev', production: true },
      image: 'nginx:1',
    };
    const { user, ...fake } = await renderApp(NEW, {
      answers: { applicationShow: () => Promise.resolve(planned) },
    });
    await user.type(await field('Key'), 'shop');
    await user.type(await field('Image'), 'nginx:1');
    await user.click(screen.getByRole('button', { name: /^Create application/ }));
    expect(await screen.findByText(/^Creates shop and deploys nginx:1 to PROD dev in/)).toBeVisible();
    expect(await field('Key')).toHaveAttribute('readonly');
    await user.keyboard('{Escape}');
    expect(await screen.findByText('Taken back. Nothing was sent.')).toBeVisible();
    expect(callsOf(fake, 'deploymentsTakeBack')).toEqual([['orders', 'shown-1']]);
    expect(callsOf(fake, 'applicationCreate')).toEqual([]);
    await user.click(screen.getByRole('button', { name: /^Create application/ }));
    await screen.findByText(/^Creates shop/);
    await screen.findByRole('heading', { name: 'shop' }, { timeout: 6_000 });
    const [, shown] = callsOf(fake, 'applicationShow').at(-1) ?? [];
    expect(callsOf(fake, 'applicationCreate')).toEqual([['orders', shown, 'shown-1']]);
  }, 15_000);

  it('keeps what was typed, but no secret', async () => {
    const { user, ...fake } = await renderApp(NEW);
    await user.type(await field('Key'), 'shop');
    await user.click(screen.getByRole('button', { name: 'Add an item' }));
    const item = within(screen.getByRole('listitem', { name: '1' }));
    await user.click(item.getByRole('button', { name: 'secret' }));
    await user.type(item.getByLabelText('Value'), 'hunter2');
    await waitFor(() => {
      const kept = callsOf(fake, 'draftSave').at(-1);
      expect(kept?.[1]).toBe('create');
      expect(JSON.stringify(kept)).toContain('shop');
    });
    expect(JSON.stringify(callsOf(fake, 'draftSave'))).not.toContain('hunter');
  });

  it('keeps a text that cannot be read too, unless a secret may be in it', async () => {
    const { calls } = await renderApp(NEW);
    const kept = () => calls.filter(({ name }) => name === 'draftSave').at(-1)?.args[2];
    const { result } = renderHook(() => useManifest('orders', 'create other', { key: 'shop' }));
    const type = (text: string) => {
      act(() => {
        result.current.json.change(text);
      });
    };
    type('{"key": "shop", "port": 80');
    expect(result.current.json).toMatchObject({ kept: true, reason: expect.any(String) as string });
    await waitFor(() => {
      expect(kept()).toMatchObject({ text: '{"key": "shop", "port": 80' });
    });
    type('{"key": "shop", "configuration": [{"name": "TOKEN", "value": "hunter2"');
    expect(result.current.json.kept).toBe(false);
    await waitFor(() => {
      expect(kept()).toMatchObject({ text: '' });
    });
    type('{"key": "till"}');
    expect(result.current.json).toMatchObject({ kept: true, reason: null });
    await waitFor(() => {
      expect(kept()).toMatchObject({ manifest: '{"key":"till"}', text: '' });
    });
    expect(JSON.stringify(calls)).not.toContain('hunter');
  });

  it('begins with a text that could not be read where it was left', async () => {
    const text = '{"key": "shop", "port": 80';
    await renderApp(NEW, {
      drafts: [
        {
          connection: 'orders',
          account: 'u-2',
          place: 'create',
          at: new Date().toISOString(),
          fields: { manifest: '{"key":"shop"}', text },
        },
      ],
    });
    expect(await screen.findByText(/^The JSON cannot be read yet/)).toBeVisible();
    expect(await screen.findByRole('textbox', { name: 'Manifest as JSON' })).toHaveTextContent(text);
  });

  it('is refused with its reason where the permission is missing', async () => {
    const { user, ...fake } = await renderApp(NEW, {
      answers: { rights: () => Promise.resolve({ permissions: ['applications:read'] }) },
    });
    const button = () => screen.getByRole('button', { name: /^Create application/ });
    await waitFor(() => {
      expect(button()).toHaveAccessibleDescription(/applications:create/);
    });
    await user.click(button());
    expect(callsOf(fake, 'applicationCreate')).toEqual([]);
  });

  it('is refused while the instance is out of reach', async () => {
    await renderApp(NEW, { source: 'offline' });
    await waitFor(() => {
      const button = screen.getByRole('button', { name: /^Create application/ });
      expect(button).toHaveAccessibleDescription(/cannot be reached/);
    });
  });

  it('begins with n on the list', async () => {
    const { user } = await renderApp('/c/orders/applications');
    await screen.findByRole('table', { name: 'Applications by environment' });
    await user.keyboard('n');
    expect(await screen.findByRole('heading', { name: 'New application' })).toBeVisible();
  });
});
