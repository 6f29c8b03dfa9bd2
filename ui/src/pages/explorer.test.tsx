import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { callOf, forgetting, keptForm, listRows, missing, narrowed, typedOf } from '../app/explorer';
import type { ApiAnswer, ApiCall, ApiOperation, ApiOperationRow, ApiSent } from '../ipc';
import { shell } from '../app/shell';
import { failure } from '../ipc/fake/parts';
import { renderApp } from '../test/renderApp';

const parameter = {
  required: false,
  description: null,
  kind: 'string',
  choices: [],
  example: null,
  repeats: false,
};
const row: ApiOperationRow = {
  method: 'PUT',
  path: '/api/a/{key}/b/{subject}',
  summary: 'Gives access',
  tag: 'Access',
  deprecated: false,
  writes: true,
};
const operation: ApiOperation = {
  row,
  description: null,
  parameters: [
    { ...parameter, name: 'key', place: 'path', required: true },
    { ...parameter, name: 'subject', place: 'path', required: true },
    { ...parameter, name: 'level', place: 'query', repeats: true },
    { ...parameter, name: 'If-Match', place: 'header' },
  ],
  body: { required: true, json: true, example: '{}', fields: [], cut: false },
};
const answered: ApiAnswer = {
  status: 200,
  reason: null,
  headers: [],
  kind: 'empty',
  text: '',
  bytes: 0,
  cut: false,
  milliseconds: 3,
  requestId: null,
  requests: 1,
  leftThisHour: 900,
  leftThisMinute: 90,
};
const typed = {
  values: {
    'path key': 'shop',
    'path subject': 'a/b ..å',
    'query level': 'warn, error',
    'header If-Match': '"7"',
  },
  body: '{"role":"viewer"}',
};

describe('a form', () => {
  it('is a call, and a call is the form again', () => {
    const call = callOf(operation, typed);
    expect(call).toEqual({
      method: 'PUT',
      template: '/api/a/{key}/b/{subject}',
      path: '/api/a/shop/b/a%2Fb%20..%C3%A5',
      query: [
        ['level', 'warn'],
        ['level', 'error'],
      ],
      headers: [['If-Match', '"7"']],
      body: '{"role":"viewer"}',
    });
    expect(typedOf(operation, call)).toEqual(typed);
    expect(typedOf(operation, { ...call, body: null }).body).toBe('{}');
  });

  it('forgets its headers and its body, and keeps where it goes', () => {
    const values = { ...typed.values, 'header If-Match': undefined };
    expect(forgetting(operation, typed)).toEqual({ values, body: '{}' });
  });

  it('says what has to be there', () => {
    expect(missing(operation, { values: {}, body: '{}' })).toBe('key');
    expect(missing(operation, { ...typed, body: ' ' })).toBe('Body');
    expect(missing(operation, typed)).toBeNull();
  });
});

describe('the list', () => {
  it('is narrowed by every word, and keeps its tags', () => {
    const other = { ...row, method: 'GET', path: '/api/logs', summary: null, tag: null };
    expect(narrowed([row, other], 'ACCESS put')).toEqual([row]);
    expect(narrowed([row, other], ' ')).toHaveLength(2);
    expect(listRows([row, other])).toEqual([
      { heading: 'Access' },
      { operation: row },
      { heading: null },
      { operation: other },
    ]);
    expect(listRows([other])).toEqual([{ operation: other }]);
  });
});

