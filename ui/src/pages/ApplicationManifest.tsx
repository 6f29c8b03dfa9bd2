import { Copy, Trash2 } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { draftAt } from '../app/drafts';
import { openDeletion } from '../app/layers';
import { manifestFrom, textOf, type Manifest } from '../app/manifest';
import { go } from '../app/navigation';
import { paths } from '../app/paths';
import { readManifest, type Read } from '../app/readManifest';
import { useConnection } from '../app/shell';
import { Button } from '../components/Button';
import { smallIcon } from '../components/icon';
import { Loading } from '../components/Loading';
import { ManifestChange } from '../components/ManifestChange';
import { Problem } from '../components/Problem';
import { Remark } from '../components/Remark';
import { Toolbar } from '../components/Toolbar';
import { Waiting } from '../components/Waiting';
import { useFleet } from '../hooks/useFleet';
import { useNoWrites } from '../hooks/useNoWrites';
import { usePlace } from '../hooks/useParams';
import { useFront, useResource } from '../hooks/useResource';
import { useRights } from '../hooks/useRights';
import { asCommandError, commands, type Application, type CommandError } from '../ipc';
import styles from './ApplicationManifest.module.css';

const JsonEditor = lazy(() => import('../components/JsonEditor'));

/** The manifest of an application: to read, to change, and the end of it. */
export function ApplicationManifest() {
  const { connection, key, environment } = usePlace();
  const view = useConnection(connection);
  const place = `manifest ${key}`;
  const [change, setChange] = useState<Read | null>(() => begunIn(draftAt(view, place)?.fields));
  const [saved, setSaved] = useState(false);
  if (change)
    return (
      <ManifestChange
        connection={connection}
        application={key}
        place={place}
        read={change}
        done={(isSaved) => {
          setSaved(isSaved);
          setChange(null);
        }}
      />
    );
  return (
    <Reading
      connection={connection}
      application={key}
      environment={environment}
      saved={saved}
      edit={(read) => {
        setSaved(false);
        setChange(read);
      }}
    />
  );
}

type Props = {
  connection: string;
  application: string;
  environment: string;
  saved: boolean;
  edit: (read: Read) => void;
};

function Reading({ connection, application, environment, saved, edit }: Props) {
  const { t } = useTranslation();
  const held = useResource(connection, { kind: 'application', application });
  useFront(held.reading, 'inner');
  const text = usePlainText(held.value);
  const noWriting = useNoWrites(connection, useFleet(connection).held.reading);
  const can = useRights(connection, application, null);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const reasonFor = (permission: 'applications:update' | 'applications:delete' | 'applications:create') => {
    if (!can(permission)) return t('rights.missing', { permission });
    return noWriting;
  };
  const begin = () => {
    if (asking) return;
    setAsking(true);
    setError(null);
    readManifest(connection, application)
      .then(edit, (thrown: unknown) => {
        setError(asCommandError(thrown));
      })
      .finally(() => {
        setAsking(false);
      });
  };
  return (
    <>
      <Toolbar>
        <Button reason={reasonFor('applications:update')} aria-disabled={asking} onClick={begin}>
          {asking ? t('manifest.opening') : t('manifest.edit')}
        </Button>
        <Button
          kind="quiet"
          reason={reasonFor('applications:create')}
          onClick={() => {
            go(paths.newApplication(connection, application));
          }}
        >
          <Copy {...smallIcon} />
          {t('menu.copyApplication')}
        </Button>
        <Button
          kind="quiet"
          reason={reasonFor('applications:delete')}
          onClick={() => {
            openDeletion({ connection, application });
          }}
        >
          <Trash2 {...smallIcon} />
          {t('menu.delete')}
        </Button>
      </Toolbar>
      <div className={styles.page} data-scroll="">
        {saved && (
          <div className={styles.saved} role="status">
            <Remark state="well">{t('manifest.saved')}</Remark>
            <Button
              onClick={() => {
                go(paths.application(connection, application, environment, 'manifest', { form: true }));
              }}
            >
              {t('deploy.action')}
            </Button>
          </div>
        )}
        {error && <Problem error={error} />}
        {!held.value && <Waiting held={held} what={t('application.manifest')} rows={12} />}
        {text !== null && (
          <div className={styles.json}>
            <Suspense fallback={<Loading what={t('application.manifest')} rows={12} />}>
              <JsonEditor label={t('manifest.jsonOf', { key: application })} value={text} />
            </Suspense>
          </div>
        )}
      </div>
    </>
  );
}

/** The text of what is known of an application's manifest; Rust knows what of it is none. */
function usePlainText(application: Application | undefined): string | null {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    if (!application) return undefined;
    let wanted = true;
    commands.manifestPlain(application as unknown as Manifest).then(
      (plain) => {
        if (wanted) setText(textOf(plain as Manifest));
      },
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [application]);
  return text;
}

/** What was being changed before the session or the app ended. */
function begunIn(fields: Partial<Record<string, string>> | undefined): Read | null {
  if (fields?.['base'] === undefined) return null;
  const read = manifestFrom(fields['base']);
  const version = fields['version'] ?? '';
  return 'manifest' in read ? { manifest: read.manifest, version: version === '' ? null : version } : null;
}
