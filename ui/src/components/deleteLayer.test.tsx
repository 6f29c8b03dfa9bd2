import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { layers } from '../app/layers';
import type { Application, Reading } from '../ipc';
import { applications } from '../ipc/fake/data';
import { failure } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

const KEY = 'storefront';

/** The layer over a page that knows nothing of the application itself. */
async function open() {
  let tells: (reading: Reading<Application>) => void = () => undefined;
  let refuses: (why: unknown) => void = () => undefined;
  const fake = await renderApp('/c/orders/deployments', {
    answers: {
      application: () =>
        new Promise((resolve, reject) => {
          tells = resolve;
          refuses = reject;
        }),
    },
  });
  act(() => {
    layers.set((before) => ({ ...before, deletion: { connection: 'orders', application: KEY } }));
  });
  const dialog = within(await screen.findByRole('dialog', { name: `Delete ${KEY}` }));
  fireEvent.change(dialog.getByRole('textbox'), { target: { value: KEY } });
  return {
    fake,
    dialog,
    send: () => dialog.getByRole('button', { name: new RegExp(`^Delete ${KEY}`) }),
    told: async (value: Application) => {
      await act(() => {
        tells({ value, asOf: new Date().toISOString(), source: 'live', failure: null });
        return Promise.resolve();
      });
    },
    refused: async () => {
      await act(() => {
        refuses(failure('forbidden'));
        return Promise.resolve();
      });
    },
  };
}

describe('deleting an application of which nothing is known yet', () => {
  it('waits until it is known whether it runs in production', async () => {
    const { fake, dialog, send, told } = await open();
    fireEvent.click(send());
    fireEvent.submit(dialog.getByRole('textbox'));
    expect(callsOf(fake, 'applicationDelete')).toEqual([]);
    expect(send()).toHaveAccessibleDescription('It is not known yet whether it runs in PROD.');
    const known = applications.find(({ key }) => key === KEY);
    await told(known as Application);
    expect(await dialog.findByRole('checkbox', { name: /Delete it all the same/ })).not.toBeChecked();
    expect(send()).toHaveAccessibleDescription(/runs in PROD: choose/);
  });

  it('says why that cannot be known', async () => {
    const { fake, dialog, send, refused } = await open();
    await refused();
    expect(await dialog.findByRole('alert')).toBeVisible();
    fireEvent.submit(dialog.getByRole('textbox'));
    expect(send()).toHaveAttribute('aria-disabled', 'true');
    expect(callsOf(fake, 'applicationDelete')).toEqual([]);
  });
});
