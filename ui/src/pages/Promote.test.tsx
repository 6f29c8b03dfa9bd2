import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import type { Application, SessionState } from '../ipc';
import { applications } from '../ipc/fake/data';
import { account, failure } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

const PAGE = '/c/orders/promote?from=test&to=prod&of=checkout';

describe('promotion', () => {
  it('shows who is ahead, and what was chosen of them is in the address', async () => {
    const { user } = await renderApp('/c/orders/promote?from=test&to=prod');
    expect(await screen.findByRole('heading', { name: /applications ahead in test/ })).toBeVisible();
    await user.click(screen.getByRole('checkbox', { name: 'checkout' }));
    expect(await screen.findByRole('heading', { name: 'checkout' })).toBeVisible();
    expect(history.location.href).toContain('of=checkout');
  });

  it('says what becomes of each item, and never that two secrets are the same', async () => {
    await renderApp(PAGE);
    const review = within(await screen.findByRole('region', { name: 'checkout' }));
    expect(await review.findByText('PROD keeps 5000, not 8000')).toBeVisible();
    expect(review.getByText(/set on both, values cannot be compared/)).toBeVisible();
    expect(review.getByRole('checkbox', { name: 'FEATURE_WALLET' })).toBeChecked();
    expect(review.getByRole('checkbox', { name: 'PAYMENT_TIMEOUT' })).not.toBeChecked();
  });

  it('goes to production as it was shown, after it could be taken back', async () => {
    const { user, ...fake } = await renderApp(PAGE);
    const review = within(await screen.findByRole('region', { name: 'checkout' }));
    await user.click(await review.findByRole('checkbox', { name: 'PAYMENT_TIMEOUT' }));
    await user.click(screen.getByRole('button', { name: /^Promote 1 to PROD/ }));
    expect(await screen.findByRole('button', { name: /^Take it back/ })).toBeVisible();
    expect(callsOf(fake, 'promote')).toHaveLength(0);
    await user.keyboard('{Escape}');
    expect(await screen.findByText('Taken back. Nothing was sent.')).toBeVisible();
    expect(callsOf(fake, 'deploymentsTakeBack')).toHaveLength(1);

    await user.click(screen.getByRole('button', { name: /^Promote 1 to PROD/ }));
    expect(await screen.findByText('The deployment began.', undefined, { timeout: 6000 })).toBeVisible();
    const [[, choices, confirmation] = []] = callsOf(fake, 'promote');
    expect(confirmation).toBe('shown-2');
    expect(choices).toEqual([
      expect.objectContaining({ items: ['FEATURE_WALLET', 'WEBHOOK_SECRET', 'PAYMENT_TIMEOUT'], access: [] }),
    ]);
  });
});

