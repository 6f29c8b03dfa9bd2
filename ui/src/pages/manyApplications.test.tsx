import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import { patchShell } from '../app/shell';
import { applications } from '../ipc/fake/data';
import type { FakeOptions } from '../ipc/fake/options';
import { failure } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

const LIST = '/c/orders/applications';
const matrix = () => screen.findByRole('table', { name: 'Applications by environment' });

/** 850 applications, of which 400 are listed. */
const MANY: FakeOptions = {
  listed: 400,
  deployments: [],
  applications: Array.from({ length: 850 }, (_, at) => {
    const model = applications.find(({ key }) => key === 'checkout') ?? applications[0];
    if (!model) throw new Error('no application');
    const number = String(at + 1).padStart(5, '0');
    return { ...model, key: `app-${number}`, displayName: `Number ${String(at + 1)}` };
  }),
};

const asked = (fake: { calls: { name: string; args: unknown[] }[] }) =>
  fake.calls.filter(({ name }) => name === 'fleetFound').map(({ args }) => args.slice(0, 3));
const query = (part: object) => ({ search: '', status: null, environment: null, sort: null, ...part });

describe('an instance with more applications than are listed', () => {
  it('is asked for nothing before somebody wants more', async () => {
    const fake = await renderApp(LIST, MANY);
    await matrix();
    expect(screen.getByText('400 of 850')).toBeVisible();
    expect(screen.getByText(/450 more applications/)).toBeVisible();
    expect(asked(fake)).toEqual([]);
  });

  it('goes on a page at a time, to its end', async () => {
    const { user, ...fake } = await renderApp(LIST, MANY);
    await matrix();
    await user.click(screen.getByRole('button', { name: 'Load more' }));
    expect(await screen.findByText('600 of 850')).toBeVisible();
    expect(asked(fake)).toEqual([['orders', query({}), 3]]);
    // As the end comes near: scrolled to where jsdom, which lays nothing out, has it.
    const scroller = (await matrix()).closest('[data-scroll]');
    if (!scroller) throw new Error('nothing scrolls');
    scroller.scrollTop = 500;
    fireEvent.scroll(scroller);
    expect(await screen.findByText('800 of 850')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Load more' }));
    expect(await screen.findByText('850 of 850')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull();
    expect(asked(fake).map(([, , page]) => page)).toEqual([3, 4, 5]);
    expect(await matrix()).toHaveAttribute('aria-rowcount', '851');
  });

  it('is searched once for what was typed, not for each letter', async () => {
    const { user, ...fake } = await renderApp(LIST, MANY);
    await matrix();
    await user.type(screen.getByRole('searchbox'), '00734');
    expect(await screen.findByRole('link', { name: 'app-00734' })).toBeVisible();
    expect(asked(fake)).toEqual([['orders', query({ search: '00734' }), 1]]);
    expect(screen.getByText('The instance found 1.')).toBeVisible();
    expect(screen.getByText('1 of 850')).toBeVisible();
  });

  it('is asked for the last wish alone, and the one before is called off', async () => {
    const { user, ...fake } = await renderApp(LIST, {
      ...MANY,
      answers: {
        fleetFound: (_, { search }) =>
          search === '0073'
            ? new Promise(() => undefined)
            : Promise.resolve({ environments: [], rows: [], total: 0, next: null }),
      },
    });
    await matrix();
    await user.type(screen.getByRole('searchbox'), '0073');
    expect(await screen.findByText('The instance is searching…')).toBeVisible();
    await waitFor(() => {
      expect(asked(fake)).toHaveLength(1);
    });
    patchShell({ waits: { orders: Date.now() + 20_000 } });
    expect(await screen.findByText(/The instance is asked in \d+ s/)).toBeVisible();
    await user.type(screen.getByRole('searchbox'), '99');
    expect(await screen.findByText('The instance found 0.')).toBeVisible();
    const [first] = callsOf(fake, 'fleetFound');
    expect(callsOf(fake, 'callOff')).toEqual([[first?.[3]]]);
    expect(screen.getByText('Nothing fits')).toBeVisible();
  });

  it('sorts by name and type itself, and says of what else it is only what is loaded', async () => {
    const { user, ...fake } = await renderApp(`${LIST}?sort=-key`, MANY);
    await matrix();
    expect(await screen.findByRole('link', { name: 'app-00850' })).toBeVisible();
    expect(screen.queryByRole('link', { name: 'app-00399' })).toBeNull();
    expect(screen.getByText('200 of 850 found')).toBeVisible();
    expect(asked(fake)).toEqual([['orders', query({ sort: { by: 'key', descending: true } }), 1]]);
    await user.click(screen.getByRole('button', { name: 'dev' }));
    expect(await screen.findByText(/Sorted among the 400 loaded of 850/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Unwell' }));
    expect(await screen.findByText(/Health is known of the 400 loaded/)).toBeVisible();
    await waitFor(() => {
      expect(asked(fake).at(-1)).toEqual(['orders', query({ status: 'error' }), 1]);
    });
    await user.click(screen.getByRole('button', { name: 'Behind' }));
    expect(await screen.findByText(/This filter knows the 400 loaded/)).toBeVisible();
    expect(asked(fake)).toHaveLength(2);
  });

  it('keeps what was picked while others are looked for, and does the same with all of them', async () => {
    const { user, ...fake } = await renderApp(`${LIST}?q=00730`, MANY);
    await user.click(await screen.findByRole('checkbox', { name: 'Select app-00730', hidden: true }));
    history.replace(`${LIST}?q=00740`);
    await user.click(await screen.findByRole('checkbox', { name: 'Select app-00740', hidden: true }));
    const selected = within(screen.getByRole('group', { name: 'Selected' }));
    expect(selected.getByText('2 selected')).toBeVisible();
    await user.click(selected.getByRole('button', { name: 'Restart…' }));
    await screen.findByRole('complementary', { name: 'Several applications' });
    await waitFor(() => {
      expect(callsOf(fake, 'batchReview').at(-1)?.[2]).toEqual(['app-00730', 'app-00740']);
    });
  });

  it('says why a search failed, and tries again', async () => {
    let fails = true;
    const { user } = await renderApp(`${LIST}?q=00730`, {
      ...MANY,
      answers: {
        fleetFound: () =>
          fails
            ? Promise.reject(failure('rate_limited') as unknown as Error)
            : Promise.resolve({ environments: [], rows: [], total: 0, next: null }),
      },
    });
    expect(await screen.findByRole('alert')).toBeVisible();
    fails = false;
    await user.click(screen.getByRole('button', { name: 'Load more' }));
    expect(await screen.findByText('The instance found 0.')).toBeVisible();
  });

  it('has what is beyond the list in the palette', async () => {
    const { user, ...fake } = await renderApp('/c/orders', MANY);
    await matrix();
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), '00734');
    const [option] = await screen.findAllByRole('option', { name: /app-00734/ });
    expect(option).toBeVisible();
    expect(asked(fake)).toEqual([['orders', query({ search: '00734' }), 1]]);
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(history.location.pathname).toMatch(/^\/c\/orders\/applications\/app-00734\//);
    });
    expect(await screen.findByRole('heading', { name: 'app-00734' })).toBeVisible();
  });

  it('is not asked by the palette where enough is known', async () => {
    const { user, ...fake } = await renderApp('/c/orders', MANY);
    await matrix();
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'app-000');
    expect((await screen.findAllByRole('option')).length).toBeGreaterThan(8);
    // Longer than it rests before it is asked.
    await expect(
      waitFor(
        () => {
          expect(asked(fake)).not.toEqual([]);
        },
        { timeout: 800 },
      ),
    ).rejects.toThrow();
  });

  it('is searched where an application is chosen', async () => {
    const { user, ...fake } = await renderApp('/c/orders/access', MANY);
    await user.type(await screen.findByRole('searchbox', { name: 'Search applications' }), '00734');
    expect(await screen.findByRole('link', { name: /app-00734/ })).toBeVisible();
    history.push('/c/orders/logs');
    await user.click(await screen.findByRole('button', { name: 'Choose logs' }));
    const panel = within(await screen.findByRole('complementary', { name: 'Choose logs' }));
    await user.type(panel.getByRole('searchbox'), '00730');
    expect((await panel.findAllByRole('checkbox', { name: /app-00730/ })).length).toBeGreaterThan(0);
    expect(asked(fake).map(([, wanted]) => wanted)).toEqual([
      query({ search: '00734' }),
      query({ search: '00730' }),
    ]);
  });

  it('is called well or not by what is loaded alone', async () => {
    await renderApp('/c/orders', MANY);
    await matrix();
    expect(screen.getByText(/unwell of the 400 loaded of 850/)).toBeVisible();
    expect(screen.getByRole('link', { name: '450 more applications' })).toBeVisible();
    expect(screen.queryByText('All is well')).toBeNull();
  });
});

describe('the promotion of one that is not listed', () => {
  it('is found by the search of the instance, chosen, and looked through', async () => {
    const { user, ...fake } = await renderApp('/c/orders/promote?from=test&to=prod', MANY);
    expect(await screen.findByText('Among the 400 loaded of 850 applications.')).toBeVisible();
    await user.type(screen.getByRole('searchbox'), '00734');
    await user.click(await screen.findByRole('checkbox', { name: 'app-00734' }));
    expect(await screen.findByRole('region', { name: 'app-00734' })).toBeVisible();
    expect(history.location.href).toContain('of=app-00734');
    expect(asked(fake)).toEqual([['orders', query({ search: '00734' }), 1]]);
    // It stays where it can be taken out again, whatever is searched for next.
    await user.clear(screen.getByRole('searchbox'));
    await user.click(screen.getByRole('checkbox', { name: 'app-00734' }));
    await waitFor(() => {
      expect(screen.queryByRole('region', { name: 'app-00734' })).toBeNull();
    });
  });

  it('is looked through where a link names it', async () => {
    await renderApp('/c/orders/promote?from=test&to=prod&of=app-00734', MANY);
    expect(await screen.findByRole('region', { name: 'app-00734' })).toBeVisible();
  });
});
