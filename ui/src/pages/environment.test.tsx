import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { cpu, memory } from '../i18n/format';
import { environments } from '../ipc/fake/data';
import { renderApp } from '../test/renderApp';

const reading = <T,>(value: T) => ({
  value,
  asOf: new Date().toISOString(),
  source: 'live' as const,
  failure: null,
});

describe('an environment', () => {
  it('shows the unwell first, and what is behind', async () => {
    await renderApp('/c/orders/environments/prod');
    expect(await screen.findByRole('heading', { name: '1 of 17 unwell, 1 unknown' })).toBeVisible();
    const rows = within(await screen.findByRole('table', { name: 'Applications in PROD' })).getAllByRole(
      'row',
    );
    expect(rows[1]).toHaveTextContent(/^orders-apiunhealthy1\.4\.0/);
    expect(rows).toHaveLength(18);
    expect(screen.getByRole('row', { name: /^checkout healthy/ })).toHaveTextContent(/1 behind$/);
  });

  it('is reached from its row', async () => {
    const { user } = await renderApp('/c/orders/environments');
    await user.click(await screen.findByRole('link', { name: 'test' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Test' })).toBeVisible();
    const deployments = within(await screen.findByRole('table', { name: 'Deployments' }));
    expect(deployments.queryByText('PROD')).toBeNull();
    expect(await screen.findByRole('table', { name: 'What you may do' })).toBeVisible();
  });

  it('says of each resource what it uses, and what is not measured', async () => {
    const [dev] = environments;
    if (!dev) throw new Error('no environment');
    const usage = (
      cpuPercent: number | null,
      memoryBytes: number | null,
      memoryLimitBytes: number | null,
    ) => ({
      cpuPercent,
      memoryBytes,
      memoryLimitBytes,
    });
    const resource = { kind: 'process', status: 'healthy', message: null };
    await renderApp('/c/orders/environments/dev', {
      answers: {
        environment: () =>
          Promise.resolve(
            reading({
              ...dev,
              resources: [
                { ...resource, name: 'shop', usage: usage(3.14, 412 * 2 ** 20, 2 ** 30) },
                { ...resource, name: 'till', usage: usage(120, null, null) },
                { ...resource, name: 'cart', usage: null, status: 'melting', message: '<b>hot</b>' },
              ],
            }),
          ),
      },
    });
    const table = within(await screen.findByRole('table', { name: 'Resources and their use' }));
    expect(table.getByRole('row', { name: /^shop/ })).toHaveTextContent('3.1 %412 MiB1 GiB');
    expect(table.getByRole('row', { name: /^till/ })).toHaveTextContent('120 %not measuredno limit');
    expect(table.getByRole('row', { name: /^cart/ })).toHaveTextContent(
      'meltingnot measurednot measuredno limit<b>hot</b>',
    );
  });

  it('that is not there says so', async () => {
    await renderApp('/c/orders/environments/nowhere');
    expect(await screen.findByText('It is not there')).toBeVisible();
  });
});

describe('amounts', () => {
  it('are told in the unit that makes them small', () => {
    expect([0, 1023, 1024, 1.5 * 2 ** 20, 2 ** 30 - 2 ** 20, 2 ** 50].map(memory)).toEqual([
      '0 B',
      '1,023 B',
      '1 KiB',
      '1.5 MiB',
      '1,023 MiB',
      '1,024 TiB',
    ]);
    expect([0, 0.04, 9.96, 10.4, 1234.5].map(cpu)).toEqual(['0 %', '0 %', '10 %', '10 %', '1,235 %']);
  });
});
