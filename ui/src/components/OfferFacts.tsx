import { useTranslation } from 'react-i18next';
import { isSame } from '../app/same';
import { useShell } from '../app/shell';
import type { Translate } from '../i18n/i18n';
import type { ConnectionOffer, ConnectionWay, State } from '../ipc';
import styles from './OffersLayer.module.css';
import { Shape } from './Shape';

type Fact = { state: State | null; text: string };

/** What a file sets about the way to an instance, where it is not what is usual: a line a fact. */
export function OfferFacts({ offer }: { offer: ConnectionOffer }) {
  const { t } = useTranslation();
  const usual = useShell((shell) => shell.usualWay);
  const known: Fact[] = offer.known === null ? [] : [{ state: null, text: t('offers.known') }];
  return [...known, ...factsOf(offer, usual, t)].map(({ state, text }) => (
    <span key={text} className={styles.fact} data-state={state}>
      {state && <Shape state={state} />}
      <span>{text}</span>
    </span>
  ));
}

/** Who could read or change what is sent comes first. */
function factsOf({ way, authorities }: ConnectionOffer, usual: ConnectionWay, t: Translate): Fact[] {
  const { network, signIn } = way;
  const { proxy } = network;
  const facts: Fact[] = authorities.map(({ subject }) => ({
    state: 'warning',
    text: t('offers.authority', { subject }),
  }));
  const say = (text: string) => facts.push({ state: null, text });
  if (proxy.kind === 'through') {
    say(t('offers.proxy', { proxy: proxy.url }));
    if (proxy.except) say(t('offers.except', { hosts: proxy.except }));
  }
  if (proxy.kind === 'none') say(t('offers.noProxy'));
  if (signIn.issuer !== null) say(t('offers.by', { issuer: signIn.issuer }));
  if (signIn.clientId !== usual.signIn.clientId) say(t('offers.client', { client: signIn.clientId }));
  if (!isSame(signIn.scopes, usual.signIn.scopes))
    say(t('offers.scopes', { scopes: signIn.scopes.join(', ') || t('offers.noScopes') }));
  return facts;
}
