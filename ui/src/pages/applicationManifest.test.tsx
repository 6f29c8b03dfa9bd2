import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import type { Value } from '../ipc';
import { failure } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

const PAGE = '/c/orders/applications/storefront/dev/manifest';
const field = (name: string) => screen.findByRole('textbox', { name });
const button = (name: RegExp | string) => screen.findByRole('button', { name });

const BASE = { key: 'storefront', displayName: 'Storefront', type: 'webapp', image: 'a:1', port: 80 };

/** A server whose manifest somebody else changes at times. */
function server(first: Record<string, Value> = BASE) {
  let now: Record<string, Value> = first;
  let version = 1;
  const tag = () => `"${String(version)}"`;
  const saved: unknown[][] = [];
  return {
    saved,
    change: (by: Record<string, Value>) => {
      now = { ...now, ...by };
      version += 1;
    },
    answers: {
      manifest: () => Promise.resolve({ value: now, version: tag() }),
      applicationUpdate: (_: string, __: string, manifest: Value, given: string | null) => {
        saved.push([manifest, given]);
        if (given !== tag()) return Promise.reject(failure('conflict') as unknown as Error);
        now = manifest as Record<string, Value>;
        version += 1;
        return Promise.resolve({ value: manifest, version: tag() });
      },
    },
  };
}

describe('the manifest of an application', () => {
  it('is changed in a form, looked at beside what it was, and saved as the version that follows', async () => {
    const far = server();
    const { user } = await renderApp(PAGE, { answers: far.answers });
    await user.click(await button('Edit'));
    expect(await field('Key')).toHaveAttribute('readonly');
    expect(await button(/^Review changes/)).toHaveAccessibleDescription('Nothing has been changed.');
    await user.clear(await field('Display name'));
    await user.type(await field('Display name'), 'Shop front');
    await user.click(await button(/^Review changes/));
    const changes = await screen.findByRole('table', { name: 'What changes' });
    expect(changes).toHaveTextContent('displayNameStorefrontShop front');
    await user.click(await button('Save'));
    expect(await screen.findByText(/^Saved\./)).toBeVisible();
    expect(far.saved).toEqual([[{ ...BASE, displayName: 'Shop front' }, '"1"']]);
  });

  it('merges what somebody else changed meanwhile, and asks where both did', async () => {
    const far = server();
    const { user } = await renderApp(PAGE, { answers: far.answers });
    await user.click(await button('Edit'));
    await user.clear(await field('Display name'));
    await user.type(await field('Display name'), 'Mine');
    await user.clear(await field('Image'));
    await user.type(await field('Image'), 'a:2');
    far.change({ image: 'a:3', port: 8080 });
    await user.click(await button(/^Review changes/));
    expect(await screen.findByText(/Somebody else saved this application/)).toBeVisible();
    expect(
      await screen.findByRole('table', { name: 'Changed meanwhile by somebody else' }),
    ).toHaveTextContent('port808080');
    expect(screen.getByRole('table', { name: 'Your changes' })).toHaveTextContent(
      'displayNameStorefrontMine',
    );
    expect(await button('Save merged')).toHaveAccessibleDescription('Choose for 1 field first.');
    const both = within(screen.getByRole('group', { name: 'image' }));
    await user.click(both.getByRole('radio', { name: /^Yours/ }));
    await waitFor(async () => {
      expect(await button('Save merged')).not.toHaveAttribute('aria-disabled', 'true');
    });
    await user.click(await button('Save merged'));
    expect(await screen.findByText(/^Saved\./)).toBeVisible();
    expect(far.saved).toEqual([[{ ...BASE, displayName: 'Mine', image: 'a:2', port: 8080 }, '"2"']]);
  });

  it('is not saved over what was changed after it was looked at; what was chosen is asked anew', async () => {
    const far = server();
    const { user } = await renderApp(PAGE, { answers: far.answers });
    await user.click(await button('Edit'));
    await user.clear(await field('Image'));
    await user.type(await field('Image'), 'a:2');
    await user.click(await button(/^Review changes/));
    await screen.findByRole('table', { name: 'What changes' });
    far.change({ image: 'a:3' });
    await user.click(await button('Save'));
    const both = within(await screen.findByRole('group', { name: 'image' }));
    expect(both.getByRole('radio', { name: /^Yours/ })).not.toBeChecked();
    await user.click(both.getByRole('radio', { name: /^Theirs/ }));
    // Theirs is what there is already: nothing of mine is left to save.
    await waitFor(async () => {
      expect(await button('Save merged')).not.toHaveAccessibleDescription(/Choose/);
    });
    expect(far.saved).toEqual([[{ ...BASE, image: 'a:2' }, '"1"']]);
  });

  it('shows no secret, and keeps none of what was typed', async () => {
    const items = [{ name: 'TOKEN', location: 'keyvault', required: true, value: null, isSet: true }];
    const far = server({ ...BASE, configuration: items });
    const { user, ...fake } = await renderApp(PAGE, { answers: far.answers });
    await user.click(await button('Edit'));
    const item = within(await screen.findByRole('listitem', { name: 'TOKEN' }));
    await user.type(item.getByLabelText('Value'), 'hunter2');
    await user.click(await button(/^Review changes/));
    await screen.findByRole('table', { name: 'What changes' });
    expect(document.body).not.toHaveTextContent('hunter2');
    await user.click(await button('Save'));
    await screen.findByText(/^Saved\./);
    expect(JSON.stringify(far.saved)).toContain('hunter2');
    expect(JSON.stringify(callsOf(fake, 'draftSave'))).not.toContain('hunter');
  });

  it('goes on from what was typed before the session ended, against what it was then', async () => {
    const far = server();
    far.change({ port: 8080 });
    const typed = { ...BASE, displayName: 'Typed' };
    const { user } = await renderApp(PAGE, {
      answers: far.answers,
      drafts: [
        {
          connection: 'orders',
          account: 'u-2',
          place: 'manifest storefront',
          at: new Date().toISOString(),
          fields: { manifest: JSON.stringify(typed), base: JSON.stringify(BASE), version: '"1"' },
        },
      ],
    });
    expect(await field('Display name')).toHaveValue('Typed');
    await user.click(await button(/^Review changes/));
    expect(
      await screen.findByRole('table', { name: 'Changed meanwhile by somebody else' }),
    ).toHaveTextContent('port808080');
    await user.click(await button('Save merged'));
    await screen.findByText(/^Saved\./);
    expect(far.saved).toEqual([[{ ...typed, port: 8080 }, '"2"']]);
  });

  it('brings what the server refuses back to its fields', async () => {
    const far = server();
    const { user } = await renderApp(PAGE, {
      answers: {
        ...far.answers,
        applicationUpdate: () =>
          Promise.reject(
            failure('validation', { details: [{ field: 'port', message: 'taken' }] }) as unknown as Error,
          ),
      },
    });
    await user.click(await button('Edit'));
    await user.clear(await field('Port'));
    await user.type(await field('Port'), '81');
    await user.click(await button(/^Review changes/));
    await user.click(await button('Save'));
    expect(await screen.findByText('taken')).toBeVisible();
    expect(await field('Port')).toHaveValue('81');
  });
});