describe('a pair of environments', () => {
  const DEV = '/c/orders/promote?from=dev&to=test';
  const secret = 'WEBHOOK_SECRET in test';
  const review = async (name: string) => within(await screen.findByRole('region', { name }));
  const sentOf = (calls: unknown[][]) =>
    calls.map(([, choices]) =>
      (choices as { promotion: { application: string }; note: string | null; secrets: object }[]).map(
        ({ promotion, note, secrets }) => ({ application: promotion.application, note, secrets }),
      ),
    );
  const [first, second] = ['orders-api', 'orders-twin'];
  const model = applications.find(({ key }) => key === first) as Application;
  const twins = { applications: [model, { ...structuredClone(model), key: second }] };

  it('takes one promotion after another, and nothing of the last goes along', async () => {
    const { user, ...fake } = await renderApp(DEV, twins);
    await user.click(await screen.findByRole('checkbox', { name: first }));
    await user.type(await (await review(first)).findByLabelText(secret), 'hush');
    await user.type(screen.getByRole('textbox', { name: 'Note' }), 'once');
    await user.click(screen.getByRole('button', { name: /^Promote 1 to test/ }));
    expect(await screen.findByText('The deployment began.')).toBeVisible();
    // A secret is gone from the page as soon as it was sent.
    expect((await review(first)).getByLabelText(secret)).toHaveValue('');
    await user.click(screen.getByRole('button', { name: 'Done' }));

    await user.click(await screen.findByRole('checkbox', { name: second }));
    expect(screen.getByRole('textbox', { name: 'Note' })).toHaveValue('');
    expect(await (await review(second)).findByLabelText(secret)).toHaveValue('');
    await user.click(await screen.findByRole('button', { name: /^Promote 1 to test/ }));
    await waitFor(() => {
      expect(sentOf(callsOf(fake, 'promote'))).toEqual([
        [{ application: first, note: 'once', secrets: { WEBHOOK_SECRET: 'hush' } }],
        [{ application: second, note: null, secrets: {} }],
      ]);
    });
  });

  it('can be sent again where one was refused and the rest were left', async () => {
    let refusing = true;
    const { user, ...fake } = await renderApp(DEV, {
      ...twins,
      answers: {
        promote: (_, choices, __, told) => {
          choices.forEach(({ promotion: { application } }, at) => {
            told.onmessage({
              application,
              outcome:
                at > 0
                  ? { kind: 'left' }
                  : refusing
                    ? { kind: 'failed', failure: failure('conflict') }
                    : { kind: 'sending' },
            });
          });
          return Promise.resolve(null);
        },
      },
    });
    await user.click(await screen.findByRole('checkbox', { name: first }));
    await user.click(screen.getByRole('checkbox', { name: second }));
    await user.click(await screen.findByRole('button', { name: /^Promote 2 to test/ }));
    expect(await screen.findByText('Not sent: one before it was refused.')).toBeVisible();
    refusing = false;
    // The one that was refused is left out: the other stays chosen.
    await user.click(screen.getByRole('checkbox', { name: first }));
    expect(screen.queryByText('Not sent: one before it was refused.')).toBeNull();
    await user.click(await screen.findByRole('button', { name: /^Promote 1 to test/ }));
    await waitFor(() => {
      expect(sentOf(callsOf(fake, 'promote')).at(-1)).toEqual([
        { application: second, note: null, secrets: {} },
      ]);
    });
  });

  it('has its note and what was picked again after the session ended, and no secret', async () => {
    const { user, ...fake } = await renderApp(DEV, twins);
    await user.click(await screen.findByRole('checkbox', { name: first }));
    const item = { name: 'PAYMENT_TIMEOUT' };
    await user.click(await (await review(first)).findByRole('checkbox', item));
    await user.type((await review(first)).getByLabelText(secret), 'hush');
    await user.type(screen.getByRole('textbox', { name: 'Note' }), 'at last');
    const reason = { code: 'signed_out', params: {}, message: null, requestId: null, details: [] };
    const states: SessionState[] = [
      { state: 'signedOut', reason },
      { state: 'signedIn', account, remembered: true, until: null, notice: null },
    ];
    for (const [at, session] of states.entries()) {
      act(() => {
        fake.emit('sessionChanged', { connection: 'orders', session, revision: 1_000_000 + at });
      });
      if (at === 0) await screen.findByRole('heading', { name: 'Sign in again' });
    }
    expect(await screen.findByRole('textbox', { name: 'Note' })).toHaveValue('at last');
    expect(await (await review(first)).findByRole('checkbox', item)).toBeChecked();
    expect((await review(first)).getByLabelText(secret)).toHaveValue('');
    await waitFor(() => {
      expect(callsOf(fake, 'draftSave').at(-1)?.[2]).toMatchObject({ note: 'at last' });
    });
    expect(JSON.stringify(callsOf(fake, 'draftSave'))).not.toContain('hush');
  });
});

describe('two deployments', () => {
  it('are chosen in the list and shown beside each other', async () => {
    const { user, ...fake } = await renderApp('/c/orders/deployments?q=orders-api');
    const boxes = await screen.findAllByRole('checkbox', { name: /^Select the deployment of orders-api/ });
    expect(screen.queryByRole('button', { name: 'Compare' })).toBeNull();
    await user.click(boxes[0] as HTMLElement);
    expect(screen.getByRole('button', { name: 'Compare' })).toHaveAccessibleDescription(/Choose two/);
    await user.click(boxes[1] as HTMLElement);
    await user.click(screen.getByRole('button', { name: 'Compare' }));
    const items = within(await screen.findByRole('table', { name: 'Configuration' }));
    expect(items.getByRole('row', { name: /PAYMENT_TIMEOUT 5000 8000/ })).toBeVisible();
    expect(items.getByRole('row', { name: /STRIPE_KEY .*cannot be compared/ })).toBeVisible();
    expect(callsOf(fake, 'deploymentsCompare')).toHaveLength(1);
  });

  it('are narrowed by their result and by what is typed, in the address', async () => {
    const { user } = await renderApp('/c/orders/deployments');
    await user.click(await screen.findByRole('button', { name: 'Failed' }));
    expect(history.location.href).toContain('result=failed');
    expect(screen.getByText(/^1 of \d+$/)).toBeVisible();
    await user.type(screen.getByRole('searchbox', { name: 'Search deployments' }), 'nothing like it');
    expect(await screen.findByRole('heading', { name: 'No deployment matches' })).toBeVisible();
  });
});
