import { Plus, X } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShell } from '../app/shell';
import {
  asCommandError,
  commands,
  type CommandError,
  type NetworkSettings,
  type Prompt,
  type ProxyChoice,
  type RedirectHost,
  type SignInSettings,
} from '../ipc';
import { Button, IconButton } from './Button';
import { FileChooser } from './FileChooser';
import { Field } from './Field';
import field from './Field.module.css';
import { smallIcon } from './icon';
import { errorWords } from './Problem';
import { Segmented } from './Segmented';
import styles from './WayFields.module.css';

const PROXIES: ProxyChoice['kind'][] = ['system', 'none', 'through'];
const HOSTS: RedirectHost[] = ['127.0.0.1', 'localhost'];
const PROMPTS: (Prompt | 'none')[] = ['none', 'login', 'consent', 'select_account'];

/** Which part of a way an error is about, so that it is said there. */
export function partOf(error: CommandError | null): 'network' | 'signIn' | null {
  const ofNetwork = ['proxy_invalid', 'authority_unreadable', 'limits_invalid'];
  if (error !== null && ofNetwork.includes(error.code)) return 'network';
  return error?.code === 'issuer_invalid' ? 'signIn' : null;
}

/** Proxy and trusted authorities. */
export function NetworkFields(props: {
  value: NetworkSettings;
  change: (value: NetworkSettings) => void;
  error: CommandError | null;
}) {
  const { t } = useTranslation();
  const { value, change, error } = props;
  const { proxy } = value;
  const through = proxy.kind === 'through' ? proxy : null;
  // What was typed is there again when another choice was looked at.
  const [typed, setTyped] = useState({ url: through?.url ?? '', except: through?.except ?? '' });
  const type = (by: Partial<typeof typed>) => {
    const next = { ...typed, ...by };
    setTyped(next);
    change({ ...value, proxy: { kind: 'through', ...next } });
  };
  return (
    <>
      <div>
        <p className={field.label}>{t('way.proxy')}</p>
        <Segmented
          label={t('way.proxy')}
          value={proxy.kind}
          options={PROXIES.map((kind) => ({ value: kind, label: t(`way.proxies.${kind}`) }))}
          change={(kind) => {
            change({ ...value, proxy: kind === 'through' ? { kind, ...typed } : { kind } });
          }}
        />
        {!through && <p className={field.hint}>{t(`way.proxyHints.${proxy.kind as 'system' | 'none'}`)}</p>}
      </div>
      {through && (
        <>
          <Field
            label={t('way.proxyAddress')}
            mono
            value={typed.url}
            placeholder={t('way.proxyPlaceholder')}
            error={error?.code === 'proxy_invalid' ? said(error) : undefined}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => {
              type({ url: event.target.value });
            }}
          />
          <Field
            label={t('way.except')}
            mono
            value={typed.except}
            placeholder={t('way.exceptPlaceholder')}
            hint={t('way.exceptHint')}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => {
              type({ except: event.target.value });
            }}
          />
        </>
      )}
      <Authorities
        files={value.authorities}
        error={error?.code === 'authority_unreadable' ? error : null}
        change={(authorities) => {
          change({ ...value, authorities });
        }}
      />
    </>
  );
}

function Authorities(props: {
  files: string[];
  error: CommandError | null;
  change: (files: string[]) => void;
}) {
  const { t } = useTranslation();
  const { files, change } = props;
  const chooser = useRef<HTMLInputElement>(null);
  const id = useId();
  const [refused, setRefused] = useState<CommandError | null>(null);
  const error = refused ?? props.error;
  const add = async (file: File) => {
    setRefused(null);
    try {
      const kept = await commands.authorityKeep(file.name, await file.text());
      change([...files.filter((each) => each !== kept), kept]);
    } catch (thrown) {
      setRefused(asCommandError(thrown));
    }
  };
  return (
    <div>
      <p className={field.label}>{t('way.authorities')}</p>
      {files.length > 0 && (
        <ul className={styles.files} aria-label={t('way.authorities')}>
          {files.map((file) => (
            <li key={file} className={styles.file}>
              <span className={styles.path} title={file}>
                {nameOf(file)}
              </span>
              <IconButton
                label={t('way.removeAuthority', { file: nameOf(file) })}
                onClick={() => {
                  change(files.filter((each) => each !== file));
                }}
              >
                <X {...smallIcon} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <FileChooser
        chooser={chooser}
        accept=".pem,.crt,.cer,.cert"
        label={t('way.chooseAuthority')}
        take={(file) => void add(file)}
      />
      <Button
        data-refused={error !== null}
        aria-describedby={error ? id : undefined}
        onClick={() => chooser.current?.click()}
      >
        <Plus {...smallIcon} />
        {t('way.addAuthority')}
      </Button>
      {error && (
        <p id={id} className={field.error}>
          {said(error)}
        </p>
      )}
      <p className={field.hint}>{t('way.authoritiesHint')}</p>
    </div>
  );
}

/** Provider, client and what is asked for. */
export function SignInFields(props: {
  value: SignInSettings;
  change: (value: SignInSettings) => void;
  error: CommandError | null;
}) {
  const { t } = useTranslation();
  const { value, change, error } = props;
  const [scopes, setScopes] = useState(value.scopes.join(' '));
  const usual = useShell((shell) => shell.usualWay);
  return (
    <>
      <Field
        label={t('way.issuer')}
        mono
        value={value.issuer ?? ''}
        placeholder={t('way.issuerPlaceholder')}
        hint={t('way.issuerHint')}
        error={error?.code === 'issuer_invalid' ? said(error) : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          change({ ...value, issuer: event.target.value === '' ? null : event.target.value });
        }}
      />
      <Field
        label={t('way.clientId')}
        mono
        value={value.clientId}
        placeholder={usual.signIn.clientId}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          change({ ...value, clientId: event.target.value });
        }}
      />
      <Field
        label={t('way.scopes')}
        mono
        value={scopes}
        hint={t('way.scopesHint')}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setScopes(event.target.value);
          change({ ...value, scopes: event.target.value.split(/\s+/).filter(Boolean) });
        }}
      />
      <div>
        <p className={field.label}>{t('way.redirectHost')}</p>
        <Segmented
          label={t('way.redirectHost')}
          value={value.redirectHost}
          options={HOSTS.map((host) => ({ value: host, label: host }))}
          change={(redirectHost) => {
            change({ ...value, redirectHost });
          }}
        />
        <p className={field.hint}>{t('way.redirectHostHint')}</p>
      </div>
      <div>
        <p className={field.label}>{t('way.prompt')}</p>
        <Segmented
          label={t('way.prompt')}
          value={value.prompt ?? 'none'}
          options={PROMPTS.map((prompt) => ({ value: prompt, label: t(`way.prompts.${wordOf(prompt)}`) }))}
          change={(prompt) => {
            change({ ...value, prompt: prompt === 'none' ? null : prompt });
          }}
        />
        <p className={field.hint}>{t('way.promptHint')}</p>
      </div>
    </>
  );
}

function wordOf(prompt: Prompt | 'none') {
  return prompt === 'select_account' ? 'selectAccount' : prompt;
}

function said(error: CommandError): string {
  const { title, text } = errorWords(error);
  return [title, text].filter(Boolean).join('. ');
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
