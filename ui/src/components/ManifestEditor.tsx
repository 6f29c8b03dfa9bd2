import { FolderOpen } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../app/layers';
import { manifestFrom, type Manifest } from '../app/manifest';
import type { Editing } from '../hooks/useManifest';
import { useSendKey } from '../hooks/useSendKey';
import { Button } from './Button';
import { DraftLine } from './DraftLine';
import { FileChooser } from './FileChooser';
import { smallIcon } from './icon';
import { Loading } from './Loading';
import styles from './ManifestEditor.module.css';
import { isPlaced, ManifestForm } from './ManifestForm';
import { Segmented } from './Segmented';
import { Shape } from './Shape';
import { Toolbar } from './Toolbar';

const JsonEditor = lazy(() => import('./JsonEditor'));

type Props = {
  editing: Editing;
  /** The key is that of an application that is there. */
  keyFixed: boolean;
  disabled: boolean;
  /** Above the fields: what to know first. */
  children?: ReactNode;
  /** At the foot: what is about to be done in production, while it can be taken back. */
  about?: string | null;
  /** At the foot: what came of that. */
  note?: string | null;
  /** At the foot: what can be done with it. */
  actions: ReactNode;
  submit: () => void;
};

/** A manifest in a form or as JSON: the same manifest, whichever is in front. A file can be dropped or pasted on it. */
export function ManifestEditor({
  editing,
  keyFixed,
  disabled,
  children,
  about = null,
  note = null,
  actions,
  submit,
}: Props) {
  const { t } = useTranslation();
  const [view, setView] = useState<'form' | 'json'>(editing.json.reason === null ? 'form' : 'json');
  const [unread, setUnread] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const { json, problems } = editing;
  const form = useSendKey<HTMLFormElement>(submit);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (editing.refusals === 0) return;
    const wrong = '[aria-invalid="true"], [data-refused="true"], [data-problems]';
    body.current?.querySelector<HTMLElement>(wrong)?.focus();
  }, [editing.refusals]);

  const offer = async (text: string) => {
    const read = manifestFrom(text);
    if ('reason' in read) {
      setUnread(read.reason);
      return;
    }
    if (
      editing.changed &&
      !(await ask(
        questionOf(t('manifest.replace.title'), t('manifest.replace.text'), t('manifest.replace.action')),
      ))
    )
      return;
    setUnread(null);
    editing.replace(keyFixed ? keptKey(read.manifest, editing.manifest) : read.manifest);
  };
  const listed = view === 'json' ? problems : problems.filter(({ path }) => !isPlaced(path));

  return (
    <form
      ref={form}
      className={styles.editor}
      noValidate
      data-drops=""
      data-over={over}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onDragOver={(event) => {
        if (disabled || !event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
        setOver(true);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={(event) => {
        const [file] = event.dataTransfer.files;
        setOver(false);
        if (!file || disabled) return;
        event.preventDefault();
        void file.text().then(offer);
      }}
      onPaste={(event) => {
        // Into a field it is pasted as into any; a whole document is meant for all of them.
        const text = event.clipboardData.getData('text/plain');
        if (disabled || view === 'json' || !text.trimStart().startsWith('{')) return;
        event.preventDefault();
        void offer(text);
      }}
    >
      <Toolbar>
        <Segmented
          label={t('manifest.view')}
          value={view}
          options={[
            { value: 'form', label: t('manifest.form') },
            { value: 'json', label: t('manifest.json') },
          ]}
          disabled={json.reason !== null}
          change={setView}
        />
        <FileButton disabled={disabled} offer={(text) => void offer(text)} />
        <span className={styles.hint}>{t('manifest.dropHint')}</span>
      </Toolbar>
      <div ref={body} className={styles.body} data-scroll="" data-json={view === 'json'}>
        <div className={styles.content}>
          <DraftLine draft={editing.draft} disabled={disabled} />
          {children}
          {unread !== null && (
            <p role="alert" className={styles.problem}>
              <Shape state="bad" /> {t('manifest.noManifest', { reason: unread })}
            </p>
          )}
          {json.reason !== null && (
            <p role="alert" className={styles.problem}>
              <Shape state="bad" /> {t('manifest.unreadable', { reason: json.reason })}{' '}
              {!json.kept && t('manifest.notKept')}
            </p>
          )}
          {listed.length > 0 && json.reason === null && (
            <ul
              className={styles.problems}
              tabIndex={-1}
              data-problems=""
              aria-label={t('manifest.problems')}
            >
              {listed.map(({ path, words }) => (
                <li key={`${path} ${words}`} className={styles.problem}>
                  <Shape state="bad" />
                  <span>
                    {path !== '' && <code>{path}</code>} {words}
                  </span>
                </li>
              ))}
            </ul>
          )}
          {view === 'form' ? (
            <ManifestForm editing={editing} keyFixed={keyFixed} disabled={disabled} />
          ) : (
            <div className={styles.json}>
              <Suspense fallback={<Loading what={t('manifest.json')} rows={8} />}>
                <JsonEditor
                  label={t('manifest.jsonLabel')}
                  value={json.text}
                  {...(disabled ? {} : { change: json.change })}
                />
              </Suspense>
            </div>
          )}
        </div>
      </div>
      <footer className={styles.foot} data-waiting={about !== null}>
        <span role="status" aria-live="assertive" className={styles.said}>
          {about ?? note}
        </span>
        {actions}
      </footer>
    </form>
  );
}

/** Opens a file by the system's own dialog. */
function FileButton({ disabled, offer }: { disabled: boolean; offer: (text: string) => void }) {
  const { t } = useTranslation();
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <FileChooser
        chooser={chooser}
        accept=".json,application/json"
        label={t('manifest.file')}
        take={(file) => void file.text().then(offer)}
      />
      <Button kind="quiet" disabled={disabled} onClick={() => chooser.current?.click()}>
        <FolderOpen {...smallIcon} />
        {t('manifest.openFile')}
      </Button>
    </>
  );
}

function questionOf(title: string, text: string, action: string) {
  return { title, text, action, careful: true };
}

/** A file may be another application's; the one that is edited keeps its key. */
function keptKey(read: Manifest, edited: Manifest): Manifest {
  return { ...read, key: edited['key'] ?? null };
}
