import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { history } from '../app/navigation';
import { failure, stages } from '../ipc/fake/parts';
import type { AccessEntry, AccessGrid } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';

const TAB = '/c/orders/applications/orders-api/dev/access';
const MAY = { permissions: ['access:read', 'access:update', 'applications:deploy'] };

const grid = () => screen.findByRole('table', { name: 'Who has access' });
const panel = async () => within(await screen.findByRole('complementary'));
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));
const cells = (row: HTMLElement) =>
  within(row)
    .getAllByRole('cell')
    .slice(0, 3)
    .map((cell) => cell.textContent);

afterEach(() => {
  vi.useRealTimers();
});

function gridOf(entries: AccessEntry[]): AccessGrid {
  return {
    environments: stages.map((environment) => ({ environment, missing: null })),
    rows: entries.map((entry) => ({
      entry,
      held: stages.map(({ key }) => entry.environments.includes(key)),
      own: false,
      production: entry.environments.includes('prod'),
      missing: null,
    })),
    roles: ['admin', 'viewer', ...entries.map(({ role }) => role)],
    missing: null,
  };
}

const showing = (value: AccessGrid) => ({
  answers: {
    accessGrid: () =>
      Promise.resolve({ value, asOf: new Date().toISOString(), source: 'live' as const, failure: null }),
  },
});

describe('who has access', () => {
  it('is a grid with the role in the cell', async () => {
    await renderApp(TAB, MAY);
    const rows = within(await grid()).getAllByRole('row');
    expect(rows[0]).toHaveTextContent(/^SubjectdevtestPRODActions$/);
    expect(cells(rows[1] as HTMLElement)).toEqual(['developer', 'developer', '–']);
    expect(cells(rows[2] as HTMLElement)).toEqual(['admin', 'admin', 'admin']);
  });

  it('is there for an environment to which nothing was deployed', async () => {
    await renderApp('/c/orders/applications/contract-reader/prod/access', MAY);
    expect(await grid()).toBeVisible();
  });

  it('shows names of any kind as they are and inert', async () => {
    const subject = '<img src=x onerror="window.ran=1">';
    const turned = 'evil\u202egnp.exe';
    await renderApp(
      TAB,
      showing(
        gridOf([
          { subject, subjectType: 'user', role: '{{t}}', environments: ['dev'] },
          { subject: turned, subjectType: 'robot', role: 'viewer', environments: ['nowhere'] },
          { subject: 'س'.repeat(100), subjectType: 'group', role: 'viewer', environments: [] },
        ]),
      ),
    );
    const table = await grid();
    expect(within(table).getByText(subject)).toBeVisible();
    expect(within(table).getByText('{{t}}')).toBeVisible();
    expect(within(table).getByText('evil<U+202E>gnp.exe')).toBeVisible();
    expect(within(table).getByText('robot')).toBeVisible();
    expect(table.querySelector('img')).toBeNull();
  });

  it('says to who may not change it what is missing, on the page and at each control, and leads to asking', async () => {
    const { user, ...fake } = await renderApp(TAB);
    const change = within(await grid()).getByRole('button', { name: 'Change the access of operations' });
    expect(change).toHaveAccessibleDescription(/access:update is missing/);
    expect(screen.getByRole('button', { name: 'Grant access…' })).toHaveAccessibleDescription(
      /access:update is missing/,
    );
    await user.click(change);
    await user.click(within(await grid()).getByRole('button', { name: 'Revoke the access of operations' }));
    expect(screen.queryByRole('complementary')).toBeNull();
    expect(screen.queryByRole('dialog')).toBeNull();
    await user.click(screen.getByRole('link', { name: 'Ask for access' }));
    expect(history.location.href).toBe('/c/orders/access?ask=orders-api&in=dev');
    const form = await panel();
    expect(form.getByRole('textbox', { name: 'Application' })).toHaveValue('orders-api');
    expect(await form.findByRole('checkbox', { name: 'dev' })).toBeChecked();
    expect(callsOf(fake as never, 'accessRevoke')).toEqual([]);
  });

  it('can be read without reach of the instance, and not changed', async () => {
    await renderApp(TAB, { ...MAY, source: 'offline' });
    expect(
      within(await grid()).getByRole('button', { name: 'Change the access of operations' }),
    ).toHaveAccessibleDescription(/cannot be reached/);
  });
});

