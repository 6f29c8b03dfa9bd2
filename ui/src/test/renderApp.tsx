import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect } from 'vitest';
import { listenToAll } from '../app/early/listening';
import { followEvents } from '../app/events';
import { followKeys } from '../app/keys';
import { layers } from '../app/layers';
import { history } from '../app/navigation';
import { queries } from '../app/queries';
import { forgetRollouts } from '../app/rollouts';
import { createPages } from '../app/router';
import { begin, patchShell } from '../app/shell';
import '../i18n/i18n';
import { createFake } from '../ipc/fake/fake';
import type { Fake, FakeOptions } from '../ipc/fake/options';
import { replaceIpc } from '../ipc';

let keysFollowed = false;

/** The whole page at an address, over the fake. */
export async function renderApp(
  address: string,
  options: FakeOptions = {},
): Promise<Fake & { user: ReturnType<typeof userEvent.setup> }> {
  const fake = createFake({ step: 10, ...options });
  replaceIpc(fake);
  queries.clear();
  layers.set(() => ({
    palette: false,
    shortcuts: false,
    menu: null,
    question: null,
    connection: null,
    offers: null,
    deletion: null,
  }));
  forgetRollouts();
  patchShell({ toasts: [], refusals: [], waits: {}, front: {}, failure: null, retry: null });
  const listening = await listenToAll();
  if (!keysFollowed) followKeys();
  keysFollowed = true;
  begin(await fake.commands.appStart());
  followEvents(listening);
  history.push(address);
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={createPages()} />
    </QueryClientProvider>,
  );
  await screen.findByRole('main', undefined, { timeout: 10_000 });
  return { ...fake, user: userEvent.setup() };
}

/** Waits until what was typed last into the form of a deployment is looked up: it is not sent before. */
export async function lookedUp(): Promise<void> {
  await waitFor(() => {
    const isOne = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[1] === 'preflight';
    expect(queries.isFetching({ predicate: isOne })).toBe(0);
  });
}

/** The calls of one command. */
export function callsOf(fake: Fake, name: string): unknown[][] {
  return fake.calls.filter((call) => call.name === name).map((call) => call.args);
}
