import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { deployments } from '../ipc/fake/data';
import { failure } from '../ipc/fake/parts';
import { renderApp } from '../test/renderApp';
import { errorWords } from './Problem';

const NOW = '/c/orders/applications/orders-api/prod';
const underWay = deployments.find(({ status }) => status === 'running');
const LIVE = `/c/orders/applications/invoices/test?deploy=${underWay?.id ?? ''}`;
const lacking = { answers: { connectionLacks: () => Promise.resolve(['applicationLog' as const]) } };

describe('an instance that has no log of an application', () => {
  it('has no way to it on the page of the application', async () => {
    await renderApp(NOW, lacking);
    expect(await screen.findByRole('slider')).toBeVisible();
    await waitFor(() => {
      expect(screen.queryByRole('link', { name: 'Open in Logs' })).toBeNull();
      expect(screen.queryByRole('link', { name: 'New in the log since' })).toBeNull();
    });
  });

  it('has none beside a deployment', async () => {
    await renderApp(LIVE, lacking);
    expect(await screen.findByRole('list', { name: 'Steps' })).toBeVisible();
    await waitFor(() => {
      expect(screen.queryByRole('button', { name: 'See the log' })).toBeNull();
    });
  });
});

describe('an instance that has one', () => {
  it('has the ways to it', async () => {
    await renderApp(NOW);
    expect(await screen.findByRole('link', { name: 'Open in Logs' })).toBeVisible();
    expect((await screen.findAllByRole('link', { name: 'New in the log since' })).length).toBeGreaterThan(0);
  });

  it('has the way to it beside a deployment', async () => {
    await renderApp(LIVE);
    expect(await screen.findByRole('button', { name: 'See the log' })).toBeVisible();
  });
});

describe('what is not offered', () => {
  it('is not in the API, where that is v1', () => {
    const words = (params: Record<string, string>) => errorWords(failure('not_offered', { params }));
    expect(words({ capability: 'applicationLog' }).title).toBe('This instance does not offer that');
    expect(words({ capability: 'applicationLog', speaks: 'v1' })).toEqual({
      title: "Not in this instance's API",
      text: 'v1 has no call for it: the log of an application.',
    });
  });
});