describe('granting access', () => {
  const fill = async (subject: string, places: string[]) => {
    const form = await panel();
    fireEvent.change(form.getByRole('textbox', { name: 'Subject' }), { target: { value: subject } });
    fireEvent.click(form.getByRole('radio', { name: 'viewer' }));
    for (const place of places) fireEvent.click(form.getByRole('checkbox', { name: place }));
    return form;
  };

  it('sends one row, at once where no production is in it', async () => {
    const { user, ...fake } = await renderApp(`${TAB}?grant=`, MAY);
    const form = await fill('elena.novak', ['dev', 'test']);
    await user.click(form.getByRole('button', { name: 'Grant in dev, test' }));
    await waitFor(() => {
      expect(callsOf(fake as never, 'accessGrant')).toEqual([
        [
          'orders',
          'orders-api',
          'elena.novak',
          { subjectType: 'user', role: 'viewer', environments: ['dev', 'test'] },
          null,
        ],
      ]);
    });
    await waitFor(() => {
      expect(history.location.href).toBe(TAB);
    });
  });

  it('says PROD, and sends nothing that is taken back within three seconds', async () => {
    const fake = await renderApp(`${TAB}?grant=`, MAY);
    const form = await fill('elena.novak', ['dev', 'PROD']);
    vi.useFakeTimers();
    const send = () => form.getByRole('button', { name: 'Grant in dev, PROD' });
    fireEvent.click(send());
    await pass(2500);
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await pass(10_000);
    expect(callsOf(fake, 'accessGrant')).toEqual([]);
    expect(form.getByText('Taken back. Nothing was sent.')).toBeVisible();
    expect(history.location.href).toBe(`${TAB}?grant=`);
    fireEvent.click(send());
    await pass(2900);
    expect(callsOf(fake, 'accessGrant')).toEqual([]);
    await pass(200);
    expect(callsOf(fake, 'accessGrant')).toHaveLength(1);
  });

  it('changes a row as a whole: leaving production is written there', async () => {
    const fake = await renderApp(`${TAB}?grant=operations`, MAY);
    const form = await panel();
    expect(form.getByRole('radio', { name: 'admin' })).toBeChecked();
    expect(form.getByRole('button', { name: /^Change in/ })).toHaveAccessibleDescription(
      'Nothing is changed yet.',
    );
    fireEvent.click(form.getByRole('checkbox', { name: 'PROD' }));
    expect(form.getByText('Now admin in dev, test, PROD')).toBeVisible();
    expect(form.getByText('Then admin in dev, test')).toBeVisible();
    vi.useFakeTimers();
    fireEvent.click(form.getByRole('button', { name: 'Change in dev, test, PROD' }));
    await pass(2900);
    expect(callsOf(fake, 'accessGrant')).toEqual([]);
    await pass(200);
    expect(callsOf(fake, 'accessGrant')[0]?.[3]).toEqual({
      subjectType: 'group',
      role: 'admin',
      environments: ['dev', 'test'],
    });
    // As it was seen: another row is not replaced.
    expect(callsOf(fake, 'accessGrant')[0]?.[4]).toMatchObject({ subject: 'operations', role: 'admin' });
  });

  it('is held against the row that was confirmed, whatever it becomes while it can be taken back', async () => {
    let entry: AccessEntry = {
      subject: 'operations',
      subjectType: 'group',
      role: 'viewer',
      environments: ['dev', 'prod'],
    };
    const fake = await renderApp(`${TAB}?grant=operations`, {
      ...MAY,
      answers: {
        accessGrid: () =>
          Promise.resolve({
            value: { ...gridOf([entry]), roles: ['admin', 'viewer'] },
            asOf: new Date().toISOString(),
            source: 'live',
            failure: null,
          }),
      },
    });
    const form = await panel();
    const seen = entry;
    fireEvent.click(form.getByRole('checkbox', { name: 'PROD' }));
    vi.useFakeTimers();
    fireEvent.click(form.getByRole('button', { name: 'Change in dev, PROD' }));
    await pass(1000);
    entry = { ...entry, role: 'admin' };
    fake.emit('resourceChanged', {
      connection: 'orders',
      resource: { kind: 'access', application: 'orders-api' },
      changed: true,
    });
    await pass(1000);
    expect(within(screen.getByRole('table', { name: 'Who has access' })).getAllByText('admin')).toHaveLength(
      2,
    );
    await pass(2000);
    expect(callsOf(fake, 'accessGrant')[0]?.[4]).toEqual(seen);
  });

  it('says that a subject who has a role loses it to the new one', async () => {
    await renderApp(`${TAB}?grant=`, MAY);
    const form = await fill('team-orders', ['dev']);
    expect(form.getByText('It is developer in dev, test now; this replaces it.')).toBeVisible();
    expect(form.getByRole('button', { name: 'Change in dev, test' })).toBeVisible();
  });

  it('puts what the server says at the fields, and keeps what was typed', async () => {
    const { user } = await renderApp(`${TAB}?grant=`, {
      ...MAY,
      answers: {
        accessGrant: () =>
          Promise.reject(
            failure('validation', {
              requestId: 'req-400',
              details: [
                { field: 'environments[0]', message: 'is no environment' },
                { field: 'subject', message: 'is not known here' },
              ],
            }) as unknown as Error,
          ),
      },
    });
    const form = await fill('nobody', ['dev']);
    await user.click(form.getByRole('button', { name: 'Grant in dev' }));
    expect(await form.findByText('is no environment')).toBeVisible();
    const subject = form.getByRole('textbox', { name: 'Subject' });
    expect(subject).toHaveValue('nobody');
    expect(subject).toHaveAccessibleDescription(/is not known here/);
    expect(subject).toHaveFocus();
    expect(form.getByText('req-400')).toBeVisible();
  });

  it('calls what is not known unknown, and does not send it again', async () => {
    const { user, ...fake } = await renderApp(`${TAB}?grant=`, {
      ...MAY,
      answers: { accessGrant: () => Promise.reject(failure('outcome_unknown') as unknown as Error) },
    });
    const form = await fill('nobody', ['dev']);
    await user.click(form.getByRole('button', { name: 'Grant in dev' }));
    expect(await form.findByText('Not known whether it happened')).toBeVisible();
    expect(form.getByText(/not sent again by itself/)).toBeVisible();
    expect(callsOf(fake as never, 'accessGrant')).toHaveLength(1);
  });
});

