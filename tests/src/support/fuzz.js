// The body of an asynchronous WebDriver script: calls one command of the app, as a page would, with arguments of
// hostile kinds, and says what came of it.
const [command, parameters, count, seed, known, done] = arguments;

/** A call that has said nothing by now hangs. */
const LIMIT = 60_000;
const AT_A_TIME = 12;

// mulberry32: the same calls for the same seed.
let state = seed >>> 0;
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
};
const below = (limit) => Math.floor(random() * limit);
const pick = (list) => list[below(list.length)];
const chance = (share) => random() < share;

/** A number that JavaScript has no value for, where the engine can write one. */
const raw = (text) => (typeof JSON.rawJSON === 'function' ? JSON.rawJSON(text) : Number.MAX_VALUE);

const NUMBERS = [
  0, -0, -1, 1, 1.5, 1e-320, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 + 2, -(2 ** 63),
  raw('1e400'), raw('-1e400'), raw('123456789012345678901234567890'),
];
const TEXTS = [
  '', ' ', '\0', 'a\0b', '\ud800', '\udfff\ud800', '\u202egnp.exe', 'a\u200bb', '\ufeff', '\r\nSet-Cookie: a=b', '\x1b]8;;x\x07',
  '../../../etc/passwd', '..\\..\\win.ini', '/etc/passwd', 'CON', 'NUL.txt', '.', '..', '%2e%2e%2f', '%00', '%', 'a/b', 'a?b#c', '~',
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'true', 'NaN', '{"a":1}', '[]', "' or 1=1 --", '"; drop table sent',
  '<script>window.ran=1</script>', 'javascript:alert(1)', 'file:///etc/passwd', 'http://127.0.0.1:1/', 'http://[::1', 'https://',
  'http://user:pass@127.0.0.1:1/', 'data:text/html,x', 'tauri://localhost/', 'ipc://localhost/app_start', '=1+1', '@x', 'Å'.repeat(300),
  '👩‍💻'.repeat(500), 'a'.repeat(255), 'a'.repeat(256), 'a'.repeat(65_536), '/'.repeat(5_000), '\\'.repeat(5_000),
];

const anyText = () => {
  if (chance(0.6)) return pick(TEXTS);
  if (chance(0.02)) return 'x'.repeat(2 ** 20);
  return Array.from({ length: below(40) }, () => String.fromCharCode(below(chance(0.5) ? 128 : 65_536))).join('');
};
const nested = (depth) => {
  let value = 1;
  for (let at = 0; at < depth; at += 1) value = chance(0.5) ? [value] : { a: value };
  return value;
};
const strange = () =>
  pick([
    () => JSON.parse('{"__proto__": {"code": "x"}, "constructor": {"prototype": 1}}'),
    () => Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`${anyText().slice(0, 20)}${String(at)}`, at])),
    () => nested(pick([5, 100, 200, 3_000])),
    () => Array.from({ length: below(300) }, () => below(9)),
    () => ({ code: 'ok', value: null }),
    () => new Uint8Array(below(300)),
    () => new Map([[anyText(), anyText()]]),
    () => new Date(0),
  ])();
const anything = () =>
  pick([() => null, () => undefined, () => chance(0.5), () => pick(NUMBERS), anyText, strange])();

const stranger = () => Array.from({ length: 12 }, () => below(16).toString(16)).join('');
const uuid = () => crypto.randomUUID();
const application = () => (chance(0.7) ? pick(known.applications) : 'no-such-application');
const environment = () => pick(['dev', 'dev', 'dev', 'test', 'pro', 'prod', 'nowhere']);
const image = () => pick([null, 'miso/no-such:9', 'nginx:latest', 'a:b:c', `${'x/'.repeat(200)}y:1`]);
const range = () => pick(['quarterHour', 'hour', 'sixHours', 'day', 'week']);
const resource = () =>
  pick([
    () => ({ kind: pick(['applications', 'environments', 'me', 'accessRequests']) }),
    () => ({ kind: 'access', application: application() }),
    () => ({ kind: 'configuration', application: application(), environment: chance(0.3) ? null : environment() }),
    () => ({ kind: 'application', application: application() }),
    () => ({ kind: 'environment', environment: environment() }),
    () => ({ kind: 'deployments', application: chance(0.5) ? null : application() }),
    () => ({ kind: 'deployment', id: uuid() }),
    () => ({ kind: pick(['health', 'healthHistory', 'permissions']), application: application(), environment: environment() }),
    () => ({ kind: pick(['metrics', 'events']), application: application(), environment: environment(), range: range() }),
  ])();

