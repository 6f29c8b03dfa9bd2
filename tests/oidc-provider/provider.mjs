// The certified provider on a port of the system's choosing: `node provider.mjs ES256`. It says
// `> ready PORT`, obeys one word a line (`rotate`: another signing key from now on; `end`: the last
// session is over; `counts`: what was asked of it) and ends with its input. Whoever comes is signed
// in as aino, without a question.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';

const alg = process.argv[2] ?? 'ES256';
const kinds = { ES256: ['ec', { namedCurve: 'P-256' }], EdDSA: ['ed25519', {}] };
const account = { sub: 'u-aino', preferred_username: 'aino', name: 'Aino Laine', email: 'aino@example.org' };
const counts = {};
// What was granted is kept here, so that the provider with the next key goes on with it.
const adapter = createMemoryAdapter();
let keys = 0;
let current;
let last;

// What the provider has to say is no answer to the test.
console.info = console.error;

const server = createServer((request, response) => current(request, response));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  current = made(port);
  console.log(`> ready ${port}`);
});

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    if (line === 'rotate') current = made(server.address().port);
    if (line === 'end') await last();
    console.log(`> ${line === 'counts' ? JSON.stringify(counts) : 'done'}`);
  })
  .on('close', () => process.exit(0));

function made(port) {
  const [type, options] = kinds[alg];
  const key = generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' });
  keys += 1;
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    adapter,
    jwks: { keys: [{ ...key, kid: `key-${keys}`, alg, use: 'sig' }] },
    clients: [
      {
        client_id: 'miso-desktop',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
        post_logout_redirect_uris: [],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        id_token_signed_response_alg: alg,
      },
    ],
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'EdDSA', 'RS256'] },
    scopes: ['openid', 'offline_access', 'api'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({ accountId: id, claims: () => account }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    cookies: { keys: ['a test'] },
    ttl: { AccessToken: 10, IdToken: 600, RefreshToken: 3600, Session: 3600, Grant: 3600, Interaction: 600, DeviceCode: 600 },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      deviceFlow: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  });
  const count = (name) => () => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  provider.on('grant.success', (context) => count(context.oidc.params.grant_type)());
  provider.on('refresh_token.saved', ({ grantId }) => {
    count('refresh tokens')();
    last = () => provider.RefreshToken.revokeByGrantId(grantId);
  });
  provider.on('refresh_token.consumed', count('rotated'));
  provider.on('grant.revoked', count('revoked'));
  const serve = provider.callback();
  return (request, response) =>
    request.url.startsWith('/interaction/') ? answerAll(provider, request, response) : serve(request, response);
}

// Signs aino in and grants whatever was asked for.
async function answerAll(provider, request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: account.sub } });
    return;
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true });
}
