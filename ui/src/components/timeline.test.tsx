import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { createFake } from '../ipc/fake/fake';
import { failure } from '../ipc/fake/parts';
import type { Timeline } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';

// Nothing is painted here: what a chart is given is what is looked at.
const charts = vi.hoisted(() => [] as { data: unknown[]; options: { series: unknown[] } }[]);
vi.mock('uplot', () => ({
  default: class {
    static paths = {};
    cursor = {};
    data: unknown[];
    over = document.createElement('div');
    constructor(options: { series: unknown[] }, data: unknown[]) {
      this.data = data;
      charts.push({ data, options });
    }
    setData(data: unknown[]) {
      this.data = data;
      const own = charts.at(-1);
      if (own) own.data = data;
    }
    batch(change: () => void) {
      change();
    }
    setScale() {}
    setSize() {}
    setCursor() {}
    redraw() {}
    destroy() {}
    valToPos() {
      return 0;
    }
  },
}));

const PROD = '/c/orders/applications/orders-api/prod';
const reading = <T,>(value: T) => ({
  value,
  asOf: new Date().toISOString(),
  source: 'live' as const,
  failure: null,
});

async function lineOf(change: Partial<Timeline>): Promise<Timeline> {
  const made = await createFake().commands.timeline('orders', 'orders-api', 'prod', 'quarterHour');
  return { ...made.value, ...change };
}