const role = () => pick(['viewer', 'developer', 'admin', anyText()]);
const environments = () => Array.from({ length: below(3) }, environment);
const item = () => ({
  name: chance(0.7) ? pick(['LEVEL', 'PASSWORD']) : anyText(),
  value: chance(0.3) ? null : anyText(),
  location: pick(['variable', 'keyvault', anyText()]),
  required: chance(0.5),
  isSet: pick([null, true, false]),
  ...(chance(0.3) ? { portalInput: anything() } : {}),
});
const items = () =>
  Array.from({ length: below(3) }, () => ({
    ...item(),
    held: chance(0.7) ? null : uuid(),
    portalInput: chance(0.7) ? null : { label: anyText() },
  }));
const differences = () =>
  items().map((each) => ({
    name: each.name,
    kind: pick(['added', 'changed', 'removed']),
    before: chance(0.3) ? null : each,
    after: chance(0.3) ? null : { ...each, value: anyText() },
    parts: chance(0.5) ? [] : ['value', pick(['secret', 'location', 'required', 'input'])],
  }));
const manifest = () => (chance(0.5) ? plainManifest() : oddManifest());
const plainManifest = () => ({
  key: pick([pick(known.applications), `fuzzed-${below(100_000)}`]),
  displayName: 'Fuzzed',
  type: 'external',
});
const oddManifest = () => ({
  key: pick([application(), anyText()]),
  displayName: anyText(),
  type: pick(['external', 'webapp', anyText()]),
  ...(chance(0.5) ? { image: image(), port: below(70_000) } : {}),
  ...(chance(0.3) ? { configuration: Array.from({ length: below(3) }, item) } : {}),
});

const apiCall = () => ({
  method: pick(['GET', 'GET', 'HEAD', 'OPTIONS', 'TRACE', 'PATCH', anyText()]),
  template: '/api/applications/{key}',
  path: pick([
    '/api/applications',
    `/api/applications/${application()}`,
    '/api/users/me',
    '/auth/token',
    '//127.0.0.1:1/',
    '/api/../auth/token',
    `/api/${encodeURIComponent(pick(['a b', '..', 'Å']))}`,
    anyText(),
  ]),
  query: Array.from({ length: below(3) }, () => [pick(['page', 'environment', anyText()]), anyText().slice(0, 200)]),
  headers: chance(0.7) ? [] : [[pick(['If-Match', 'Authorization', 'Host', anyText()]), anyText().slice(0, 200)]],
  body: chance(0.7) ? null : pick(['{}', '[', anyText()]),
});

const stage = () => ({ key: environment(), name: anyText(), production: chance(0.3) });
const choice = () => ({
  promotion: {
    application: application(),
    from: stage(),
    state: 'well',
    to: stage(),
    before: image(),
    after: image() ?? 'a:1',
    deployment: pick([null, uuid()]),
    items: pick([null, [{ name: 'LEVEL', kind: 'differs', before: anyText(), after: anyText(), required: false, chosen: true }]]),
    equal: below(10),
    unreadable: null,
    access: null,
    comparable: false,
    namesItems: true,
    longestNote: 1000,
    findings: [],
    refusal: null,
  },
  items: ['LEVEL'],
  secrets: {},
  access: [],
  note: null,
});

const way = () => ({
  network: {
    proxy: pick([
      { kind: 'system' },
      { kind: 'none' },
      { kind: 'through', url: 'http://127.0.0.1:1' },
      { kind: 'through', url: 'socks5://127.0.0.1:1', except: anyText().slice(0, 200) },
    ]),
    authorities: chance(0.8) ? [] : [pick(['/etc/passwd', '/', '/dev/zero', '/proc/self/environ', anyText()])],
  },
  signIn: {
    issuer: chance(0.5) ? null : 'http://127.0.0.1:1/',
    clientId: 'miso-desktop',
    scopes: chance(0.5) ? ['api'] : [anyText()],
    redirectHost: '127.0.0.1',
    prompt: pick([null, 'login', 'consent']),
  },
});
const elsewhere = () => pick(['http://127.0.0.1:1/', 'http://127.0.0.1:2/x/', 'https://instance.invalid/']);
const offer = () => ({
  name: chance(0.5) ? 'Fuzzed' : anyText(),
  url: elsewhere(),
  hue: pick([null, 'plum']),
  production: chance(0.5),
  readOnly: chance(0.5),
  way: way(),
  known: null,
});