describe('deleting an application', () => {
  const DELETE = 'Delete storefront and stop it in PROD';

  it('says what would be lost, and asks for the key and, of production, for more', async () => {
    const { user, ...fake } = await renderApp(PAGE);
    await user.click(await button('Delete…'));
    const dialog = within(await screen.findByRole('dialog', { name: 'Delete storefront' }));
    const lost = within(dialog.getByRole('list', { name: 'What will be lost' }));
    expect(await lost.findByText('PROD')).toBeVisible();
    expect(await lost.findByText(/the access of 2 people and groups/)).toBeVisible();
    expect(dialog.getByRole('button', { name: DELETE })).toHaveAccessibleDescription('Type the key first.');
    await user.type(dialog.getByRole('textbox'), 'storefront');
    expect(dialog.getByRole('button', { name: DELETE })).toHaveAccessibleDescription(/runs in PROD/);
    await user.click(dialog.getByRole('checkbox', { name: /Delete it all the same/ }));
    await user.click(dialog.getByRole('button', { name: DELETE }));
    // It can be taken back for three seconds.
    await user.click(await dialog.findByRole('button', { name: /^Take it back/ }));
    expect(callsOf(fake, 'applicationDelete')).toEqual([]);
    await user.click(dialog.getByRole('button', { name: DELETE }));
    await waitFor(
      () => {
        expect(callsOf(fake, 'applicationDelete')).toEqual([['orders', 'storefront', true]]);
      },
      { timeout: 6_000 },
    );
    await waitFor(() => {
      expect(history.location.pathname).toBe('/c/orders/applications');
    });
  });

  it('says so where nobody knows what became of it', async () => {
    const { user } = await renderApp('/c/orders/applications/contract-reader/dev/manifest', {
      answers: {
        applicationDelete: () => Promise.reject(failure('outcome_unknown') as unknown as Error),
      },
    });
    await user.click(await button('Delete…'));
    const dialog = within(await screen.findByRole('dialog'));
    await user.type(dialog.getByRole('textbox'), 'contract-reader');
    await user.click(dialog.getByRole('button', { name: /^Delete contract-reader/ }));
    expect(await dialog.findByRole('alert')).toBeVisible();
    expect(history.location.pathname).toBe('/c/orders/applications/contract-reader/dev/manifest');
  });
});
