import type { Commands } from '../ipc';
import type { ApiAnswer, ApiCall, ApiOperation, ApiOperationRow, ApiSent } from '../types';
import { failure, stage } from './parts';

type Explored = Pick<
  Commands,
  'apiOperations' | 'apiOperation' | 'apiShow' | 'apiSend' | 'apiHistory' | 'callCopy' | 'commandCopy'
>;

function row(method: string, path: string, tag: string, summary: string): ApiOperationRow {
  return { method, path, tag, summary, deprecated: false, writes: method !== 'GET' };
}

const rows: ApiOperationRow[] = [
  row('GET', '/api/applications', 'Applications', 'The applications.'),
  row('GET', '/api/applications/{key}', 'Applications', 'One application.'),
  row('DELETE', '/api/applications/{key}', 'Applications', 'Removes an application.'),
  row('POST', '/api/applications/{key}/deploy', 'Deployments', 'Deploys an image to an environment.'),
  row('GET', '/api/users/me', 'Access', 'Who the caller is.'),
];

function operation(found: ApiOperationRow): ApiOperation {
  const parameter = {
    required: false,
    description: null,
    kind: 'string',
    choices: [],
    example: null,
    repeats: false,
  };
  const inPath = found.path.includes('{key}');
  const deploys = found.path.endsWith('/deploy');
  return {
    row: found,
    description: null,
    parameters: [
      ...(inPath
        ? [{ ...parameter, name: 'key', place: 'path' as const, required: true, example: 'orders-api' }]
        : []),
      ...(found.path === '/api/applications'
        ? [{ ...parameter, name: 'pageSize', place: 'query' as const, kind: 'integer' }]
        : []),
      ...(deploys ? [{ ...parameter, name: 'Idempotency-Key', place: 'header' as const }] : []),
    ],
    body: deploys
      ? {
          required: true,
          json: true,
          example: '{\n  "environment": "dev"\n}',
          fields: [
            { path: 'environment', kind: 'string', required: true, description: 'Where.', choices: [] },
            {
              path: 'image',
              kind: 'string',
              required: false,
              description: 'What runs there then.',
              choices: [],
            },
          ],
          cut: false,
        }
      : null,
  };
}

/** An API that answers with what it was asked. */
export function explored(): Explored {
  const sent: ApiSent[] = [];
  const answerTo = (call: ApiCall): ApiAnswer => ({
    status: call.method === 'POST' ? 202 : 200,
    reason: call.method === 'POST' ? 'Accepted' : 'OK',
    headers: [
      ['content-type', 'application/json'],
      ['x-request-id', 'req-7'],
    ],
    kind: 'json',
    text: JSON.stringify({ asked: call.path, body: call.body }, null, 2),
    bytes: 64,
    cut: false,
    milliseconds: 34,
    requestId: 'req-7',
    requests: 1,
    leftThisHour: 957,
    leftThisMinute: 86,
  });
  return {
    apiOperations: () =>
      Promise.resolve({ title: 'Miso API', version: '0.1.0', operations: rows, leftOut: 0 }),
    apiOperation: (_, method, path) => {
      const found = rows.find((each) => each.method === method && each.path === path);
      return found
        ? Promise.resolve(operation(found))
        : Promise.reject(failure('not_found') as unknown as Error);
    },
    apiShow: (_, call) =>
      Promise.resolve(
        call.body?.includes('"prod"') === true ? { confirmation: 'shown', environment: stage('prod') } : null,
      ),
    apiSend: (_, call) => {
      const answer = answerTo(call);
      sent.unshift({
        at: new Date().toISOString(),
        call: { ...call, headers: [], body: null },
        writes: call.method !== 'GET',
        status: answer.status,
        code: null,
        milliseconds: answer.milliseconds,
      });
      return Promise.resolve(answer);
    },
    apiHistory: () => Promise.resolve([...sent]),
    callCopy: () => Promise.resolve(null),
    commandCopy: () => Promise.resolve(null),
  };
}
