import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { LinkTarget } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';
import * as copy from './copy';

async function examined() {
  const { user, ...fake } = await renderApp('/welcome', { signedIn: false });
  const field = screen.getByRole('textbox', { name: 'Connect to an instance' });
  await user.type(field, 'tls.example.com{Enter}');
  const doctor = within(await screen.findByRole('region', { name: 'The way to the instance' }));
  await doctor.findByText(/Nobody here knows who signed the certificate/);
  return { user, fake, field, doctor };
}

describe('the doctor', () => {
  it('says once what to do, then what was seen, each by its name', async () => {
    const { doctor } = await examined();
    expect(doctor.getAllByText(/Nobody here knows who signed/)).toHaveLength(1);
    expect(doctor.getByText('UnknownIssuer')).toBeVisible();
    // The failure is one headline, above; the steps are below it.
    expect(screen.getAllByRole('alert')).toHaveLength(1);
    expect(document.querySelectorAll('.title .bad, .verdict .bad, .problem .bad')).toHaveLength(1);
    const rows = doctor.getAllByRole('listitem').map((row) => row.textContent);
    expect(rows).toEqual([
      'Name (DNS)10.0.3.77 ms',
      'Network (TCP)tls.example.com:4437 ms',
      'ProxyNot needed',
      'Certificate (TLS)Certificate of CN=tls.example.comSigned by CN=A company’s authority7 msUnknownIssuer',
      'Not reached: Instance, Sign-in provider, API call',
    ]);
  });

  it('leads to where its advice is followed', async () => {
    const { user, doctor } = await examined();
    const [first] = doctor.getAllByRole('button');
    expect(first).toHaveAccessibleName('Proxy and certificates…');
    await user.click(doctor.getByRole('button', { name: 'Proxy and certificates…' }));
    expect(screen.getByRole('button', { name: 'Network' })).toHaveAttribute('aria-pressed', 'true');
    expect(screen.getByRole('button', { name: 'System' })).toHaveFocus();
  });

  it('reports the address that was examined, whatever is typed since', async () => {
    const copied = vi.spyOn(copy, 'copyText').mockImplementation(() => undefined);
    const { user, field, doctor } = await examined();
    await user.clear(field);
    await user.type(field, 'other.example.com');
    await user.click(doctor.getByRole('button', { name: 'Copy the report' }));
    expect(doctor.getByRole('button', { name: 'Copied' })).toBeVisible();
    const [report] = copied.mock.calls[0] ?? [];
    expect(report).toContain('\ntls.example.com\n');
    expect(report).not.toContain('other.example.com');
    expect(report).toContain('API call: Not reached');
    copied.mockRestore();
    await waitFor(
      () => {
        expect(doctor.getByRole('button', { name: 'Copy the report' })).toBeVisible();
      },
      { timeout: 4000 },
    );
  });
});

describe('a way in', () => {
  it('that nobody looked at is left to what is usual, or set', async () => {
    const { user, ...fake } = await renderApp('/welcome', { signedIn: false });
    await user.type(screen.getByRole('textbox'), 'miso.example.com{Enter}');
    await screen.findByText('Waiting for the browser…');
    expect(callsOf(fake, 'connectionAdd').map(([, way]) => way)).toEqual([null]);
  });

  it('that a link gave is given again by the same link', async () => {
    const link: LinkTarget = { kind: 'connect', instance: 'https://miso.example.com' };
    const { user, ...fake } = await renderApp('/welcome', {
      signedIn: false,
      answers: { linkTake: () => Promise.resolve(link) },
    });
    const open = () => {
      act(() => {
        fake.emit('linkOpened', null);
      });
    };
    const field = () => screen.findByRole('textbox', { name: 'Connect to an instance' });
    open();
    await waitFor(async () => {
      expect(await field()).toHaveValue('https://miso.example.com');
    });
    await user.type(await field(), '/typed');
    expect(screen.queryByText(/A link filled this in/)).toBeNull();
    open();
    await waitFor(async () => {
      expect(await field()).toHaveValue('https://miso.example.com');
    });
    expect(screen.getByText(/A link filled this in/)).toBeVisible();
  });
});
