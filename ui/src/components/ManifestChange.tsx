import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Json, Manifest } from '../app/manifest';
import { modifier } from '../app/platform';
import { readManifest, type Read } from '../app/readManifest';
import { useManifest, type Editing } from '../hooks/useManifest';
import { useFleet } from '../hooks/useFleet';
import { useNoWrites } from '../hooks/useNoWrites';
import { useReview, type Versions } from '../hooks/useReview';
import { asCommandError, commands, type CommandError } from '../ipc';
import { Button } from './Button';
import { Kbd } from './Kbd';
import styles from './ManifestChange.module.css';
import { ManifestChanges } from './ManifestChanges';
import { ManifestEditor } from './ManifestEditor';
import { isPlaced } from './ManifestForm';
import { Problem } from './Problem';
import { Remark } from './Remark';

type Props = {
  connection: string;
  application: string;
  /** Where what is typed is kept. */
  place: string;
  /** What it was when it was opened. */
  read: Read;
  done: (isSaved: boolean) => void;
};

/**
 * An application's manifest being changed: edited, then looked at beside what it was and what somebody else made of it
 * meanwhile, then saved as the version that follows what was seen.
 */
export function ManifestChange({ connection, application, place, read, done }: Props) {
  const [before, setBefore] = useState(read);
  const editing = useManifest(connection, place, read.manifest, {
    base: JSON.stringify(before.manifest),
    version: before.version ?? '',
  });
  const [now, setNow] = useState<Read | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);

  const during = async (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(asCommandError(thrown));
    } finally {
      setBusy(false);
    }
  };
  const review = () =>
    during(async () => {
      if (await editing.check()) setNow(await readManifest(connection, application));
    });
  const save = (manifest: Json, version: string | null) =>
    during(async () => {
      try {
        await commands.applicationUpdate(connection, application, manifest, version);
        editing.draft.sent();
        done(true);
      } catch (thrown) {
        const refused = asCommandError(thrown);
        if (refused.code === 'validation') {
          // What was looked at is what is mended.
          if (now) setBefore(now);
          editing.replace(manifest as Manifest);
          editing.refuse(refused);
          setNow(null);
        }
        if (refused.code !== 'conflict') throw refused as unknown as Error;
        const newer = await readManifest(connection, application);
        if (newer.version === version) throw refused as unknown as Error;
        setNow(newer);
      }
    });

  if (now)
    return (
      <Review
        // What was chosen was chosen between what was seen.
        key={now.version ?? ''}
        connection={connection}
        versions={{ base: before.manifest, mine: editing.manifest, theirs: now.manifest }}
        isNewer={now.version !== before.version}
        busy={busy}
        error={error}
        back={() => {
          setError(null);
          setNow(null);
        }}
        save={(manifest) => void save(manifest, now.version)}
      />
    );
  return (
    <ManifestEditor
      editing={editing}
      keyFixed
      disabled={busy}
      submit={() => void review()}
      actions={<EditActions editing={editing} busy={busy} done={done} />}
    >
      {error && (
        <Problem error={{ ...error, details: error.details.filter(({ field }) => !isPlaced(field)) }} />
      )}
    </ManifestEditor>
  );
}

function EditActions({
  editing,
  busy,
  done,
}: {
  editing: Editing;
  busy: boolean;
  done: (isSaved: boolean) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <span className={styles.hint}>{t('manifest.effect')}</span>
      <Button
        onClick={() => {
          editing.draft.sent();
          done(false);
        }}
      >
        {t(editing.changed ? 'manifest.discard' : 'cancel')}
      </Button>
      <Button
        type="submit"
        kind="primary"
        reason={editing.changed ? undefined : t('manifest.unchanged')}
        aria-disabled={busy}
      >
        {busy ? t('manifest.reviewing') : t('manifest.review')}
        {!busy && <Kbd keys={`${modifier} ⏎`} />}
      </Button>
    </>
  );
}

type ReviewProps = {
  connection: string;
  versions: Versions;
  isNewer: boolean;
  busy: boolean;
  error: CommandError | null;
  back: () => void;
  save: (manifest: Json) => void;
};

function Review({ connection, versions: given, isNewer, busy, error, back, save }: ReviewProps) {
  const { t } = useTranslation();
  const [versions] = useState(given);
  const { merged, open, choose, error: failed } = useReview(versions);
  const noWriting = useNoWrites(connection, useFleet(connection).held.reading);
  const mine = merged?.changes.filter(({ by }) => by === 'mine' || by === 'collision') ?? [];
  const reason =
    noWriting !== undefined
      ? noWriting
      : open > 0
        ? t('conflict.choose', { count: open })
        : merged && mine.length === 0
          ? t('conflict.nothingToSave')
          : undefined;
  return (
    <div className={styles.review}>
      <div className={styles.body} data-scroll="">
        {isNewer && (
          <Remark state="warning">
            {t(open > 0 ? 'conflict.changedCollides' : 'conflict.changed', { count: open })}
          </Remark>
        )}
        {(error ?? failed) && <Problem error={(error ?? failed) as CommandError} />}
        {merged && (
          <ManifestChanges
            merged={merged}
            versions={[versions.base, versions.mine, versions.theirs]}
            choose={choose}
            disabled={busy}
          />
        )}
        {merged?.changes.length === 0 && <p>{t('conflict.same')}</p>}
      </div>
      <footer className={styles.foot}>
        <span className={styles.hint}>{t('manifest.effect')}</span>
        <Button aria-disabled={busy} onClick={back}>
          {t('conflict.back')}
        </Button>
        <Button
          kind="primary"
          autoFocus
          reason={reason}
          disabled={!merged}
          aria-disabled={busy}
          onClick={() => {
            if (merged && !busy) save(merged.value as Json);
          }}
        >
          {busy ? t('manifest.saving') : t(isNewer ? 'conflict.saveMerged' : 'manifest.save')}
        </Button>
      </footer>
    </div>
  );
}
