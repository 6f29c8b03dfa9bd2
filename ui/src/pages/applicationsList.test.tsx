import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import { queries } from '../app/queries';
import type { RolloutStep } from '../ipc';
import { failure } from '../ipc/fake/parts';
import { applications } from '../ipc/fake/data';
import { callsOf, renderApp } from '../test/renderApp';

const LIST = '/c/orders/applications';
const matrix = () => screen.findByRole('table', { name: 'Applications by environment' });

async function select(user: Awaited<ReturnType<typeof renderApp>>['user'], ...keys: string[]) {
  await matrix();
  for (const key of keys)
    await user.click(screen.getByRole('checkbox', { name: `Select ${key}`, hidden: true }));
  return within(screen.getByRole('group', { name: 'Selected' }));
}

const panel = () => within(screen.getByRole('complementary', { name: 'Several applications' }));

describe('several applications at once', () => {
  it('are reviewed, confirmed once, and sent one after the other', async () => {
    const { user, ...fake } = await renderApp(LIST);
    const selected = await select(user, 'storefront', 'checkout');
    await user.click(selected.getByRole('button', { name: 'Deploy…' }));
    await screen.findByRole('complementary', { name: 'Several applications' });
    await user.type(panel().getByRole('textbox', { name: 'Tag' }), '9.9.9');
    const review = within(await panel().findByRole('list', { name: 'What would happen' }));
    expect(review.getAllByRole('listitem')).toHaveLength(2);
    await user.click(panel().getByRole('button', { name: /^Deploy 9\.9\.9 of 2 to dev/ }));
    const results = within(await panel().findByRole('list', { name: 'What happened' }));
    await waitFor(() => {
      expect(results.getAllByRole('link')).toHaveLength(2);
    });
    const sent = callsOf(fake, 'batch');
    expect(sent).toHaveLength(1);
    expect(sent[0]?.slice(0, 2)).toEqual(['orders', 'dev']);
    expect(sent[0]?.[2]).toEqual([
      expect.objectContaining({ application: 'checkout' }),
      expect.objectContaining({ application: 'storefront' }),
    ]);
  });

  it('name what is left out and why; what is refused keeps nothing from the rest', async () => {
    const told = (application: string, outcome: RolloutStep['outcome']): RolloutStep => ({
      application,
      outcome,
    });
    const { user, ...fake } = await renderApp(LIST, {
      answers: {
        batch: (_, __, orders) =>
          Promise.resolve(
            orders.map(({ application }, at) =>
              told(
                application,
                at === 0
                  ? { kind: 'failed', failure: failure('conflict', { message: 'another is under way' }) }
                  : { kind: 'left' },
              ),
            ),
          ),
      },
    });
    const selected = await select(user, 'storefront', 'checkout', 'supplier-portal');
    await user.click(selected.getByRole('button', { name: 'Restart…' }));
    await screen.findByRole('complementary', { name: 'Several applications' });
    await user.click(panel().getByRole('button', { name: 'test' }));
    const review = within(await panel().findByRole('list', { name: 'What would happen' }));
    expect(await review.findByText('Nothing runs there')).toBeVisible();
    await user.click(review.getByRole('checkbox', { name: /storefront/ }));
    await user.click(panel().getByRole('button', { name: /^Restart 1 in test/ }));
    const results = within(await panel().findByRole('list', { name: 'What happened' }));
    expect(await results.findByText('another is under way')).toBeVisible();
    expect(callsOf(fake, 'batch')[0]?.[2]).toEqual([{ application: 'checkout', image: null }]);
    expect(panel().getByText('0 of 1 sent, 1 refused')).toBeVisible();
  });

  it('go on in the status bar where the panel is closed, and are opened again from there', async () => {
    let end: (steps: RolloutStep[]) => void = () => undefined;
    const batch = () =>
      new Promise<RolloutStep[]>((resolve) => {
        end = resolve;
      });
    const { user, ...fake } = await renderApp(LIST, { answers: { batch } });
    const bar = () => within(screen.getByRole('contentinfo', { name: 'Status' }));
    const selected = await select(user, 'storefront', 'checkout');
    await user.click(selected.getByRole('button', { name: 'Restart…' }));
    await screen.findByRole('complementary', { name: 'Several applications' });
    await user.click(await panel().findByRole('button', { name: /^Restart 2 in dev/ }));
    await panel().findByRole('list', { name: 'What happened' });
    const reviewed = callsOf(fake, 'batchReview').length;
    await act(() => queries.invalidateQueries());
    expect(callsOf(fake, 'batchReview')).toHaveLength(reviewed);
    expect(bar().queryByRole('link', { name: /Restarting/ })).toBeNull();
    await user.click(panel().getByRole('button', { name: 'Close the panel' }));
    expect(screen.queryByRole('complementary', { name: 'Several applications' })).toBeNull();
    await user.click(screen.getByRole('link', { name: 'Environments' }));
    await screen.findByRole('heading', { name: 'Environments' });
    await user.click(bar().getByRole('link', { name: /Restarting 1 of 2 · dev/ }));
    await screen.findByRole('complementary', { name: 'Several applications' });
    const results = within(await panel().findByRole('list', { name: 'What happened' }));
    expect(results.getAllByText('waits its turn')).toHaveLength(2);
    await user.click(panel().getByRole('button', { name: 'Stop' }));
    expect(callsOf(fake, 'callOff')).toEqual([[callsOf(fake, 'batch')[0]?.[5]]]);
    await act(async () => {
      end([
        { application: 'checkout', outcome: { kind: 'failed', failure: failure('conflict') } },
        { application: 'storefront', outcome: { kind: 'stopped' } },
      ]);
      await Promise.resolve();
    });
    expect(panel().getByText('0 of 2 sent, 1 refused, 1 not sent')).toBeVisible();
    // It is seen here: nothing has to be said above the page, and it is over as the panel is closed.
    expect(screen.queryByText(/^Restarting in dev/)).toBeNull();
    await user.click(panel().getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('complementary', { name: 'Several applications' })).toBeNull();
  });

  it('can be taken back for three seconds where it is production', async () => {
    const { user, ...fake } = await renderApp(LIST);
    const selected = await select(user, 'storefront');
    await user.click(selected.getByRole('button', { name: 'Restart…' }));
    await screen.findByRole('complementary', { name: 'Several applications' });
    await user.click(panel().getByRole('button', { name: 'PROD' }));
    await user.click(await panel().findByRole('button', { name: /^Restart 1 in PROD/ }));
    expect(await panel().findByText('Restarts 1 in PROD in 3 s')).toBeVisible();
    await user.keyboard('{Escape}');
    expect(await panel().findByText('Taken back. Nothing was sent.')).toBeVisible();
    expect(callsOf(fake, 'batch')).toEqual([]);
    expect(callsOf(fake, 'deploymentsTakeBack')).toEqual([['orders', 'shown-1']]);
    // What is sent is what was shown, by the name that Rust gave it.
    await user.click(await panel().findByRole('button', { name: /^Restart 1 in PROD/ }));
    await waitFor(
      () => {
        expect(callsOf(fake, 'batch')).toHaveLength(1);
      },
      { timeout: 6_000 },
    );
    const [, environment, orders, confirmation] = callsOf(fake, 'batch')[0] ?? [];
    expect([environment, orders, confirmation]).toEqual([
      'prod',
      [{ application: 'storefront', image: null }],
      'shown-2',
    ]);
    const [, shown] = callsOf(fake, 'deploymentsShow').at(-1) ?? [];
    expect(shown).toMatchObject([
      { application: 'storefront', request: { environment: 'prod', image: null } },
    ]);
  });
});

