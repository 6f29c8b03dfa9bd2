import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { callsOf, renderApp } from '../test/renderApp';
import { history } from './navigation';
// It comes when it is opened; here it is there before.
import './Palette';
import { fitEntry, matching, type PaletteEntry } from './paletteSearch';
import { shell } from './shell';

const PRICING = '/c/orders/applications/pricing/test';

const entry = (label: string, aliases = '', more: Partial<PaletteEntry> = {}): PaletteEntry => ({
  id: label,
  label,
  detail: 'action',
  aliases,
  act: () => undefined,
  ...more,
});

async function ask(user: UserEvent, query: string): Promise<HTMLElement[]> {
  await user.keyboard('{Control>}k{/Control}');
  await user.type(await screen.findByRole('combobox'), query);
  return screen.findAllByRole('option');
}

describe('other words for an entry', () => {
  const restart = entry('Restart orders', 'redeploy reboot');
  it('find it by their beginnings, with what it is called', () => {
    expect(fitEntry('redep orders', restart)).not.toBeNull();
    expect(fitEntry('reboot', restart)).not.toBeNull();
  });
  it('are not found by letters strewn over them', () => {
    expect(fitEntry('rdply', restart)).toBeNull();
    expect(fitEntry('boot', restart)).toBeNull();
  });
});

describe('the entries that fit', () => {
  it('begin with those of the application that is open', () => {
    const entries = [entry('Roll back till'), entry('Roll back shop', '', { isHere: true })];
    expect(matching(entries, 'roll').map(({ id }) => id)).toEqual(['Roll back shop', 'Roll back till']);
  });
  it('begin with what was chosen last, before anything is typed', () => {
    const entries = [
      entry('a'),
      entry('b'),
      entry('c', '', { onlySearched: true }),
      entry('d', '', { reason: 'no' }),
    ];
    const ids = matching(entries, ' ', ['c', 'gone', 'd', 'b']).map(({ id }) => id);
    expect(ids).toEqual(['c', 'b', 'a', 'd']);
  });
});

describe('the palette', () => {
  it('knows what people call it', async () => {
    const { user } = await renderApp(PRICING);
    await screen.findByRole('button', { name: /^Roll back/ });
    await user.keyboard('{Control>}k{/Control}');
    const field = await screen.findByRole('combobox');
    for (const [word, label] of [
      ['rollback', 'Roll back pricing to 2.1.7'],
      ['revert', 'Roll back pricing to 2.1.7'],
      ['undo', 'Roll back pricing to 2.1.7'],
      ['redeploy', 'Restart pricing'],
      ['secrets', 'pricing configuration'],
      ['env var', 'pricing configuration'],
      ['permissions', 'pricing access'],
      ['members', 'pricing access'],
      ['tail', 'pricing logs'],
      ['logs new since', 'pricing logs: new since the last deployment'],
      ['dark', 'Dark theme'],
      ['night', 'Dark theme'],
    ] as const) {
      await user.clear(field);
      await user.type(field, word);
      expect(screen.getAllByRole('option')[0]).toHaveTextContent(label);
    }
  });

  it('does what is chosen with the application that is open', async () => {
    const { user } = await renderApp(PRICING);
    await screen.findByRole('button', { name: /^Roll back/ });
    await ask(user, 'revert');
    await user.keyboard('{Enter}');
    const panel = within(await screen.findByRole('complementary'));
    expect(await panel.findByRole('textbox', { name: 'Image' })).toHaveValue('2.1.7');
  });

  it('says why something cannot be done, and does not do it', async () => {
    const { user } = await renderApp('/c/orders/applications/checkout/prod');
    await screen.findByRole('button', { name: 'Restart' });
    const [first] = await ask(user, 'roll back checkout');
    expect(first).toHaveAttribute('aria-disabled', 'true');
    expect(first).toHaveTextContent('nothing is known that ran before');
    const before = history.location.href;
    await user.keyboard('{Enter}');
    expect(screen.getByRole('combobox')).toBeVisible();
    expect(history.location.href).toBe(before);
  });

  it('shows first what was chosen last, and keeps that', async () => {
    const { user, ...fake } = await renderApp('/c/orders');
    await screen.findByRole('table', { name: 'Applications by environment' });
    await ask(user, 'promote');
    await user.keyboard('{Enter}');
    await screen.findByRole('heading', { name: 'Promote', level: 1 });
    await ask(user, 'diagnostics');
    await user.keyboard('{Enter}');
    await screen.findByRole('heading', { name: 'Settings', level: 1 });
    await user.keyboard('{Control>}k{/Control}');
    const options = await screen.findAllByRole('option');
    expect(options[0]).toHaveTextContent('Settings: Diagnostics');
    expect(options[1]).toHaveTextContent('Promote');
    expect(callsOf(fake, 'settingsSave').at(-1)?.[0]).toMatchObject({
      recents: [{ connection: 'orders', entries: ['action settings diagnostics', '/c/orders/promote'] }],
    });
  });

  it('keeps no more of them than one looks at', async () => {
    const { user } = await renderApp('/c/orders');
    const entries = Array.from({ length: 20 }, (_, at) => `old ${String(at)}`);
    shell.set((before) => ({
      ...before,
      settings: {
        ...before.settings,
        recents: [
          { connection: 'orders', entries },
          { connection: 'gone', entries },
        ],
      },
    }));
    await ask(user, 'promote');
    await user.keyboard('{Enter}');
    const [kept, ...others] = shell.get().settings.recents;
    expect(others).toEqual([]);
    expect(kept?.entries).toHaveLength(20);
    expect(kept?.entries[0]).toBe('/c/orders/promote');
  });

  it('reaches every page, and every part of the settings', async () => {
    const { user } = await renderApp('/c/orders');
    await screen.findByRole('table', { name: 'Applications by environment' });
    await user.keyboard('{Control>}k{/Control}');
    const field = await screen.findByRole('combobox');
    for (const [typed, found] of [
      ['promote', 'Promote'],
      ['access', 'Access'],
      ['environment test', 'Environment test'],
      ['proxy', 'Settings: Network'],
      ['retention', 'Settings: Logs'],
      ['suomi', 'Language: Suomi'],
    ] as const) {
      await user.clear(field);
      await user.type(field, typed);
      await waitFor(() => {
        expect(screen.getAllByRole('option')[0]).toHaveTextContent(found);
      });
    }
  });
});