describe('the explorer', () => {
  it('finds an operation, fills it in, sends it and shows the answer', async () => {
    const { user, calls } = await renderApp('/c/orders/api');
    await user.type(await screen.findByRole('searchbox', { name: 'Search operations' }), 'get one');
    expect(await screen.findByText('1 operation')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'GET /api/applications/{key}' }));
    const send = await screen.findByRole('button', { name: 'Send' });
    expect(send).toHaveAccessibleDescription('Fill in key first');
    await user.type(screen.getByRole('textbox', { name: 'key (required)' }), 'orders api');
    await user.click(screen.getByRole('button', { name: 'Send' }));
    const answer = within(await screen.findByRole('region', { name: 'Answer' }));
    expect(answer.getByText('200 OK')).toBeVisible();
    expect(answer.getByText('34 ms · 64 B')).toBeVisible();
    expect(answer.getByText('1 request · 957 left this hour, 86 this minute')).toBeVisible();
    expect(answer.getAllByText('req-7')[0]).toBeVisible();
    expect(answer.getByText('GET /api/applications/orders%20api')).toBeVisible();
    const sent = calls.filter(({ name }) => name === 'apiSend');
    expect(sent[0]?.args).toEqual([
      'orders',
      expect.objectContaining({ method: 'GET', path: '/api/applications/orders%20api', body: null }),
      null,
      expect.any(Number),
    ]);
    // What was sent fills the form again.
    await user.click(screen.getByRole('button', { name: 'Sent' }));
    await user.click(
      await screen.findByRole('button', { name: /^GET \/api\/applications\/orders%20api 200/ }),
    );
    expect(await screen.findByRole('textbox', { name: 'key (required)' })).toHaveValue('orders api');
  });

  it('says in the list of what was sent which was refused, and which one is open', async () => {
    const call = (template: string): ApiCall => ({
      method: 'GET',
      path: template.replace('{key}', 'a'),
      template,
      query: [],
      headers: [],
      body: null,
    });
    const sent = (template: string, status: number | null, at: string): ApiSent => ({
      at,
      call: call(template),
      writes: false,
      status,
      code: status === null ? 'offline' : null,
      milliseconds: 1,
    });
    const { user } = await renderApp('/c/orders/api', {
      answers: {
        apiHistory: () =>
          Promise.resolve([
            sent('/api/applications/{key}', 403, '2026-11-25T10:03:00Z'),
            sent('/api/applications/{key}', 200, '2026-11-25T10:02:00Z'),
            sent('/api/applications', 503, '2026-11-25T10:01:00Z'),
            sent('/api/users/me', null, '2026-11-25T10:00:00Z'),
          ]),
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Sent' }));
    const list = within(await screen.findByRole('list', { name: 'Sent' }));
    const rows = list.getAllByRole('button');
    const outcomes = rows.map((row) => [
      / ([^/]+) · /.exec(row.textContent)?.[1],
      row.querySelector('.shape')?.className,
    ]);
    expect(outcomes).toEqual([
      ['403 refused', 'shape warning'],
      ['200', undefined],
      ['503 failed', 'shape bad'],
      ['The instance cannot be reached', 'shape bad'],
    ]);
    expect(list.queryByRole('button', { current: true })).toBeNull();
    await user.click(rows[1] as HTMLElement);
    expect(await screen.findByRole('textbox', { name: 'key (required)' })).toHaveValue('a');
    expect(list.getAllByRole('button', { current: true })).toEqual([rows[1]]);
    await user.click(rows[0] as HTMLElement);
    expect(list.getAllByRole('button', { current: true })).toEqual([rows[0]]);
  });

  it('forgets what was typed into a write once it is done, and lets a refused one be mended', async () => {
    let status = 400;
    const { user, calls } = await renderApp(
      '/c/orders/api?operation=PUT+%2Fapi%2Fa%2F%7Bkey%7D%2Fb%2F%7Bsubject%7D',
      {
        answers: {
          apiOperation: () => Promise.resolve({ ...operation, body: null }),
          apiSend: () => Promise.resolve({ ...answered, status }),
        },
      },
    );
    await user.type(await screen.findByRole('textbox', { name: 'key (required)' }), 'shop');
    await user.type(screen.getByRole('textbox', { name: 'subject (required)' }), 'aino');
    const header = screen.getByRole('textbox', { name: 'If-Match' });
    await user.type(header, 'a typed secret');
    await user.click(screen.getByRole('button', { name: 'Send' }));
    expect(await screen.findByText('400')).toBeVisible();
    expect(header).toHaveValue('a typed secret');
    const view = shell.get().connections.find(({ id }) => id === 'orders') ?? null;
    const kept = keptForm(view, 'PUT /api/a/{key}/b/{subject}');
    expect(kept?.values).toEqual({ 'path key': 'shop', 'path subject': 'aino' });
    status = 204;
    await user.click(screen.getByRole('button', { name: 'Send' }));
    expect(await screen.findByText('204')).toBeVisible();
    expect(header).toHaveValue('');
    expect(screen.getByRole('textbox', { name: 'key (required)' })).toHaveValue('shop');
    const sent = calls.filter(({ name }) => name === 'apiSend').map(({ args }) => args[1]);
    const call = expect.objectContaining({ headers: [['If-Match', 'a typed secret']] }) as ApiCall;
    expect(sent).toEqual([call, call]);
  });

  it('copies a call as code, and nothing before it is whole', async () => {
    const { user, calls } = await renderApp('/c/orders/api?operation=GET+%2Fapi%2Fusers%2Fme');
    await user.click(await screen.findByRole('button', { name: 'Copy as' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Python (requests)' }));
    await waitFor(() => {
      const copied = calls.filter(({ name }) => name === 'callCopy');
      const call = expect.objectContaining({ path: '/api/users/me' }) as ApiCall;
      expect(copied.map(({ args }) => args)).toEqual([['orders', { kind: 'call', call }, 'python']]);
    });
  });

  it('shows a write to production first, and sends nothing that is taken back', async () => {
    const path = '/c/orders/api?operation=POST+%2Fapi%2Fapplications%2F%7Bkey%7D%2Fdeploy';
    const { user, calls } = await renderApp(path, {
      answers: {
        apiShow: () =>
          Promise.resolve({
            confirmation: 'shown',
            environment: { key: 'prod', name: 'PROD', production: true },
          }),
      },
    });
    await user.type(await screen.findByRole('textbox', { name: 'key (required)' }), 'shop');
    expect(screen.getByText('What may be in it')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Send' }));
    expect(await screen.findByText('POST /api/applications/shop/deploy writes to PROD in 3 s')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Take it back' }));
    expect(await screen.findByText('Taken back. Nothing was sent.')).toBeVisible();
    expect(calls.some(({ name }) => name === 'apiSend')).toBe(false);
  });

  it('calls off what is being sent, by its own number', async () => {
    let fail: (reason: Error) => void = () => undefined;
    const { user, calls } = await renderApp('/c/orders/api?operation=GET+%2Fapi%2Fusers%2Fme', {
      answers: {
        apiSend: () =>
          new Promise((_, refuse) => {
            fail = refuse;
          }),
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Send' }));
    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    const args = (wanted: string) => calls.find(({ name }) => name === wanted)?.args;
    expect(args('callOff')).toEqual([args('apiSend')?.[3]]);
    // What has left already is waited for, and that is said.
    expect(screen.getByText('It was sent already: its answer is waited for.')).toBeVisible();
    fail(failure('called_off') as unknown as Error);
    expect(await screen.findByText('Called off')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Cancel' })).not.toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Send' })).toBeEnabled();
  });

  it('says why nothing came, and where there is no document', async () => {
    const refused = failure('call_refused', { params: { reason: 'token' } });
    const { user } = await renderApp('/c/orders/api?operation=GET+%2Fapi%2Fusers%2Fme', {
      answers: {
        apiOperations: () =>
          Promise.reject(
            failure('not_offered', { params: { capability: 'description' } }) as unknown as Error,
          ),
        apiSend: () => Promise.reject(refused as unknown as Error),
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Send' }));
    expect(await screen.findByText('Not sent: it cannot be called like this')).toBeVisible();
    expect(screen.getAllByRole('alert')).toHaveLength(2);
  });
});

describe('what a page shows', () => {
  it('is copied as a command of the app’s own', async () => {
    const { user, calls } = await renderApp('/c/orders/environments');
    const row = await screen.findByRole('row', { name: /^test/ });
    await user.pointer({ keys: '[MouseRight]', target: within(row).getByRole('link', { name: 'test' }) });
    await user.click(await screen.findByRole('menuitem', { name: 'Copy as command' }));
    await waitFor(() => {
      expect(calls.find(({ name }) => name === 'commandCopy')?.args).toEqual([
        'orders',
        { kind: 'resource', resource: { kind: 'environment', environment: 'test' } },
      ]);
    });
  });

  it('is copied of a log with what it is narrowed to', async () => {
    const { user, calls } = await renderApp(
      '/c/orders/applications/checkout/dev/logs?q=refused&level=errors',
    );
    await user.click(await screen.findByRole('button', { name: 'More' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Copy as command' }));
    await waitFor(() => {
      expect(calls.find(({ name }) => name === 'commandCopy')?.args).toEqual([
        'orders',
        {
          kind: 'log',
          application: 'checkout',
          environment: 'dev',
          search: { text: 'refused', regex: false, levels: ['error'], from: null },
        },
      ]);
    });
  });

  it('is copied as curl from its row and from its header', async () => {
    const { user, calls } = await renderApp('/c/orders/environments');
    const row = await screen.findByRole('row', { name: /^test/ });
    await user.pointer({ keys: '[MouseRight]', target: within(row).getByRole('link', { name: 'test' }) });
    const menu = await screen.findByRole('menu');
    for (const words of ['Open', 'Open in a new window', 'Copy link']) expect(menu).toHaveTextContent(words);
    await user.click(await screen.findByRole('menuitem', { name: 'Copy as curl' }));
    await waitFor(() => {
      expect(calls.find(({ name }) => name === 'callCopy')?.args).toEqual([
        'orders',
        { kind: 'resource', resource: { kind: 'environment', environment: 'test' } },
        'curl',
      ]);
    });
  });
});
