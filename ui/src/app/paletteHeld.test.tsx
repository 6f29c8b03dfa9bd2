import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { applications } from '../ipc/fake/data';
import type { FakeOptions } from '../ipc/fake/options';
import { callsOf, renderApp } from '../test/renderApp';
import { history } from './navigation';
// It comes when it is opened; here it is there before.
import './Palette';
import { isCommandMeant, mayBeSearched } from './paletteSearch';
import { shell } from './shell';

async function open(options: FakeOptions = {}) {
  const app = await renderApp('/c/orders', options);
  await screen.findByRole('heading', { level: 1 });
  await app.user.keyboard('{Control>}k{/Control}');
  return { ...app, field: await screen.findByRole('combobox') };
}

const group = (name: string) => screen.findByRole('group', { name });

/** More applications than are listed. */
const MANY: FakeOptions = {
  listed: 400,
  deployments: [],
  applications: Array.from({ length: 850 }, (_, at) => {
    const model = applications.find(({ key }) => key === 'checkout') ?? applications[0];
    if (!model) throw new Error('no application');
    return { ...model, key: `app-${String(at + 1).padStart(5, '0')}` };
  }),
};

describe('what may be searched for by the instance', () => {
  it.each([
    ['orders-api', true],
    ['order desk', true],
    ['x'.repeat(101), false],
    ['connect ECONNREFUSED 10.0.3.7:5432', false],
    ['it failed with', false],
    ['one two three four five', false],
  ])('%s: %s', (text, may) => {
    expect(mayBeSearched(text)).toBe(may);
  });

  it('is nothing that an action is called by', () => {
    const entry = { id: '', label: '', detail: '', act: () => undefined };
    expect(isCommandMeant([entry])).toBe(true);
    expect(isCommandMeant([{ ...entry, environment: 'dev' }])).toBe(false);
    expect(isCommandMeant([])).toBe(false);
  });
});

describe('a text in the palette', () => {
  it('says first where a tag runs, and leads there', async () => {
    const { user, field } = await open();
    await user.type(field, '1.4.0');
    const runs = within(await group('1.4.0 runs in'));
    const places = runs.getAllByRole('option').map(({ textContent }) => textContent);
    expect(places).toHaveLength(2);
    expect(places[0]).toMatch(/orders-api.*test/);
    expect(screen.getAllByRole('option')[0]).toBe(runs.getAllByRole('option')[0]);
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(history.location.pathname).toBe('/c/orders/applications/orders-api/test');
    });
    expect(shell.get().settings.recents).toEqual([]);
  });

  it('shows which logs hold it, and opens one searched for it', async () => {
    const { user, field, ...fake } = await open();
    await user.type(field, 'econnrefused');
    const logs = within(await group('Logs kept here'));
    expect(await logs.findByRole('option', { name: /orders-api: 412 lines/ })).toHaveTextContent('10.0.3.7');
    expect(logs.getByRole('option', { name: /checkout: at least 3 lines/ })).toBeVisible();
    expect(screen.getByText(/^Stopped after 2 s in the log of checkout in prod; 1 of 4/)).toBeVisible();
    expect(callsOf(fake, 'anythingInLogs')).toHaveLength(1);
    await user.click(logs.getByRole('option', { name: /orders-api/ }));
    await waitFor(() => {
      expect(history.location.href).toBe('/c/orders/applications/orders-api/prod/logs?q=econnrefused');
    });
  });

  it('opens a log by the field that holds it', async () => {
    const { user, field } = await open();
    await user.type(field, 'req-9e3779b1');
    await user.click(await screen.findByRole('option', { name: /orders-api: 1 line/ }));
    await waitFor(() => {
      expect(history.location.href).toContain('/logs?field=requestId');
    });
  });

  it('is the line that tells most of what is pasted', async () => {
    const { field } = await open();
    const text = '2026-01-02T03:04:05Z ERROR failed\n  connect ECONNREFUSED 10.0.3.7:5432\n';
    fireEvent.paste(field, { clipboardData: { getData: () => text } });
    expect(field).toHaveValue('connect ECONNREFUSED 10.0.3.7:5432');
    await group('Logs kept here');
  });

  it('is called off in the logs when another is typed', async () => {
    const { user, field, ...fake } = await open({
      answers: { anythingInLogs: () => new Promise(() => undefined) },
    });
    await user.type(field, 'econn');
    expect(await screen.findByText('Looking in the logs…')).toBeVisible();
    await user.type(field, 'refused');
    await waitFor(() => {
      expect(callsOf(fake, 'anythingInLogs')).toHaveLength(2);
    });
    const [first] = callsOf(fake, 'anythingInLogs');
    expect(callsOf(fake, 'callOff')).toEqual([[first?.[3]]]);
  });

  it('can be asked for as a deployment', async () => {
    const { user, field, ...fake } = await open({
      answers: { anythingKnown: () => Promise.resolve({ groups: [], mayBeDeployment: true }) },
    });
    const known = fake.deployments[0];
    if (!known) throw new Error('no deployment');
    await user.type(field, known.id);
    expect(callsOf(fake, 'deployment')).toEqual([]);
    await user.click(await screen.findByRole('option', { name: /^Ask the instance for deployment/ }));
    await waitFor(() => {
      expect(history.location.href).toContain(`deploy=${known.id}`);
    });
  });
});

describe('an instance with more applications than are listed', () => {
  it('is not sent the words of an error, nor what a command is called by', async () => {
    const { user, field, ...fake } = await open(MANY);
    for (const text of ['connect failed: refused', 'promote']) {
      await user.clear(field);
      await user.type(field, text);
      await waitFor(() => {
        expect(callsOf(fake, 'anythingInLogs').at(-1)?.[1]).toBe(text);
      });
    }
    expect(callsOf(fake, 'fleetFound')).toEqual([]);
    await user.click(
      await screen.findByRole('option', { name: 'Ask the instance for applications with “promote”' }),
    );
    await waitFor(() => {
      expect(history.location.href).toBe('/c/orders/applications?q=promote');
    });
  });
});
