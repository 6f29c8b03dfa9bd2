// The page over invented data, for looking at it in a plain browser:
// fake.html?welcome, ?theme=dark, ?source=offline, ?delay=2000, ?lines=5000000, ?many=1000, ?configured,
// ?may=access:update,…, ?gaps, ?language=fi
import { start } from '../../app/start';
import { replaceIpc } from '../ipc';
import type { Language, Theme } from '../types';
import { applications, configuration } from './data';
import { createFake } from './fake';

const asked = new URLSearchParams(location.search);
// The router reads on where a hash ends: what was asked for must not stand behind it.
history.replaceState(history.state, '', `${location.pathname}${location.hash}`);
const many = Number(asked.get('many') ?? 0);
const number = (name: string) => (asked.has(name) ? { [name]: Number(asked.get(name)) } : {});

const someGaps = (end: number) => {
  const gap = (at: number, seconds: number, requests: number | null) => ({
    id: String(at),
    at,
    from: new Date(Date.now() - (seconds + 209) * 1000).toISOString(),
    to: new Date(Date.now() - seconds * 1000).toISOString(),
    cost: requests === null ? null : { requests, orMore: false },
  });
  return [gap(end - 20, 200, 3), gap(end - 9, 90, null), { ...gap(end - 14, 120, 1), from: null }];
};

replaceIpc(
  createFake({
    signedIn: !asked.has('welcome'),
    settings: {
      theme: (asked.get('theme') ?? 'system') as Theme,
      language: (asked.get('language') ?? 'system') as Language,
      sidebarCollapsed: asked.has('collapsed'),
    },
    source: (asked.get('source') ?? 'live') as 'live',
    ...(asked.has('may') ? { permissions: (asked.get('may') ?? '').split(',') } : {}),
    ...(asked.has('gaps') ? { gaps: someGaps(100_000) } : {}),
    ...number('lines'),
    ...number('listed'),
    ...number('delay'),
    ...number('step'),
    ...(many > 0
      ? {
          applications: Array.from({ length: many }, (_, at) => {
            const model = applications[at % applications.length] ?? applications[0];
            return {
              ...structuredClone(model),
              key: `${model?.key ?? ''}-${String(at)}`,
            } as (typeof applications)[0];
          }),
        }
      : {}),
    ...(asked.has('configured')
      ? { applications: applications.map((each) => ({ ...each, configuration })) }
      : {}),
    ...(asked.has('empty') ? { applications: [], deployments: [] } : {}),
  }),
);
// What Tauri does to every page.
Object.freeze(Object.prototype);
await start();