/** What a page might say, by the parameter's type and name. */
const sensible = ([name, type]) => {
  // Most have no access yet that could be seen.
  if (name === 'seen' && type.endsWith(' | null') && chance(0.8)) return null;
  // Searches, and logs shown as one, are numbered from the first on, and only the last ones go on.
  if (['search', 'set', 'file'].includes(name) && type === 'number' && chance(0.8)) return below(80);
  if (type.endsWith(' | null')) return chance(0.3) ? null : sensible([name, type.slice(0, -' | null'.length)]);
  switch (type) {
    case 'ConnectionId':
      return known.connection !== null && chance(0.7) ? known.connection : stranger();
    case 'boolean':
      return chance(0.5);
    case 'number':
      return below(5_000);
    case 'number[]':
      return Array.from({ length: below(5) }, () => below(5_000));
    case 'Settings':
      if (chance(0.4)) return { theme: pick(['system', 'light', 'dark']) };
      return {
        theme: pick(['system', 'light', 'dark']),
        sidebarCollapsed: false,
        quiet: chance(0.5),
        typeToDeploy: false,
        looked: [],
        starred: Array.from({ length: below(3) }, () => ({ connection: stranger(), application: anyText().slice(0, 300) })),
        views: [{ connection: stranger(), name: anyText().slice(0, 60), list: '?q=x', columns: ['type'] }],
        columns: [{ connection: stranger(), columns: [anyText().slice(0, 60)] }],
        logColumns: [{ connection: stranger(), application: anyText().slice(0, 60), fields: [anyText().slice(0, 60)] }],
        logWrap: chance(0.5),
        logKeeping: {
          record: chance(0.5),
          days: below(100),
          productionHours: below(100),
          gibibytes: pick([0, 2, 4_294_967_295]),
        },
      };
    case 'WantedImage':
      return chance(0.5)
        ? { kind: 'image', image: image() ?? anyText() }
        : { kind: 'tag', repository: pick(['miso/no-such', anyText()]), tag: anyText() };
    case 'ConnectionEdit':
      return {
        name: chance(0.5) ? 'Fuzzed' : anyText(),
        hue: pick(['indigo', 'plum', 'red']),
        production: chance(0.5),
        readOnly: false,
      };
    case 'ConnectionWay':
      return way();
    case 'ConnectionOffer[]':
      return Array.from({ length: below(3) }, offer);
    case 'InstanceFound':
      return { url: elsewhere(), issuer: 'http://127.0.0.1:1', scopesLeftOut: [] };
    case 'PlannedDeployment[]':
      return Array.from({ length: below(3) }, () => ({
        application: application(),
        request: sensible(['request', 'DeployRequest']),
      }));
    case 'DeployRequest':
      return {
        environment: environment(),
        image: chance(0.2) ? null : image(),
        note: chance(0.5) ? null : anyText(),
        from: chance(0.7) ? null : { deploymentId: anyText(), as: pick(['rollback', 'promotion', anyText()]) },
        configuration: chance(0.7) ? null : [{ name: anyText(), value: anyText() }],
        dryRun: pick([null, true, false]),
      };
    case 'PromotionChoice':
      return choice();
    case 'PromotionChoice[]':
      return Array.from({ length: below(3) }, choice);
    case 'AccessGrant':
      if (chance(0.5)) return { subjectType: 'user', role: 'viewer', environments: ['dev'] };
      return { subjectType: pick(['user', 'group']), role: role(), environments: environments() };
    case 'AccessEntry':
      return { subject: anyText(), subjectType: pick(['user', 'group']), role: role(), environments: environments() };
    case 'LogQuery':
      return {
        text: chance(0.2) ? '' : anyText(),
        regex: chance(0.5),
        levels: chance(0.5) ? [] : [pick(['info', 'error', anyText()])],
        from: null,
        to: chance(0.8) ? null : '2026-11-25T00:00:00Z',
        fields: chance(0.8) ? [] : [{ name: anyText().slice(0, 60), value: chance(0.5) ? null : anyText() }],
      };
    case 'LogName[]':
      return Array.from({ length: below(chance(0.9) ? 4 : 40) }, () => ({
        application: application(),
        environment: environment(),
      }));
    case 'LogPart':
      return { query: null, from: chance(0.5) ? null : below(100), to: null, form: pick(['text', 'csv']) };
    case 'ZoomStep':
      // The test goes on clicking on the page.
      return 'reset';
    case 'MatchStep':
      return pick(['here', 'next', 'previous']);
    case 'AccessWish':
      return {
        applicationKey: application(),
        role: role(),
        environments: environments(),
        reason: chance(0.5) ? null : anyText(),
      };
    case 'AccessDecision':
      return { decision: pick(['approved', 'denied']), note: chance(0.5) ? null : anyText() };
    case 'ConfigurationItem[]':
      return Array.from({ length: below(4) }, item);
    case 'EditedItem[]':
      return items();
    case 'ItemDifference[]':
      return differences();
    case 'MergedItems': {
      const conflicts = differences().map(({ name, before, after }) => ({ name, was: null, yours: before, theirs: after }));
      return { items: items(), conflicts, taken: [] };
    }
    case 'ExportFormat':
      return pick(['dotenv', 'json']);
    case 'string[]':
      return Array.from({ length: below(3) }, uuid);
    case 'Value':
      return manifest();
    case 'ApiCall':
      return apiCall();
    case 'CopiedCall':
      return chance(0.5) ? { kind: 'call', call: apiCall() } : { kind: 'resource', resource: resource() };
    case 'CopiedCommand':
      return pick([
        () => ({ kind: 'call', call: apiCall() }),
        () => ({ kind: 'resource', resource: resource() }),
        () => ({
          kind: 'log',
          application: application(),
          environment: environment(),
          search: { text: anyText(), regex: chance(0.5), levels: pick([[], ['error'], [anyText()]]), from: null },
        }),
      ])();
    case 'ApiLanguage':
      return pick(['curl', 'javaScript', 'python', 'cSharp', 'java', 'rust']);
    case 'Resource':
      return resource();
    case 'TimeRange':
      return range();
    case 'FleetQuery':
      return {
        search: chance(0.3) ? '' : anyText(),
        status: pick([null, 'error', 'deploying', anyText()]),
        environment: chance(0.5) ? null : environment(),
        sort: chance(0.5) ? null : { by: pick(['key', 'type']), descending: chance(0.5) },
      };
    case 'BatchAct':
      return pick([{ kind: 'restart' }, { kind: 'deploy', tag: anyText().slice(0, 100) }]);
    case 'BatchOrder[]':
      return Array.from({ length: below(3) }, () => ({ application: application(), image: image() }));
    default:
      break;
  }
  if (type.startsWith('Channel<')) return `__CHANNEL__:${String(below(2 ** 31))}`;
  switch (name) {
    case 'application':
      return application();
    case 'applications':
      return Array.from({ length: below(20) }, application);
    case 'manifest':
      return manifest();
    case 'sides':
      return { LEVEL: pick(['yours', 'theirs']), PASSWORD: 'yours' };
    case 'choices':
      return { key: pick(['mine', 'theirs', anyText()]) };
    case 'environment':
      return environment();
    case 'image':
      return image();
    case 'subject':
      return chance(0.5) ? 'developer' : anyText();
    case 'written':
      return '2026-11-26T00:00:00Z';
    case 'from':
      return chance(0.9) ? '2026-01-01T00:00:00Z' : anyText();
    case 'to':
      return chance(0.9) ? '2026-01-01T00:05:00Z' : anyText();
    case 'since':
    case 'until':
    case 'time':
      return pick(['2026-01-01T00:00:00Z', anyText()]);
    case 'version':
      return chance(0.5) ? '"1"' : anyText();
    case 'sides':
      return { LEVEL: pick(['yours', 'theirs']), [anyText().slice(0, 20)]: 'yours' };
    case 'text':
      return chance(0.5) ? `LEVEL=${anyText()}\n${anyText()}` : JSON.stringify({ PASSWORD: anyText(), [anyText()]: anything() });
    case 'secret':
      return anyText();
    case 'fields':
      return Object.fromEntries(Array.from({ length: below(4) }, () => [pick(['tag', 'note', anyText()]), anyText()]));
    case 'file':
      return JSON.stringify({ misoConnections: 1, connections: [{ name: anyText(), url: elsewhere() }] });
    case 'pem':
      if (chance(0.3)) return known.pem;
      return `-----BEGIN CERTIFICATE-----\n${btoa(anyText().replace(/[^\x20-\x7e]/g, ''))}\n-----END CERTIFICATE-----\n`;
    case 'page':
      return pick(['/applications/shop/dev/logs?q=x&look=all', '/logs?log=shop%40dev', '', anyText()]);
    case 'method':
      return pick(['GET', 'GET', 'POST', anyText()]);
    case 'path':
      return pick(['/api/applications', '/api/applications', '/api/applications/{key}', anyText()]);
    case 'place':
      return `deploy ${application()} ${environment()}`;
    case 'address':
      if (!known.opens) return pick(['', 'c/x', known.address, 'http://127.0.0.1:1/']);
      return pick([known.address, `${known.address}/c/x`, 'http://127.0.0.1:1/', '/c/x/applications/y/dev', '127.0.0.1:9']);
    default:
      return uuid();
  }
};
/** The same with one of its fields, or all of it, as nobody would say it. */
const spoilt = (parameter) => {
  const value = sensible(parameter);
  if (typeof value === 'string') return anyText();
  if (typeof value === 'number') return pick(NUMBERS);
  if (typeof value !== 'object' || value === null) return anything();
  const field = pick(Object.keys(value));
  const { [field]: _gone, ...rest } = value;
  return chance(0.3) ? rest : { ...value, [field]: chance(0.5) ? anyText() : anything() };
};

