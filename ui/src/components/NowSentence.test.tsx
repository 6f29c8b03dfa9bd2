import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import '../i18n/i18n';
import type { EnvironmentEntry, Health } from '../ipc';
import { applications, before, deployments } from '../ipc/fake/data';
import { NowSentence } from './NowSentence';

const MINUTE = 60_000;
const model = applications[0]?.environments[0];

function entry(health: string, minutes: number): EnvironmentEntry {
  if (!model) throw new Error('no entry');
  return { ...model, health, healthSince: before(minutes * MINUTE), healthMessage: 'words of the entry' };
}

function probed(status: string, history: Health['history']): Health {
  return { status, checkedAt: null, latencyMs: null, checks: [], history };
}

describe('the sentence of Now', () => {
  it('tells since when from the entry while it speaks of the same health', () => {
    render(
      <NowSentence
        connection="orders"
        entry={entry('degraded', 30)}
        state="warning"
        health={probed('degraded', [{ at: before(29 * MINUTE), status: 'degraded', message: null }])}
        last={undefined}
      />,
    );
    expect(screen.getByRole('heading')).toHaveTextContent('Degraded for 30 min.');
    expect(screen.getByText('words of the entry')).toBeVisible();
  });

  it('tells it from the history where the entry still speaks of another', () => {
    render(
      <NowSentence
        connection="orders"
        entry={entry('healthy', 600)}
        state="well"
        health={probed('unhealthy', [
          { at: before(700 * MINUTE), status: 'healthy', message: null },
          { at: before(2 * MINUTE), status: 'unhealthy', message: 'refused' },
        ])}
        last={undefined}
      />,
    );
    expect(screen.getByRole('heading')).toHaveTextContent('Unhealthy for 2 min.');
    expect(screen.getByText('refused')).toBeVisible();
    expect(screen.queryByText('words of the entry')).toBeNull();
  });

  it('says no time where nobody tells it of this health', () => {
    render(
      <NowSentence
        connection="orders"
        entry={entry('unhealthy', 600)}
        state="bad"
        health={probed('healthy', [{ at: before(700 * MINUTE), status: 'unhealthy', message: null }])}
        last={undefined}
      />,
    );
    expect(screen.getByRole('heading')).toHaveTextContent('All is well.');
    expect(screen.queryByText(/for/)).toBeNull();
  });

  it('says in a sentence which check fails, and after which change, which leads to it', () => {
    const [model] = deployments;
    if (!model) throw new Error('no deployment');
    const last = {
      ...model,
      status: 'completed',
      previousImage: 'shop:1.9',
      image: 'shop:2.0',
      completedAt: before(5 * MINUTE),
    };
    const health = probed('unhealthy', []);
    health.checks = [{ name: 'db', status: 'unhealthy', message: 'connect refused', latencyMs: null }];
    const sick = { ...entry('unhealthy', 4), environment: 'dev' };
    render(<NowSentence connection="orders" entry={sick} state="bad" health={health} last={last} />);
    expect(screen.getByRole('heading')).toHaveTextContent(
      'Unhealthy for 4 min: check db fails: connect refused.',
    );
    expect(screen.getByText(/^Began 1 min after/)).toHaveTextContent('after 1.9 → 2.0.');
    expect(screen.getByRole('link', { name: /^1\.9\s*→\s*2\.0$/ })).toHaveAttribute(
      'href',
      expect.stringContaining(`deploy=${encodeURIComponent(last.id)}`),
    );
  });

  it('never says that something lasts 0 s', () => {
    render(
      <NowSentence
        connection="orders"
        entry={entry('healthy', 0)}
        state="well"
        health={undefined}
        last={undefined}
      />,
    );
    expect(screen.getByRole('heading')).toHaveTextContent('Healthy for 1 s.');
    // A good day is said once.
    expect(screen.getAllByText(/healthy|well/i)).toHaveLength(1);
  });

  it('does not call well what is being deployed or has just failed', () => {
    const [model] = deployments;
    if (!model) throw new Error('no deployment');
    const last = { ...model, image: 'shop:2.0', error: 'no such table', completedAt: before(5000) };
    const shown = (status: string) => (
      <NowSentence
        connection="orders"
        entry={entry('healthy', 30)}
        state="well"
        health={probed('healthy', [])}
        last={{ ...last, status, progress: 40 }}
      />
    );
    const { rerender } = render(shown('running'));
    expect(screen.getByRole('heading')).toHaveTextContent('Deploying shop:2.0: 40 %.');
    rerender(shown('failed'));
    expect(screen.getByRole('heading')).toHaveTextContent(
      /^orders-api:1\.4\.1 runs well\. shop:2\.0 failed [45] s ago\.$/,
    );
    expect(screen.getByText('no such table')).toBeVisible();
  });
});
