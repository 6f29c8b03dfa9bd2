import type { ChannelOf, Commands } from '../ipc';
import type { Diagnosis, Examined, Step } from '../types';
import { failure, hostOf, later } from './parts';

type Ways = Pick<
  Commands,
  | 'connectionProbe'
  | 'addressExamine'
  | 'connectionExamine'
  | 'authorityKeep'
  | 'connectionLacks'
  | 'connectionAskAgain'
>;

const STEPS: Step[] = ['dns', 'tcp', 'proxy', 'tls', 'discovery', 'signIn', 'api'];

/** The ways to invented instances. Sentinel addresses are where they break. */
export function ways(step: number, signedIn: (id: string) => boolean): Ways {
  const refuse = (code: string, params: Record<string, string>) =>
    Promise.reject(failure(code, { params }) as unknown as Error);
  let lacking: Awaited<ReturnType<Commands['connectionLacks']>> = ['deployNote', 'dryRun'];
  const walk = async (
    address: string,
    last: Step,
    told: ChannelOf<Examined>,
    foreign = false,
  ): Promise<Diagnosis> => {
    const host = hostOf(address);
    const broken: Step | null = address.includes('tls')
      ? 'tls'
      : address.includes('offline')
        ? 'dns'
        : foreign
          ? 'api'
          : null;
    const steps: Examined[] = [];
    let reached = true;
    for (const each of STEPS) {
      await later(step / 4);
      const examined = look(each, host, each === broken);
      if (!reached) Object.assign(examined, { outcome: 'notReached', seen: [], milliseconds: 0 });
      else if (each === 'proxy' || STEPS.indexOf(each) > STEPS.indexOf(last))
        Object.assign(examined, { outcome: 'notNeeded', seen: [], milliseconds: 0 });
      if (each === broken) reached = false;
      steps.push(examined);
      told.onmessage(examined);
    }
    return { steps, blind: ['proxyAutoConfiguration'] };
  };
  return {
    connectionProbe: async (address, way) => {
      await later(step);
      const proxy = way?.network.proxy;
      if (proxy?.kind === 'through' && !proxy.url.includes('://'))
        return refuse('proxy_invalid', { proxy: proxy.url, reason: 'address' });
      if (address.includes('offline')) return refuse('offline', { host: 'offline.example' });
      if (address.includes('tls')) return refuse('tls', { host: 'tls.example' });
      if (address.includes('html')) return refuse('not_miso', { status: '200', excerpt: '<html>' });
      if (!address.includes('.')) return refuse('address_invalid', { address });
      const url = `https://${hostOf(address)}`;
      if (address.includes('v1')) return { url, issuer: null, speaks: 'v1', scopesLeftOut: [] };
      return { url, issuer: `${url}/auth`, speaks: 'documented', scopesLeftOut: [] };
    },
    addressExamine: (address, _, told) => walk(address, 'signIn', told),
    connectionExamine: (id, told) => walk(`https://${id}.misohost.example`, 'api', told, !signedIn(id)),
    authorityKeep: (name, pem) =>
      pem.includes('CERTIFICATE')
        ? Promise.resolve(`/data/authorities/${name}`)
        : refuse('authority_unreadable', { file: name, reason: 'no certificate in it (PEM is expected)' }),
    connectionLacks: () => Promise.resolve(lacking),
    connectionAskAgain: () => {
      lacking = [];
      return Promise.resolve(null);
    },
  };
}

/** What is seen at a step. */
function look(step: Step, host: string, breaks: boolean): Examined {
  const seen: Partial<Record<Step, Examined['seen']>> = {
    dns: [{ kind: 'address', value: '10.0.3.7' }],
    tcp: [{ kind: 'host', value: `${host}:443` }],
    tls: [
      { kind: 'certificateSubject', value: `CN=${host}` },
      { kind: 'certificateIssuer', value: 'CN=A company’s authority' },
    ],
    discovery: [{ kind: 'issuer', value: `https://${host}/auth` }],
    signIn: [{ kind: 'issuer', value: `https://${host}/auth` }],
    api: [{ kind: 'account', value: 'developer' }],
  };
  const examined: Examined = {
    step,
    outcome: breaks ? 'broken' : 'well',
    milliseconds: 7,
    seen: seen[step] ?? [],
    failure: null,
    advice: null,
  };
  if (!breaks) return examined;
  if (step === 'api')
    return {
      ...examined,
      seen: [],
      failure: failure('signed_out'),
      advice: { kind: 'signIn', params: {} },
    };
  return step === 'tls'
    ? {
        ...examined,
        failure: failure('tls', { params: { host, reason: 'UnknownIssuer' } }),
        advice: { kind: 'trustAuthority', params: { certificateIssuer: 'CN=A company’s authority' } },
      }
    : {
        ...examined,
        seen: [],
        failure: failure('offline', { params: { host, reason: 'Name or service not known' } }),
        advice: { kind: 'checkName', params: { host } },
      };
}