const args = () => {
  if (chance(0.06)) return anything();
  const made = {};
  // Most calls are wrong in one place, so that what comes after the others is reached.
  const wrong = below(parameters.length + 1);
  parameters.forEach((parameter, at) => {
    if (at !== wrong && chance(0.95)) made[parameter[0]] = sensible(parameter);
    else if (chance(0.9)) made[parameter[0]] = chance(0.7) ? spoilt(parameter) : anything();
  });
  if (chance(0.05)) made[anyText().slice(0, 50)] = anything();
  return made;
};

const said = { answered: 0, reached: 0, refused: {}, strange: [], hung: [], told: [], slowest: 0 };
const short = (value) => {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 300);
  } catch (error) {
    return String(error);
  }
};
/** A JSON Web Token, or what the keyring holds. */
const holdsSecret = (text) =>
  /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/.test(text) || known.secrets.some((secret) => text.includes(secret));

/**
 * What cannot even be written as JSON never leaves the page: Tauri writes maps and bytes as what they hold, and an
 * object whose prototype is one of these holds nothing of the kind.
 */
const written = (_, value) => {
  if (value instanceof Map) return Object.fromEntries(value.entries());
  return value instanceof Uint8Array ? Array.from(value) : value;
};
const isSendable = (value) => {
  try {
    JSON.stringify(value, written);
    return true;
  } catch {
    return false;
  }
};