describe('how the list is looked at', () => {
  it('is kept under a name, with its columns', async () => {
    const { user, ...fake } = await renderApp(`${LIST}?state=unwell`);
    await matrix();
    await user.click(screen.getByRole('button', { name: 'Columns' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Deployed' }));
    expect(await screen.findByRole('columnheader', { name: 'Deployed' })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Columns' }));
    await user.click(await screen.findByRole('menuitem', { name: 'test' }));
    await waitFor(() => {
      expect(screen.queryByRole('columnheader', { name: 'test' })).toBeNull();
    });
    await user.click(screen.getByRole('button', { name: 'Views' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Save this view…' }));
    await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'Red ones{Enter}');
    expect(await screen.findByRole('button', { name: 'Red ones' })).toBeVisible();
    const [saved] = callsOf(fake, 'settingsSave').at(-1) ?? [];
    expect(saved).toMatchObject({
      views: [
        { connection: 'orders', name: 'Red ones', list: '?state=unwell', columns: ['deployed', '@test'] },
      ],
      columns: [{ connection: 'orders', columns: ['deployed', '@test'] }],
    });
  });

  it('is had again by its name', async () => {
    const { user } = await renderApp(LIST, {
      settings: {
        views: [
          { connection: 'orders', name: 'Red ones', list: '?state=unwell&sort=deployed', columns: ['type'] },
        ],
      },
    });
    await matrix();
    await user.click(screen.getByRole('button', { name: 'Views' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Red ones' }));
    await waitFor(() => {
      expect(history.location.search).toBe('?state=unwell&sort=deployed');
    });
    expect(screen.queryByRole('columnheader', { name: 'Type' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Red ones' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Remove the view Red ones' }));
    expect(await screen.findByRole('button', { name: 'Views' })).toBeVisible();
  });

  it('stays smooth with 10,000 applications', async () => {
    const [first] = applications;
    if (!first) throw new Error('no application');
    const many = Array.from({ length: 10_000 }, (_, at) => ({ ...first, key: `app-${String(at)}` }));
    await renderApp(LIST, { applications: many, deployments: [] });
    const table = await matrix();
    expect(table).toHaveAttribute('aria-rowcount', '10001');
    expect(within(table).getAllByRole('row').length).toBeLessThan(120);
  });
});