describe('revoking access', () => {
  const revoke = async (subject: string) => {
    fireEvent.click(within(await grid()).getByRole('button', { name: `Revoke the access of ${subject}` }));
    return within(await screen.findByRole('dialog'));
  };

  it('asks once, and sends it at once elsewhere', async () => {
    const { user, ...fake } = await renderApp(TAB, MAY);
    const question = await revoke('team-orders');
    await user.click(question.getByRole('button', { name: 'Revoke in dev, test' }));
    await waitFor(() => {
      // As it was seen: another row is not taken away.
      const seen = {
        subject: 'team-orders',
        subjectType: 'group',
        role: 'developer',
        environments: ['dev', 'test'],
      };
      expect(callsOf(fake as never, 'accessRevoke')).toEqual([['orders', 'orders-api', seen]]);
    });
  });

  it('can be taken back for three seconds in production', async () => {
    const fake = await renderApp(TAB, MAY);
    const question = await revoke('operations');
    vi.useFakeTimers();
    fireEvent.click(question.getByRole('button', { name: 'Revoke in dev, test, PROD' }));
    await pass(1000);
    expect(screen.getByText(/operations loses its access in dev, test, PROD in \d s/)).toBeVisible();
    fireEvent.click(screen.getByRole('button', { name: 'Take it back' }));
    await pass(10_000);
    expect(callsOf(fake, 'accessRevoke')).toEqual([]);
    expect(screen.getByText('Taken back. Nothing was sent.')).toBeVisible();
  });
});