const call = async () => {
  const given = args();
  if (!isSendable(given)) {
    said.refused.unsendable = (said.refused.unsendable ?? 0) + 1;
    return;
  }
  const began = performance.now();
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve('late'), LIMIT);
  });
  const outcome = await Promise.race([
    late,
    window.__TAURI_INTERNALS__.invoke(command, given).then(
      (value) => ({ value }),
      (error) => ({ error }),
    ),
  ]);
  clearTimeout(timer);
  said.slowest = Math.max(said.slowest, performance.now() - began);
  if (outcome === 'late') {
    said.hung.push(short(given));
    return;
  }
  const text = JSON.stringify(outcome);
  if (holdsSecret(text)) said.told.push(short(given));
  if ('value' in outcome) {
    said.answered += 1;
    said.reached += 1;
    return;
  }
  const { error } = outcome;
  const typed = typeof error === 'object' && typeof error?.code === 'string' && Array.isArray(error.details);
  // What Tauri itself refuses, or the JSON in which it came, it refuses with a sentence.
  const sentence = typeof error === 'string' && /^invalid (args|channel value) |^command |^missing | at line \d+ column \d+$/.test(error);
  if (!typed && !sentence) said.strange.push(`${String(error)} ${short(error)} for ${short(given)}`);
  if (typed) said.reached += 1;
  const word = typed ? error.code : 'argument';
  said.refused[word] = (said.refused[word] ?? 0) + 1;
};

let left = count;
const worker = async () => {
  while (left > 0) {
    left -= 1;
    await call();
  }
};
Promise.all(Array.from({ length: AT_A_TIME }, worker)).then(() => done(said), (error) => done(String(error)));
