import { useLocation } from '@tanstack/react-router';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Errand } from '../app/errands';
import { canBeExamined } from '../app/examinable';
import { focusFirst } from '../app/focusFirst';
import { go } from '../app/navigation';
import { paths } from '../app/paths';
import { patchShell, putConnection, shell, useConnection, useShell } from '../app/shell';
import { Button } from '../components/Button';
import { ConnectionsFile, offer } from '../components/ConnectionsFile';
import { Doctor } from '../components/Doctor';
import { Field } from '../components/Field';
import { Findings, type Finding } from '../components/Findings';
import { smallIcon } from '../components/icon';
import { Link } from '../components/Link';
import { Mark } from '../components/Mark';
import { Notices } from '../components/Notices';
import { Problem } from '../components/Problem';
import { SignInProgress } from '../components/SignInProgress';
import { partOf } from '../components/WayFields';
import { WayPanel, type WayPart } from '../components/WayPanel';
import { useTitle } from '../hooks/useTitle';
import type { Translate } from '../i18n/i18n';
import {
  asCommandError,
  commands,
  newCall,
  type Call,
  type CommandError,
  type ConnectionWay,
  type InstanceFound,
} from '../ipc';
import styles from './Welcome.module.css';

type Doing = 'nothing' | 'looking' | 'adding' | 'starting';

/** The two ways in: an instance of the team's, or one on this machine. */
export function Welcome() {
  const given = useLocation({ select: ({ searchStr }) => new URLSearchParams(searchStr).get('address') });
  const step = useLocation({ select: ({ state }) => state.__TSR_key });
  // A link that is opened while this page is in front fills the field anew, the same one too.
  return <WaysIn key={given === null ? null : `${step ?? ''} ${given}`} given={given} />;
}