describe('the timeline', () => {
  it('opens on what is not well, with the log since then', async () => {
    const fake = await renderApp(PROD);
    const line = within(await screen.findByRole('region', { name: 'Timeline' }));
    expect(await line.findByRole('slider')).toHaveAttribute(
      'aria-valuetext',
      expect.stringMatching(/^now, health unhealthy, Log errors \d+, Failed requests \d+ %, Response /),
    );
    expect(line.getByRole('button', { name: '15 min' })).toHaveAttribute('aria-pressed', 'true');
    expect(await screen.findByRole('heading', { name: /^\d\d:\d\d:\d\d – now$/ })).toBeVisible();
    const [search] = callsOf(fake, 'logSearch');
    const { value } = await fake.commands.health('orders', 'orders-api', 'prod');
    expect(search?.[3]).toMatchObject({ text: '', to: null, levels: [] });
    const since = value.history.at(-1)?.at ?? '';
    expect(Date.parse((search?.[3] as { from: string }).from)).toBe(Date.parse(since));
  });

  it('is walked and picked by keys, and the log follows', async () => {
    const fake = await renderApp(PROD);
    const slider = await screen.findByRole('slider', { name: 'What happened' });
    slider.focus();
    await fake.user.keyboard('{Home}');
    expect(slider).toHaveAttribute('aria-valuetext', expect.stringContaining('deployment 1.3.9 → 1.4.0'));
    await fake.user.keyboard('{ArrowRight}');
    expect(slider).toHaveAttribute('aria-valuetext', expect.stringContaining('configuration'));
    await fake.user.keyboard('{Enter}');
    expect(await screen.findByRole('heading', { name: /^\d\d:\d\d:\d\d – \d\d:\d\d:\d\d$/ })).toBeVisible();
    await vi.waitFor(() => {
      expect(callsOf(fake, 'logSearch').at(-1)?.[3]).toMatchObject({ to: expect.any(String) as string });
    });
    await fake.user.keyboard('{Escape}{Escape}');
    expect(await screen.findByRole('heading', { name: 'Log' })).toBeVisible();
    // With nothing picked and nothing pointed at, there is nothing left to give up.
    expect(slider).toHaveAttribute('aria-valuetext', expect.stringMatching(/^now,/));
  });

  it('comes closer by keys and by the wheel, and goes back to the whole', async () => {
    const { user } = await renderApp(PROD);
    const slider = await screen.findByRole('slider');
    const length = () =>
      Number(slider.getAttribute('aria-valuemax')) - Number(slider.getAttribute('aria-valuemin'));
    const whole = length();
    slider.focus();
    await user.keyboard('+');
    expect(length()).toBeCloseTo(whole / 2, -2);
    fireEvent.wheel(slider, { ctrlKey: true, deltaY: -100 });
    expect(length()).toBeLessThan(whole / 2);
    await user.click(screen.getByRole('button', { name: 'Zoom out' }));
    expect(length()).toBe(whole);
  });

  it('is a table too, with every change in its row', async () => {
    const { user } = await renderApp(PROD);
    await user.click(await screen.findByRole('button', { name: 'Table' }));
    const table = within(await screen.findByRole('table', { name: 'Timeline' }));
    const columns = table.getAllByRole('columnheader').map((each) => each.textContent);
    expect(columns).toEqual([
      'Time',
      'Health',
      'Log errors',
      'Failed requests',
      'p50',
      'p95',
      'Requests',
      'CPU',
      'Memory',
      'Changes',
    ]);
    expect(table.getByRole('cell', { name: 'deployment 1.3.9 → 1.4.0 · done · by developer' })).toBeVisible();
    expect(table.getAllByRole('cell', { name: /MiB$/ }).length).toBeGreaterThan(5);
  });

  it('draws a chart for each band, both response times in one', async () => {
    charts.length = 0;
    const { user } = await renderApp(PROD);
    await user.click(await screen.findByRole('button', { name: 'Charts' }));
    await screen.findByText('p95');
    await vi.waitFor(() => {
      expect(charts).toHaveLength(6);
    });
    expect(charts.map(({ options }) => options.series.length)).toEqual([2, 2, 3, 2, 2, 2]);
    const [times, values] = charts.at(-1)?.data as [number[], (number | null)[]];
    expect(values).toHaveLength(times.length);
    expect(values).toContain(null);
  });

  it('shows all environments with their last day and how they are probed', async () => {
    const { user } = await renderApp(PROD);
    await user.click(await screen.findByRole('button', { name: 'Environments' }));
    const table = within(await screen.findByRole('table', { name: 'Environments' }));
    const row = table.getByRole('row', { name: /^PROD unhealthy 6 min/ });
    expect(row).toHaveTextContent(/healthy, \d\d:\d\d unhealthyevery 30 s at \/health$/);
    expect(table.getAllByRole('row')).toHaveLength(4);
  });

  it('says what is not known and why, and shows the rest', async () => {
    const line = await lineOf({
      series: [],
      times: [],
      metricsFailure: failure('not_offered', { params: { capability: 'metrics' } }),
      eventsFailure: failure('not_offered', { params: { capability: 'events' } }),
      health: [{ from: new Date().toISOString(), to: null, status: 'unknown', message: null }],
    });
    const { user } = await renderApp(PROD, { answers: { timeline: () => Promise.resolve(reading(line)) } });
    expect(await screen.findByText(/^What was measured is not known: /)).toBeVisible();
    expect(screen.getByText('Of what changed, deployments alone are known here.')).toBeVisible();
    expect(screen.getByRole('slider')).toHaveAttribute('aria-valuetext', 'now, health unknown');
    // Where nothing was measured there is nothing to draw.
    await user.click(screen.getByRole('button', { name: 'Charts' }));
    expect(screen.queryByRole('figure')).toBeNull();
  });

  it('draws no mark of an instance that started, and one of an instance that ended', async () => {
    const to = Date.now();
    const instance = (minutes: number, summary: string) => ({
      at: new Date(to - minutes * 60_000).toISOString(),
      ends: null,
      what: { kind: 'instance' as const, count: 1 },
      by: null,
      summary,
    });
    const started = instance(8, 'orders-api-1 in prod: started with orders-api:1.4.0');
    const ended = instance(4, 'orders-api-1 in prod: ended with exit code 1');
    const line = await lineOf({
      from: new Date(to - 900_000).toISOString(),
      to: new Date(to).toISOString(),
      marks: [started, ended],
      moments: [started.at, ended.at],
      unwellFrom: null,
    });
    const { user } = await renderApp(PROD, { answers: { timeline: () => Promise.resolve(reading(line)) } });
    const slider = await screen.findByRole('slider');
    expect(document.querySelectorAll('[data-kind="instance"]')).toHaveLength(1);
    slider.focus();
    await user.keyboard('{Home}');
    expect(slider).toHaveAttribute(
      'aria-valuetext',
      expect.stringContaining('instance started · orders-api-1'),
    );
    await user.keyboard('{ArrowRight}');
    expect(slider).toHaveAttribute(
      'aria-valuetext',
      expect.stringContaining('instance ended · orders-api-1'),
    );
  });

  it('says how old what was measured is, once it is old', async () => {
    const line = await lineOf({ measuredAt: new Date(Date.now() - 360_000).toISOString() });
    await renderApp(PROD, { answers: { timeline: () => Promise.resolve(reading(line)) } });
    expect(await screen.findByText('Measured 6 min ago.')).toBeVisible();
  });

  it('says that nothing was measured, where that is all', async () => {
    const made = await lineOf({});
    const series = made.series.map((each) => ({
      ...each,
      values: each.values.map(() => null),
      latest: null,
      largest: null,
      total: null,
    }));
    const line = { ...made, series };
    await renderApp(PROD, { answers: { timeline: () => Promise.resolve(reading(line)) } });
    expect(await screen.findByText('Nothing was measured in this time.')).toBeVisible();
  });
});
