import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ConnectionOffer, LinkTarget } from '../ipc';
import { usualWay } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

describe('the ways in', () => {
  it('a way that breaks is walked step by step, and says where and what to do', async () => {
    const { user, ...fake } = await renderApp('/welcome', { signedIn: false });
    await user.type(screen.getByRole('textbox', { name: 'Connect to an instance' }), 'tls.example.com');
    await user.click(screen.getByRole('button', { name: 'Sign in with the browser' }));
    const doctor = within(await screen.findByRole('region', { name: 'The way to the instance' }));
    expect(
      await doctor.findByText(/Nobody here knows who signed the certificate: CN=A company/),
    ).toBeVisible();
    expect(await doctor.findByText('Not reached: Instance, Sign-in provider, API call')).toBeVisible();
    expect(callsOf(fake, 'addressExamine')).toHaveLength(1);
    await user.click(doctor.getByRole('button', { name: 'Look again' }));
    expect(callsOf(fake, 'addressExamine')).toHaveLength(2);
    await waitFor(() => {
      expect(doctor.getByText(/Nobody here knows who signed/)).toBeVisible();
    });
  });

  it('goes by the proxy and to the provider that were typed, and says at its field what cannot be', async () => {
    const { user, ...fake } = await renderApp('/welcome', { signedIn: false });
    await user.type(screen.getByRole('textbox', { name: 'Connect to an instance' }), 'miso.example.com');
    await user.click(screen.getByRole('button', { name: 'Proxy, certificates, sign-in' }));
    await user.click(screen.getByRole('button', { name: 'Set here' }));
    const proxy = screen.getByRole('textbox', { name: 'Address of the proxy' });
    await user.type(proxy, 'nowhere');
    await user.click(screen.getByRole('button', { name: 'Sign in with the browser' }));
    expect(await screen.findByText(/The proxy's address cannot be used/)).toBeVisible();
    expect(proxy).toHaveValue('nowhere');
    expect(proxy).toHaveFocus();
    await user.clear(proxy);
    await user.type(proxy, 'http://proxy.example:3128');
    await user.click(screen.getByRole('button', { name: 'Sign-in' }));
    await user.type(screen.getByRole('textbox', { name: 'Sign-in provider' }), 'https://login.example/t');
    await user.click(screen.getByRole('button', { name: 'Sign in with the browser' }));
    await screen.findByText('Waiting for the browser…');
    const way = {
      ...usualWay,
      network: {
        proxy: { kind: 'through', url: 'http://proxy.example:3128', except: '' },
        authorities: [],
      },
      signIn: { ...usualWay.signIn, issuer: 'https://login.example/t' },
    };
    expect(callsOf(fake, 'connectionAdd').map(([, given]) => given)).toEqual([way]);
  });

  it('a link fills the field, asks to check it, and sends nothing', async () => {
    const links: LinkTarget[] = [{ kind: 'connect', instance: 'https://miso.example.com' }];
    const fake = await renderApp('/settings/connections', {
      answers: { linkTake: () => Promise.resolve(links.pop() ?? null) },
    });
    act(() => {
      fake.emit('linkOpened', null);
    });
    const field = await screen.findByRole('textbox', { name: 'Connect to an instance' });
    expect(field).toHaveValue('https://miso.example.com');
    expect(field).toHaveAccessibleDescription(
      /A link filled this in. Sign in only if you know miso.example.com./,
    );
    expect(callsOf(fake, 'connectionProbe')).toEqual([]);
  });
});

const OFFERS: ConnectionOffer[] = [
  { name: 'Orders', known: null, production: false },
  { name: 'Live', known: null, production: true },
  { name: 'Known', known: 'orders', production: false },
].map((each) => ({
  ...each,
  url: `https://${each.name.toLowerCase()}.example.com/`,
  hue: null,
  readOnly: false,
  way: usualWay,
  authorities: [],
}));

describe('a connections file', () => {
  // What a browser's file has and the one of these tests has not.
  const file = (text: string) =>
    Object.assign(new File([text], 'team.json'), { text: () => Promise.resolve(text) });

  it('offers what is not there yet, and what was chosen is added', async () => {
    const { user, ...fake } = await renderApp('/settings/connections');
    const chooser = await screen.findByLabelText('Connections file');
    fireEvent.change(chooser, { target: { files: [file(JSON.stringify({ connections: OFFERS }))] } });
    const dialog = within(await screen.findByRole('dialog', { name: 'Connections that this file offers' }));
    expect(dialog.getByRole('checkbox', { name: /Known/ })).toBeDisabled();
    await user.click(dialog.getByRole('checkbox', { name: /Orders/ }));
    await user.click(dialog.getByRole('button', { name: 'Add 1 connection' }));
    expect(callsOf(fake, 'connectionsAccept')).toEqual([[[OFFERS[1]]]]);
    expect(await screen.findByRole('heading', { name: 'Sign in again' })).toBeVisible();
  });

  const shown = async (offers: ConnectionOffer[]) => {
    const { user } = await renderApp('/settings/connections');
    const chooser = await screen.findByLabelText('Connections file');
    fireEvent.change(chooser, { target: { files: [file(JSON.stringify({ connections: offers }))] } });
    const dialog = await screen.findByRole('dialog', { name: 'Connections that this file offers' });
    return { user, dialog: within(dialog) };
  };

  it('says all that it sets about a way, and warns of whom it trusts', async () => {
    const [orders] = OFFERS;
    if (!orders) throw new Error('no offer');
    const proxy = { kind: 'through', url: 'http://proxy.example:3128', except: '.example' } as const;
    const way = {
      ...usualWay,
      network: { proxy, authorities: [] },
      signIn: { ...usualWay.signIn, issuer: 'https://login.example/t', clientId: 'other', scopes: ['all'] },
    };
    const direct = { ...usualWay, network: { proxy: { kind: 'none' } as const, authorities: [] } };
    const { dialog } = await shown([
      { ...orders, way, authorities: [{ subject: 'CN=Root', pem: '' }] },
      { ...orders, name: 'Direct', way: direct },
      { ...orders, name: 'Usual' },
    ]);
    const lines = (name: RegExp) =>
      [...(dialog.getByRole('checkbox', { name }).nextElementSibling?.children ?? [])].map(
        (line) => line.textContent,
      );
    expect(lines(/^Orders/)).toEqual([
      'Orders',
      'https://orders.example.com',
      'trusts the certificate CN=Root',
      'goes through the proxy http://proxy.example:3128',
      'reaches .example without the proxy',
      'signs in through https://login.example/t',
      'signs in as the client other',
      'asks for all',
    ]);
    expect(lines(/^Direct/)).toEqual(['Direct', 'https://orders.example.com', 'uses no proxy']);
    expect(lines(/^Usual/)).toEqual(['Usual', 'https://orders.example.com']);
  });

  it.each([
    ['This file holds no connections.', []],
    ['You have all of these already.', OFFERS.filter(({ known }) => known !== null)],
  ])('that offers nothing new can only be closed: %s', async (words, offers) => {
    const { user, dialog } = await shown(offers);
    expect(dialog.getByText(words)).toBeVisible();
    expect(dialog.getAllByRole('button').map((button) => button.textContent)).toEqual(['Close']);
    await user.click(dialog.getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('that is none says why', async () => {
    await renderApp('/settings/connections');
    const chooser = await screen.findByLabelText('Connections file');
    fireEvent.change(chooser, { target: { files: [file('no')] } });
    expect(await screen.findByText('This is not a connections file')).toBeVisible();
  });

  it('pasted where an address is typed is offered too', async () => {
    await renderApp('/welcome', { signedIn: false });
    const field = screen.getByRole('textbox', { name: 'Connect to an instance' });
    fireEvent.paste(field, { clipboardData: { getData: () => JSON.stringify({ connections: OFFERS }) } });
    expect(await screen.findByRole('dialog', { name: 'Connections that this file offers' })).toBeVisible();
    expect(field).toHaveValue('');
  });
});

describe('a connection', () => {
  it('that cannot be signed in to as was typed says so at the field, with everything kept', async () => {
    const { user, ...fake } = await renderApp('/settings/connections');
    await user.click(await screen.findByRole('button', { name: 'Edit Team Orders' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Connection Team Orders' }));
    await user.click(dialog.getByRole('button', { name: 'Sign-in' }));
    const issuer = await dialog.findByRole('textbox', { name: 'Sign-in provider' });
    await user.type(issuer, 'http://login.example');
    await user.click(dialog.getByRole('button', { name: 'General' }));
    await user.click(dialog.getByRole('button', { name: 'Save' }));
    const again = await dialog.findByRole('textbox', { name: 'Sign-in provider' });
    expect(again).toHaveValue('http://login.example');
    expect(again).toBeInvalid();
    await user.clear(again);
    await user.click(dialog.getByRole('button', { name: 'localhost' }));
    await user.click(dialog.getByRole('button', { name: 'Save' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    const [, , way] = callsOf(fake, 'connectionChange').at(-1) ?? [];
    expect(way).toEqual({ ...usualWay, signIn: { ...usualWay.signIn, redirectHost: 'localhost' } });
  });

  it('is checked on the way to its API, and what it lacks is asked for again', async () => {
    const { user, ...fake } = await renderApp('/settings/connections');
    await user.click(await screen.findByRole('button', { name: 'Edit Team Orders' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Connection Team Orders' }));
    await user.click(dialog.getByRole('button', { name: 'Check' }));
    expect(await dialog.findByText('Nothing on the way is broken.')).toBeVisible();
    expect(dialog.getByText('developer')).toBeVisible();
    expect(dialog.getByText('a note with a deployment')).toBeVisible();
    await user.click(dialog.getByRole('button', { name: 'Ask again now' }));
    expect(callsOf(fake, 'connectionAskAgain')).toEqual([['orders']]);
    expect(dialog.queryByText('a note with a deployment')).toBeNull();
  });

  it('for another account stands beside the first', async () => {
    const { user, ...fake } = await renderApp('/c/orders');
    await user.click(await screen.findByRole('button', { name: /Connection: Team Orders/ }));
    await user.click(await screen.findByRole('menuitem', { name: 'Add another account…' }));
    expect(callsOf(fake, 'connectionAnother')).toEqual([['orders']]);
    expect(await screen.findByRole('button', { name: 'Connection: Team Orders (2)' })).toBeVisible();
  });
});
