import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyKey } from '../app/copyKey';
import { modifier } from '../app/platform';
import { NEW, secretsWithoutValue, withoutSecrets, type Manifest } from '../app/manifest';
import { go, leaveFor } from '../app/navigation';
import { paths } from '../app/paths';
import { readManifest } from '../app/readManifest';
import { useConnection } from '../app/shell';
import { Button } from '../components/Button';
import { Header } from '../components/Header';
import { Kbd } from '../components/Kbd';
import { Link } from '../components/Link';
import { Loading } from '../components/Loading';
import { ManifestEditor } from '../components/ManifestEditor';
import { PageBody } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { Remark } from '../components/Remark';
import { isPlaced } from '../components/ManifestForm';
import { UnlockButton } from '../components/UnlockButton';
import { useFleet } from '../hooks/useFleet';
import { useNoWrites } from '../hooks/useNoWrites';
import { useConnectionId } from '../hooks/useParams';
import { useRights } from '../hooks/useRights';
import { useManifest } from '../hooks/useManifest';
import { useShown } from '../hooks/useShown';
import { asCommandError, commands, type CommandError, type PlannedCreation } from '../ipc';

/** A new application: typed, from a file, or as a copy of another one. */
export function NewApplication() {
  const connection = useConnectionId();
  const from = useSearch({ strict: false, select: (search) => search.from }) ?? null;
  return <Begin key={from} connection={connection} from={from} />;
}

function Begin({ connection, from }: { connection: string; from: string | null }) {
  const { t } = useTranslation();
  const { manifest, error, again } = useOriginal(connection, from);
  return (
    <>
      <Header title={from === null ? t('create.title') : t('create.copyTitle', { key: from })} />
      {error && (
        <PageBody>
          <Problem error={error}>
            <Button onClick={again}>{t('tryAgain')}</Button>
          </Problem>
        </PageBody>
      )}
      {!error && !manifest && (
        <PageBody>
          <Loading what={from ?? ''} rows={8} />
        </PageBody>
      )}
      {manifest && <Form connection={connection} from={from} fresh={manifest} />}
    </>
  );
}

function Form({ connection, from, fresh }: { connection: string; from: string | null; fresh: Manifest }) {
  const { t } = useTranslation();
  const view = useConnection(connection);
  const noWriting = useNoWrites(connection, useFleet(connection).held.reading);
  const can = useRights(connection, null, null);
  const editing = useManifest(connection, from === null ? 'create' : `create from ${from}`, fresh);
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const [planned, setPlanned] = useState<PlannedCreation | null>(null);
  const { unset } = editing;
  const taken = error?.code === 'conflict';
  const reason = !can('applications:create')
    ? t('rights.missing', { permission: 'applications:create' })
    : noWriting;

  const refused = (thrown: unknown) => {
    const refusal = asCommandError(thrown);
    if (refusal.code === 'outcome_unknown') editing.draft.sent();
    setError(refusal);
    editing.refuse(
      refusal.code === 'conflict'
        ? { ...refusal, details: [{ field: 'key', message: t('create.taken') }] }
        : refusal,
    );
  };
  const create = async (manifest: Manifest, confirmation: string | null) => {
    setSending(true);
    try {
      const made = await commands.applicationCreate(connection, manifest, confirmation);
      editing.draft.sent();
      const first = made.environments[0]?.environment ?? view?.environments[0]?.key ?? 'dev';
      go(paths.application(connection, made.key, first));
    } catch (thrown) {
      refused(thrown);
    } finally {
      setSending(false);
    }
  };
  const { showing, left, takenBack, start, takeBack } = useShown<Manifest>(
    connection,
    (manifest, confirmation) => void create(manifest, confirmation),
    refused,
  );
  const waiting = left !== null;
  const busy = sending || showing || waiting;

  const send = async () => {
    if (busy || reason !== undefined) return;
    const { manifest } = editing;
    setError(null);
    setSending(true);
    try {
      if (!(await editing.check())) return;
      // What has an image is deployed as it is created: Rust says whether that is to production.
      start(manifest, async () => {
        const shown = await commands.applicationShow(connection, manifest);
        setPlanned(shown);
        return shown?.confirmation ?? null;
      });
    } finally {
      setSending(false);
    }
  };

  return (
    <ManifestEditor
      editing={editing}
      keyFixed={false}
      disabled={busy}
      submit={() => void send()}
      about={
        waiting && planned
          ? t('create.about', {
              key: String(editing.manifest['key'] ?? ''),
              image: planned.image,
              environment: planned.environment.name,
              seconds: left,
            })
          : null
      }
      note={takenBack ? t('deploy.takenBack') : null}
      actions={
        waiting ? (
          <Button key="back" autoFocus onClick={takeBack}>
            {t('deploy.takeBack')}
            <Kbd keys={t('keys.escape')} />
          </Button>
        ) : (
          <>
            <UnlockButton connection={connection} />
            <Button
              onClick={() => {
                leaveFor(paths.applications(connection));
              }}
            >
              {t('cancel')}
            </Button>
            <Button
              key="send"
              type="submit"
              kind={view?.production === true && hasImage(editing.manifest) ? 'production' : 'primary'}
              reason={reason}
              aria-disabled={busy}
              autoFocus={takenBack}
            >
              {busy ? t('create.sending') : t('create.action')}
              {!busy && <Kbd keys={`${modifier} ⏎`} />}
            </Button>
          </>
        )
      }
    >
      {from !== null && <Remark>{t('create.copied', { key: from })}</Remark>}
      {unset.length > 0 && (
        <Remark state="warning">{t('create.unset', { count: unset.length, names: unset.join(', ') })}</Remark>
      )}
      {error && !taken && (
        <Problem error={{ ...error, details: error.details.filter(({ field }) => !isPlaced(field)) }}>
          {error.code === 'outcome_unknown' && (
            <Link to={paths.applications(connection)}>{t('create.look')}</Link>
          )}
        </Problem>
      )}
    </ManifestEditor>
  );
}

/** Whether an image stands in the form, so that creating it deploys something. */
function hasImage(manifest: Manifest): boolean {
  return typeof manifest['image'] === 'string' && manifest['image'] !== '';
}

/** What the form begins with: nothing, or another application, whose secrets stay where they are. */
function useOriginal(connection: string, from: string | null) {
  const [manifest, setManifest] = useState<Manifest | null>(from === null ? NEW : null);
  const [error, setError] = useState<CommandError | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (from === null) return undefined;
    let wanted = true;
    readManifest(connection, from)
      .then((read) => copyOf(read.manifest))
      .then(
        (copied) => {
          if (wanted) setManifest(copied);
        },
        (thrown: unknown) => {
          if (wanted) setError(asCommandError(thrown));
        },
      );
    return () => {
      wanted = false;
    };
  }, [connection, from, tries]);
  return {
    manifest,
    error,
    again: () => {
      setError(null);
      setTries((before) => before + 1);
    },
  };
}

async function copyOf(plain: Manifest): Promise<Manifest> {
  const key = await copyKey(String(plain['key'] ?? ''));
  const copied = withoutSecrets(plain);
  const unset = new Set(secretsWithoutValue(copied));
  const items = copied['configuration'];
  return {
    ...copied,
    key,
    ...(Array.isArray(items)
      ? {
          configuration: items.map((item) =>
            typeof item === 'object' &&
            item !== null &&
            !Array.isArray(item) &&
            unset.has(String(item['name']))
              ? Object.fromEntries(
                  Object.entries(item).filter(([name]) => name !== 'isSet' && name !== 'value'),
                )
              : item,
          ),
        }
      : {}),
  };
}
