import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Draft, SessionState } from '../ipc';
import { account, failure } from '../ipc/fake/parts';
import { callsOf, lookedUp, renderApp } from '../test/renderApp';
import { history } from './navigation';

const DEV = '/c/orders/applications/orders-api/dev?deploy=new';
const SIGNED_IN: SessionState = { state: 'signedIn', account, remembered: true, until: null, notice: null };

const panel = async () => within(await screen.findByRole('complementary'));
const field = async (name: string) => (await panel()).findByRole('textbox', { name });

const draft = (more: Partial<Draft>): Draft => ({
  connection: 'orders',
  account: account.subject,
  place: 'deploy orders-api dev',
  fields: { tag: '7.7.7', image: 'registry.example/orders-api:7.7.7', note: 'typed before', whole: '' },
  at: new Date(Date.now() - 600_000).toISOString(),
  ...more,
});

describe('what was typed', () => {
  it('is there again after the session ended and somebody signed in, on the same page', async () => {
    const { user, ...fake } = await renderApp(DEV);
    await user.clear(await field('Image'));
    await user.type(await field('Image'), '9.9.9');
    await user.type(await field('Note'), 'because it must');
    let revision = 1_000_000;
    const become = (session: SessionState) =>
      act(() => {
        revision += 1;
        fake.emit('sessionChanged', { connection: 'orders', session, revision });
      });
    become({
      state: 'signedOut',
      reason: { code: 'signed_out', params: {}, message: null, requestId: null, details: [] },
    });
    expect(await screen.findByRole('heading', { name: 'Sign in again' })).toBeVisible();
    become(SIGNED_IN);
    expect(await field('Image')).toHaveValue('9.9.9');
    expect(await field('Note')).toHaveValue('because it must');
    // What would be sent is what is seen.
    expect(await (await panel()).findByRole('button', { name: /^Deploy 9\.9\.9 to dev/ })).toBeVisible();
    expect(history.location.href).toBe(DEV);
    await waitFor(() => {
      const saved = callsOf(fake, 'draftSave').at(-1);
      expect(saved?.slice(0, 2)).toEqual(['orders', 'deploy orders-api dev']);
      expect(saved?.[2]).toMatchObject({ tag: '9.9.9', note: 'because it must' });
    });
  });

  it('is there again after the app was started again, and goes where it is not wanted', async () => {
    const { user, ...fake } = await renderApp(DEV, { drafts: [draft({})] });
    expect(await field('Image')).toHaveValue('7.7.7');
    expect(await field('Note')).toHaveValue('typed before');
    expect(callsOf(fake, 'draftSave')).toEqual([]);
    expect(await (await panel()).findByRole('button', { name: /^Deploy 7\.7\.7 to dev/ })).toBeVisible();
    expect((await panel()).getByText(/What you typed 10 min ago is here again/)).toBeVisible();
    await user.click((await panel()).getByRole('button', { name: 'Start afresh' }));
    expect(await field('Image')).not.toHaveValue('7.7.7');
    expect(await field('Note')).toHaveValue('');
    await waitFor(() => {
      expect(callsOf(fake, 'draftSave').at(-1)).toEqual(['orders', 'deploy orders-api dev', {}]);
    });
  });

  it('by another account, on another connection or at another place is not shown', async () => {
    const others = [
      { account: 'somebody-else' },
      { connection: 'payments' },
      { place: 'deploy orders-api prod' },
    ];
    const fake = await renderApp(DEV, { drafts: others.map(draft) });
    expect(await field('Image')).not.toHaveValue('7.7.7');
    expect(screen.queryByRole('button', { name: 'Start afresh' })).toBeNull();
    expect(callsOf(fake, 'draftSave')).toEqual([]);
  });

  it('goes along to another environment, and is forgotten once it is sent', async () => {
    const { user, ...fake } = await renderApp(DEV);
    await user.type(await field('Note'), 'over there');
    await user.click((await panel()).getByRole('button', { name: 'test' }));
    await waitFor(() => {
      expect(callsOf(fake, 'draftSave')).toContainEqual(['orders', 'deploy orders-api dev', {}]);
    });
    expect(await field('Note')).toHaveValue('over there');
    await lookedUp();
    await user.click((await panel()).getByRole('button', { name: /in test|to test/ }));
    await waitFor(() => {
      expect(callsOf(fake, 'deploy')).toHaveLength(1);
      expect(callsOf(fake, 'draftSave').at(-1)).toEqual(['orders', 'deploy orders-api test', {}]);
    });
  });

  it('is forgotten where it was sent and nobody knows what came of it, and kept where it was refused', async () => {
    const { user, ...fake } = await renderApp(DEV);
    const send = async (tag: string) => {
      await user.clear(await field('Image'));
      await user.type(await field('Image'), tag);
      await lookedUp();
      await user.click(
        await (await panel()).findByRole('button', { name: new RegExp(`^Deploy ${tag} to dev`) }),
      );
      await screen.findByRole('alert');
    };
    await send('busy');
    await waitFor(() => {
      expect(callsOf(fake, 'draftSave').at(-1)?.[2]).toMatchObject({ tag: 'busy' });
    });
    await send('lost');
    await waitFor(() => {
      expect(callsOf(fake, 'draftSave').at(-1)?.[2]).toEqual({});
    });
    expect(await field('Image')).toHaveValue('lost');
  });

  it('is forgotten with the sign-out that somebody asked for', async () => {
    const { user } = await renderApp(DEV, { drafts: [draft({})] });
    expect(await field('Note')).toHaveValue('typed before');
    await user.click(screen.getByRole('button', { name: /^Connection: / }));
    await user.click(await screen.findByRole('menuitem', { name: /^Sign out/ }));
    await user.click(await screen.findByRole('button', { name: 'Sign out' }));
    await user.click(await screen.findByRole('button', { name: 'Sign in with the browser' }));
    expect(await field('Note')).toHaveValue('');
  });

  it('is there again where a request is decided, and where several applications are deployed', async () => {
    const drafts = [
      draft({ place: 'decide ask-1', fields: { note: 'ask the owner' } }),
      draft({ place: 'batch', fields: { tag: '8.8.8' } }),
    ];
    const { user, ...fake } = await renderApp('/c/orders/access?request=ask-1', {
      drafts,
      permissions: ['access:read', 'access:update', 'applications:deploy'],
    });
    expect(await field('Note')).toHaveValue('ask the owner');
    await user.type(await field('Note'), ' first');
    await waitFor(() => {
      expect(callsOf(fake, 'draftSave').at(-1)).toEqual([
        'orders',
        'decide ask-1',
        { note: 'ask the owner first' },
      ]);
    });
    act(() => {
      history.push('/c/orders/applications');
    });
    await user.click(await screen.findByRole('checkbox', { name: 'Select checkout' }));
    await user.click(screen.getByRole('button', { name: 'Deploy…' }));
    expect(await field('Tag')).toHaveValue('8.8.8');
    await user.click(await (await panel()).findByRole('button', { name: /^Deploy 8\.8\.8 of 1 to dev/ }));
    await waitFor(() => {
      expect(callsOf(fake, 'draftSave').at(-1)).toEqual(['orders', 'batch', {}]);
    });
  });

  it('that is too long to be kept is said to be so, once', async () => {
    const reason = 'it is longer than 65536 bytes';
    const { user, ...fake } = await renderApp(DEV, {
      answers: {
        draftSave: () =>
          Promise.reject(failure('settings_not_saved', { params: { reason } }) as unknown as Error),
      },
    });
    await user.type(await field('Note'), 'on and on');
    const title = await screen.findByText('What you type is not kept.');
    const bar = title.closest<HTMLElement>('[role="status"]');
    if (!bar) throw new Error('no bar');
    expect(bar).toHaveTextContent(reason);
    await user.click(within(bar).getByRole('button', { name: 'Dismiss' }));
    const saved = callsOf(fake, 'draftSave').length;
    await user.type(await field('Note'), ' and on');
    await waitFor(() => {
      expect(callsOf(fake, 'draftSave').length).toBeGreaterThan(saved);
    });
    await act(() => Promise.resolve());
    expect(screen.queryByText('What you type is not kept.')).toBeNull();
    expect(await field('Note')).toHaveValue('on and on and on');
  });
});