function WaysIn({ given }: { given: string | null }) {
  const { t } = useTranslation();
  const usual = useShell((value) => value.usualWay);
  const [address, setAddress] = useState(given ?? '');
  // Null until somebody looks at it: the usual one for a new connection, its own for one that is there.
  const [way, setWay] = useState<ConnectionWay | null>(null);
  const [wayPart, setWayPart] = useState<WayPart | null>(null);
  const openWay = (part: WayPart) => {
    setWay(way ?? usual);
    setWayPart(part);
  };
  const field = useRef<HTMLInputElement>(null);
  const wayFields = useRef<HTMLDivElement>(null);
  const [empty, setEmpty] = useState(false);
  const [doing, setDoing] = useState<Doing>('nothing');
  const [found, setFound] = useState<InstanceFound | null>(null);
  const [error, setError] = useState<{ at: 'address' | 'here'; error: CommandError } | null>(null);
  const [signingInTo, setSigningInTo] = useState<{ id: string; at: 'address' | 'here' } | null>(null);
  const connection = useConnection(signingInTo?.id ?? null);
  const others = useShell((value) => value.connections.length > 0);
  const current = useShell((value) => value.current);
  const busy = doing !== 'nothing' || connection?.session.state === 'signingIn';
  useTitle(t('welcome.title'), undefined);
  // Of attempts only the last one counts: what comes of one that was called off is not followed.
  const attempt = useRef(0);
  const begin = (what: Doing) => {
    setError(null);
    setFound(null);
    setSigningInTo(null);
    setDoing(what);
    attempt.current += 1;
    const own = attempt.current;
    return () => own === attempt.current;
  };
  const looking = useRef<Call | null>(null);
  const callOff = () => {
    attempt.current += 1;
    looking.current?.off();
    looking.current = null;
    setDoing('nothing');
  };

  const connect = async () => {
    if (busy) return;
    setEmpty(address.trim() === '');
    if (address.trim() === '') {
      field.current?.focus();
      return;
    }
    const isWanted = begin('looking');
    const call = newCall();
    looking.current = call;
    try {
      const instance = await commands.connectionProbe(address, way, call.number);
      if (!isWanted()) return;
      looking.current = null;
      setFound(instance);
      setDoing('adding');
      const added = await commands.connectionAdd(instance, way);
      putConnection(added);
      if (isWanted()) await signIn(added.id, 'address');
    } catch (thrown) {
      const refused = asCommandError(thrown);
      if (!isWanted()) return;
      setError({ at: 'address', error: refused });
      const part = partOf(refused);
      if (part !== null) openWay(part);
    } finally {
      if (isWanted()) setDoing('nothing');
    }
  };

  const tryHere = async () => {
    if (busy) return;
    const isWanted = begin('starting');
    try {
      const local = await commands.localStart();
      putConnection(local);
      if (isWanted()) await signIn(local.id, 'here');
    } catch (thrown) {
      if (isWanted()) setError({ at: 'here', error: asCommandError(thrown) });
    } finally {
      if (isWanted()) setDoing('nothing');
    }
  };

  const signIn = async (id: string, at: 'address' | 'here') => {
    setSigningInTo({ id, at });
    if (shell.get().connections.find((each) => each.id === id)?.session.state === 'signedIn') return;
    await commands.signIn(id, true);
  };

  // What the command line asked for is done once.
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current || !shell.get().tryHere) return;
    asked.current = true;
    patchShell({ tryHere: false });
    void tryHere();
  });

  const signedIn = connection?.session.state === 'signedIn';
  useEffect(() => {
    if (signedIn && connection) go(paths.home(connection.id));
  }, [signedIn, connection]);

  const findings = found ? findingsOf(found, t) : [];
  const linked = given !== null && given === address;
  const mend = (errand: Errand) => {
    if (errand === 'session') void connect();
    else {
      flushSync(() => {
        openWay(errand);
      });
      focusFirst(wayFields.current);
    }
  };
  const failed = error?.at === 'address' ? error.error : null;
  return (
    <main className={styles.whole}>
      <Notices />
      <div className={styles.page}>
        <div className={styles.form}>
          <header className={styles.head}>
            <Mark />
            <div>
              <h1 className={styles.title}>{t('product')}</h1>
              <p className={styles.claim}>{t('welcome.claim')}</p>
            </div>
          </header>

          <form
            onSubmit={(event) => {
              event.preventDefault();
              void connect();
            }}
          >
            <Field
              label={t('welcome.connect')}
              name="address"
              autoFocus
              mono
              large
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              placeholder={t('welcome.placeholder')}
              hint={linked ? t('welcome.fromLink', { host: hostOf(given) }) : t('welcome.hint')}
              careful={linked}
              value={address}
              ref={field}
              error={empty ? t('welcome.typeFirst') : undefined}
              invalid={failed !== null && partOf(failed) === null}
              onPaste={(event) => {
                const pasted = event.clipboardData.getData('text').trim();
                // A team's file is no address.
                if (!pasted.startsWith('{')) return;
                event.preventDefault();
                void offer(pasted);
              }}
              onChange={(event) => {
                setEmpty(false);
                setAddress(event.target.value);
              }}
              after={
                <Button type="submit" kind="primary" size="large">
                  {t('welcome.signIn')}
                </Button>
              }
            />
            <p className={styles.more}>
              <Button
                kind="quiet"
                aria-expanded={wayPart !== null}
                onClick={() => {
                  if (wayPart === null) openWay('network');
                  else setWayPart(null);
                }}
              >
                {wayPart !== null ? <ChevronDown {...smallIcon} /> : <ChevronRight {...smallIcon} />}
                {t('welcome.way')}
              </Button>
              <ConnectionsFile />
            </p>
            {wayPart !== null && (
              <WayPanel
                fields={wayFields}
                part={wayPart}
                changePart={setWayPart}
                value={way ?? usual}
                change={setWay}
                error={failed}
              />
            )}
          </form>
          {(doing === 'looking' || (findings.length > 0 && connection?.session.state !== 'signingIn')) && (
            <Findings
              label={t('welcome.findings')}
              findings={doing === 'looking' ? [{ state: 'progress', text: t('welcome.looking') }] : findings}
            />
          )}
          {(doing === 'looking' || doing === 'adding') && <Cancel act={callOff} />}
          {failed && partOf(failed) === null && (
            <>
              <Problem error={failed} brief={canBeExamined(failed)} />
              {canBeExamined(failed) && (
                <Doctor
                  address={address}
                  examine={(told, call) => commands.addressExamine(address, way, told, call)}
                  mend={mend}
                  headed
                />
              )}
            </>
          )}
          {signingInTo?.at === 'address' && connection && (
            <SignInProgress connection={connection} before={findings} />
          )}

          <div className={styles.or} role="separator">
            <span>{t('welcome.or')}</span>
          </div>

          <section className={styles.here} aria-labelledby="try-here">
            <div>
              <h2 id="try-here">{t('welcome.here')}</h2>
              <p className={styles.dim}>{t('welcome.hereText')}</p>
            </div>
            <Button size="large" disabled={busy} onClick={() => void tryHere()}>
              {t('welcome.start')}
            </Button>
          </section>
          {doing === 'starting' && !connection && (
            <Findings
              label={t('welcome.findings')}
              findings={[{ state: 'progress', text: t('welcome.starting') }]}
            />
          )}
          {doing === 'starting' && <Cancel act={callOff} />}
          {error?.at === 'here' && <Problem error={error.error} />}
          {signingInTo?.at === 'here' && connection && (
            <SignInProgress connection={connection} before={[{ state: 'well', text: t('signIn.started') }]} />
          )}

          {others && current !== null && (
            <p className={styles.back}>
              <Link to={paths.home(current)}>{t('welcome.backToApp')}</Link>
            </p>
          )}
        </div>
      </div>
    </main>
  );
}

function Cancel({ act }: { act: () => void }) {
  const { t } = useTranslation();
  return (
    <p className={styles.cancel}>
      <Button onClick={act}>{t('cancel')}</Button>
    </p>
  );
}

function findingsOf(found: InstanceFound, t: Translate): Finding[] {
  const findings: Finding[] = [
    { state: 'well', text: t('welcome.found', { host: hostOf(found.url) }) },
    found.issuer === null
      ? { state: 'warning', text: t('welcome.noIssuer') }
      : { state: 'well', text: t('welcome.issuer', { issuer: found.issuer }) },
  ];
  if (found.speaks === 'v1') findings.push({ state: 'well', text: t('welcome.speaksV1') });
  if (found.scopesLeftOut.length > 0)
    findings.push({
      state: 'warning',
      text: t('welcome.scopes', { scopes: found.scopesLeftOut.join(', ') }),
    });
  return findings;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
