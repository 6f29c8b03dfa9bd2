import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import type { Application, RolloutStep, SessionState } from '../ipc';
import { applications, deployment } from '../ipc/fake/data';
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
    // What there is none of is not counted.
    const counts = review.getByText(/\d+ differ/);
    expect(counts).toHaveTextContent(
      /^\d+ differ(, [1-9]\d* the same)?(, [1-9]\d* kept as (it is|they are))?$/,
    );
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
    await user.click(screen.getByRole('button', { name: 'Done' }));

    await user.click(await screen.findByRole('checkbox', { name: second }));
    expect(screen.getByRole('textbox', { name: 'Note' })).toHaveValue('');
    expect(await (await review(second)).findByLabelText(secret)).toHaveValue('');
    await user.click(await screen.findByRole('button', { name: /^Promote 1 to test/ }));
    await waitFor(() => {
      expect(sentOf(callsOf(fake, 'promote'))).toEqual([
        [{ application: first, note: 'once', secrets: { WEBHOOK_SECRET: 'held-1' } }],
        [{ application: second, note: null, secrets: {} }],
      ]);
    });
  });

  it('gives a secret to Rust as its field is left, and has a word for it and nothing else', async () => {
    const { user, ...fake } = await renderApp(DEV, twins);
    await user.click(await screen.findByRole('checkbox', { name: first }));
    const field = async () => (await review(first)).findByLabelText(secret);
    await user.type(await field(), 'hush');
    await user.tab();
    expect(await field()).toHaveValue('');
    expect(await (await review(first)).findByText('gets the value you typed in test')).toBeVisible();
    expect(callsOf(fake, 'configurationHold')).toEqual([['orders', 'hush']]);
    // It is taken back, and another one typed that is sent with the key that sends the page.
    await user.click((await review(first)).getByRole('button', { name: `Forget the value of ${secret}` }));
    expect(callsOf(fake, 'configurationLetGo')).toEqual([['orders', ['held-1']]]);
    await user.type(await field(), 'louder');
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => {
      expect(sentOf(callsOf(fake, 'promote'))).toEqual([
        [{ application: first, note: null, secrets: { WEBHOOK_SECRET: 'held-2' } }],
      ]);
    });
    const others = fake.calls.filter(({ name }) => name !== 'configurationHold');
    expect(JSON.stringify(others)).not.toMatch(/hush|louder/);
    expect(document.body.innerHTML).not.toMatch(/hush|louder/);
  });

  it('forgets a secret that was typed where the page is left', async () => {
    const { user, ...fake } = await renderApp(DEV, twins);
    await user.click(await screen.findByRole('checkbox', { name: first }));
    await user.type(await (await review(first)).findByLabelText(secret), 'hush');
    await user.click(screen.getByRole('link', { name: 'Environments' }));
    await screen.findByRole('heading', { name: 'Environments' });
    await waitFor(() => {
      expect(callsOf(fake, 'configurationLetGo')).toEqual([['orders', ['held-1']]]);
    });
  });

  it('can be sent again where one was refused and the rest were left', async () => {
    let refusing = true;
    const { user, ...fake } = await renderApp(DEV, {
      ...twins,
      answers: {
        promote: (_, choices) =>
          Promise.resolve(
            choices.map(({ promotion: { application } }, at) => ({
              application,
              outcome:
                at > 0
                  ? { kind: 'left' }
                  : refusing
                    ? { kind: 'failed', failure: failure('conflict') }
                    : { kind: 'sending' },
            })),
          ),
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

describe('a promotion whose page is left', () => {
  const DEV = '/c/orders/promote?from=dev&to=test';
  const keys = ['orders-api', 'orders-twin', 'orders-last'];
  const model = applications.find(({ key }) => key === 'orders-api') as Application;
  const all = keys.map((key) => ({ ...structuredClone(model), key }));
  const step = (at: number, outcome: RolloutStep['outcome']): RolloutStep => ({
    application: keys[at] ?? '',
    outcome,
  });
  const sent: RolloutStep['outcome'] = {
    kind: 'sent',
    deployment: deployment('orders-api', 'test', '1.0', '1.1', { at: 0, status: 'pending' }),
  };
  const bar = () => within(screen.getByRole('contentinfo', { name: 'Status' }));

  /** Sends all of them and goes elsewhere; what Rust says of it comes when the test says so. */
  const left = async () => {
    let tell: (step: RolloutStep) => void = () => undefined;
    let end: (steps: RolloutStep[]) => void = () => undefined;
    const { user, ...fake } = await renderApp(DEV, {
      applications: all,
      answers: {
        promote: (_, __, ___, told) => {
          tell = told.onmessage;
          return new Promise((resolve) => {
            end = resolve;
          });
        },
      },
    });
    for (const key of keys) await user.click(await screen.findByRole('checkbox', { name: key }));
    const send = () => screen.getByRole('button', { name: /^Promote 3 to test/ });
    await waitFor(() => {
      expect(send()).not.toHaveAttribute('aria-disabled', 'true');
    });
    await user.click(send());
    await screen.findByRole('button', { name: /^Sending…/ });
    expect(bar().queryByRole('link', { name: /Promoting/ })).toBeNull();
    act(() => {
      tell(step(0, { kind: 'sending' }));
    });
    await user.click(screen.getByRole('link', { name: 'Environments' }));
    await screen.findByRole('heading', { name: 'Environments' });
    return {
      ...fake,
      user,
      tell: (one: RolloutStep) => {
        act(() => {
          tell(one);
        });
      },
      end: (steps: RolloutStep[]) =>
        act(async () => {
          end(steps);
          await Promise.resolve();
        }),
    };
  };

  it('goes on in the status bar, and is opened again from there', async () => {
    const { user, tell, end, ...fake } = await left();
    expect(bar().getByRole('link', { name: /Promoting 1 of 3 · dev → test/ })).toBeVisible();
    tell(step(0, sent));
    tell(step(1, { kind: 'sending' }));
    await user.click(bar().getByRole('link', { name: /Promoting 2 of 3 · dev → test/ }));
    expect(await screen.findByText('1 of 3 sent')).toBeVisible();
    const first = within(await screen.findByRole('region', { name: 'orders-api' }));
    expect(await first.findByText('The deployment began.')).toBeVisible();
    expect(bar().queryByRole('link', { name: /Promoting/ })).toBeNull();
    await end([step(0, sent), step(1, sent), step(2, sent)]);
    expect(screen.getByText('3 sent')).toBeVisible();
    // What went is done with first.
    expect(screen.getByRole('checkbox', { name: 'orders-api' })).toBeDisabled();
    expect(callsOf(fake, 'promote')).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Done' }));
    expect(await screen.findByRole('heading', { name: 'Choose what to promote' })).toBeVisible();
  });

  it('stops after what is being sent, and says what was not', async () => {
    const { user, end, ...fake } = await left();
    await user.click(bar().getByRole('button', { name: 'Stop' }));
    const [[, , , , call] = []] = callsOf(fake, 'promote');
    expect(callsOf(fake, 'callOff')).toEqual([[call]]);
    await user.click(bar().getByRole('button', { name: 'Stops after this one…' }));
    expect(callsOf(fake, 'callOff')).toHaveLength(1);
    await end([step(0, sent), step(1, { kind: 'stopped' }), step(2, { kind: 'stopped' })]);
    expect(screen.getByText('Promoting dev → test, 1 of 3 sent.')).toBeVisible();
    expect(screen.getByText('You stopped it. Not sent: orders-twin, orders-last.')).toBeVisible();
    expect(bar().queryByRole('link', { name: /Promoting/ })).toBeNull();
  });

  it('tells why it was refused, and leads to all that became of it', async () => {
    const { user, end } = await left();
    const refused = failure('forbidden', { requestId: 'req-403' });
    await end([step(0, sent), step(1, { kind: 'failed', failure: refused }), step(2, { kind: 'left' })]);
    expect(screen.getByText('Promoting dev → test, 1 of 3 sent: Your account may not do this')).toBeVisible();
    expect(screen.getByText('req-403')).toBeVisible();
    await user.click(screen.getByRole('link', { name: 'See what happened' }));
    const last = within(await screen.findByRole('region', { name: 'orders-last' }));
    expect(await last.findByText('Not sent: one before it was refused.')).toBeVisible();
    expect(screen.getByText('1 of 3 sent, 1 refused, 1 not sent')).toBeVisible();
    // Once it was looked at and left, it is over.
    await user.click(screen.getByRole('link', { name: 'Environments' }));
    await screen.findByRole('heading', { name: 'Environments' });
    act(() => {
      history.push(`${DEV}&of=orders-last`);
    });
    expect(await screen.findByRole('button', { name: /^Promote 1 to test/ })).toBeVisible();
  });

  it('of which all went needs no word', async () => {
    const { end } = await left();
    await end([step(0, sent), step(1, sent), step(2, sent)]);
    expect(bar().queryByRole('link', { name: /Promoting/ })).toBeNull();
    expect(screen.queryByText(/^Promoting dev/)).toBeNull();
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
    expect(items.getByRole('row', { name: /PAYMENT_TIMEOUT 5000 8000 changed/ })).toBeVisible();
    expect(items.getByRole('row', { name: /FEATURE_WALLET not set true new/ })).toBeVisible();
    const heads = items.getAllByRole('columnheader').map((head) => head.textContent);
    expect(heads).toEqual(['Name', 'Before', 'After', 'State']);
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
