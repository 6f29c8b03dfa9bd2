import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { shell } from '../app/shell';
import type { Recording, Settings } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';

const LOGS = '/c/orders/applications/orders-api/dev/logs';

describe('the recording of starred applications', () => {
  it('is said in the log of each, also why it is not', async () => {
    await renderApp(LOGS, { lines: 60 });
    expect(await screen.findByText(/^recorded since \d\d:\d\d$/)).toBeVisible();
  });

  it.each([
    ['test', /^recorded since \d\d:\d\d; held up: other requests go first$/],
    ['prod', 'recording begins'],
  ])('is said in %s', async (environment, words) => {
    await renderApp(`/c/orders/applications/orders-api/${environment}/logs`, { lines: 60 });
    expect(await screen.findByText(words)).toBeVisible();
  });

  it('changes as it goes', async () => {
    let recordings: Recording[] = [];
    const fake = await renderApp(LOGS, {
      lines: 60,
      answers: { logRecordings: () => Promise.resolve(recordings) },
    });
    await screen.findByText(/^6\d lines$/);
    expect(screen.queryByText(/recorded|recording/)).toBeNull();
    recordings = [{ application: 'orders-api', environment: 'dev', state: { kind: 'tooMany' } }];
    fake.emit('recordingsChanged', { connection: 'orders' });
    expect(await screen.findByText('not recorded: as many logs are as can be')).toBeVisible();
  });

  it('says that it is switched off', async () => {
    const logKeeping = { record: false, days: 7, productionHours: 24, gibibytes: 2 };
    await renderApp(LOGS, { lines: 60, settings: { logKeeping } });
    expect(await screen.findByText('not recorded: switched off in the settings')).toBeVisible();
  });

  it('is said where logs are chosen, and beside the application', async () => {
    const { user } = await renderApp('/c/orders/logs');
    await user.click(await screen.findByRole('button', { name: 'Choose logs' }));
    const starred = within(await screen.findByRole('group', { name: 'Starred' }));
    expect(await starred.findByText(/^recorded since \d\d:\d\d$/)).toBeVisible();
    expect(screen.getByRole('link', { name: /orders-api/ })).toHaveAttribute(
      'aria-description',
      expect.stringMatching(/^dev: recorded since \d\d:\d\d\ntest: recorded since/),
    );
  });
});

describe('what is kept of logs', () => {
  it('is chosen in the settings; to keep less is asked first', async () => {
    const fake = await renderApp('/settings/logs');
    const { user } = fake;
    const saved = () => callsOf(fake, 'settingsSave').at(-1)?.[0] as Settings | undefined;
    await user.click(await screen.findByRole('checkbox', { name: /^Record the logs of starred/ }));
    expect(saved()?.logKeeping.record).toBe(false);
    await user.click(screen.getByRole('button', { name: '30 days' }));
    expect(saved()?.logKeeping.days).toBe(30);
    await user.click(screen.getByRole('button', { name: '6 hours' }));
    const question = within(await screen.findByRole('dialog'));
    expect(question.getByText(/production that are older than 6 hours are erased now/)).toBeVisible();
    expect(saved()?.logKeeping.productionHours).toBe(24);
    await user.click(question.getByRole('button', { name: 'Keep less' }));
    await waitFor(() => {
      expect(saved()?.logKeeping.productionHours).toBe(6);
    });
    expect(shell.get().settings.logKeeping).toEqual({
      record: false,
      days: 30,
      productionHours: 6,
      gibibytes: 2,
    });
  });
});
