//! What outlives the app besides the keyring: connections, theme, the page that was open. Kept
//! with `tauri-plugin-store`, which writes in place and forgets what it cannot read; so the file
//! is checked before the store opens it, and the last good copy stands beside it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use chrono::Utc;
use miso_client::Connection;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_store::{Store, StoreExt};
use tokio::sync::oneshot;

use crate::drafts::Drafts;
use crate::events::Notice;
use crate::watched_patterns::WatchedPatterns;

mod chosen;
mod merging;
mod windows;

pub use chosen::*;
pub use windows::ZoomStep;
pub(crate) use windows::{KeptWindows, LABELS, Zoom};

pub(crate) const FILE: &str = "settings.json";
const GOOD_COPY: &str = "settings.good.json";

/// The settings: read from memory, written by a thread of their own, since nobody waits for a disk.
pub(crate) struct SettingsStore {
    store: Arc<Store<Wry>>,
    /// Held while a value is taken and set, so that an older one never follows a newer one.
    setting: Mutex<()>,
    /// How often the settings were changed in this run of the app. Changed under the lock.
    revision: AtomicU32,
    writer: mpsc::Sender<Saved>,
}

/// Who waits for a save.
type Saved = oneshot::Sender<Result<(), Arc<NotSaved>>>;

/// How long the end of the app waits for the disk.
const LAST_SAVE: Duration = Duration::from_secs(2);

/// Why settings could not be saved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSaved {
    #[error(transparent)]
    Document(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] tauri_plugin_store::Error),
    #[error(transparent)]
    File(#[from] io::Error),
    #[error("{} cannot be read", .0.display())]
    Torn(PathBuf),
    #[error("the app is ending")]
    Ending,
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
}

/// No real setting takes more; what does would slow every start and every save.
const MOST_BYTES: usize = 1024 * 1024;

/// Why there are no settings to start with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotOpened {
    #[error(transparent)]
    Folder(#[from] tauri::Error),
    #[error(transparent)]
    File(#[from] io::Error),
    #[error(transparent)]
    Mend(#[from] NotSaved),
    #[error(transparent)]
    Store(#[from] tauri_plugin_store::Error),
}

impl SettingsStore {
    /// Opens the settings. A file that cannot be read is kept aside and the last good copy taken;
    /// the notice says so.
    pub(crate) fn open(app: &AppHandle) -> Result<(Self, Option<Notice>), NotOpened> {
        let folder = app.path().app_data_dir()?;
        fs::create_dir_all(&folder)?;
        keep_private(&folder)?;
        let notice = mend(&folder)?;
        let files = Files::in_folder(&folder);
        let store = app.store_builder(&files.file).disable_auto_save().build()?;
        let (writer, queue) = mpsc::channel();
        let on_disk = Arc::clone(&store);
        std::thread::Builder::new()
            .name("settings".to_owned())
            .spawn(move || {
                write_what_is_asked(&queue, || files.write(|| Ok(on_disk.save()?)));
            })?;
        let store = Self {
            store,
            setting: Mutex::default(),
            revision: AtomicU32::new(0),
            writer,
        };
        Ok((store, notice))
    }

    pub(crate) fn settings(&self) -> Settings {
        self.get("settings").unwrap_or_default()
    }

    /// The settings, and how often they were changed by then.
    pub(crate) fn stamped_settings(&self) -> (Settings, u32) {
        let _one_at_a_time = self.lock_setting();
        (self.settings(), self.revision.load(Ordering::Relaxed))
    }

    /// Changes what differs between two states of the settings, whatever else was changed meanwhile.
    /// They are in force then, and on the disk once they were saved.
    pub(crate) fn change_settings(
        &self,
        before: &Settings,
        after: Settings,
    ) -> Result<(Settings, u32), NotSaved> {
        let _one_at_a_time = self.lock_setting();
        let settings = self.settings().changed(before, after);
        self.store.set("settings", bounded(&settings)?);
        let revision = self.revision.fetch_add(1, Ordering::Relaxed) + 1;
        Ok((settings, revision))
    }

    pub(crate) fn connections(&self) -> Vec<Connection> {
        self.get("connections").unwrap_or_default()
    }

    /// Keeps the connections; `connections` says which there are when it is their turn.
    pub(crate) async fn set_connections(
        &self,
        connections: impl FnOnce() -> Vec<Connection>,
    ) -> Result<(), Arc<NotSaved>> {
        self.set("connections", connections)?;
        self.save().await
    }

    /// What was typed and not sent.
    pub(crate) fn drafts(&self) -> Drafts {
        self.get("drafts").unwrap_or_default()
    }

    pub(crate) async fn change_drafts(
        &self,
        change: impl FnOnce(Drafts) -> Drafts,
    ) -> Result<(), Arc<NotSaved>> {
        {
            let _one_at_a_time = self.lock_setting();
            // They are bounded by themselves, by what is typed.
            let drafts = change(self.drafts());
            let drafts = serde_json::to_value(drafts).map_err(NotSaved::from)?;
            self.store.set("drafts", drafts);
        }
        self.save().await
    }

    /// Which patterns of logs somebody is told of.
    pub(crate) fn watched_patterns(&self) -> WatchedPatterns {
        self.get("watchedPatterns").unwrap_or_default()
    }

    pub(crate) async fn change_watched_patterns(
        &self,
        change: impl FnOnce(WatchedPatterns) -> WatchedPatterns,
    ) -> Result<(), Arc<NotSaved>> {
        {
            let _one_at_a_time = self.lock_setting();
            let watched = bounded(change(self.watched_patterns()))?;
            self.store.set("watchedPatterns", watched);
        }
        self.save().await
    }

    /// Notes where the window needs the slower renderer; [`crate::app`] reads it early.
    pub(crate) async fn set_plain_renderer(&self, mark: &str) -> Result<(), Arc<NotSaved>> {
        self.set("plainRenderer", || mark)?;
        self.save().await
    }

    /// Waits until what was set is on the disk, but not for ever. Called at the end of the app.
    pub(crate) fn flush(&self) {
        // The time begins within the runtime, or there is none.
        let saving = async { tokio::time::timeout(LAST_SAVE, self.save()).await };
        match tauri::async_runtime::block_on(saving) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the settings could not be saved"),
            Err(_) => tracing::error!("the settings were not saved in time"),
        }
    }

    fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let value = self.store.get(name)?;
        match serde_json::from_value(value) {
            Ok(value) => Some(value),
            Err(error) => {
                tracing::warn!(name, %error, "a setting is not as it should be");
                None
            }
        }
    }

    fn set<T: Serialize>(
        &self,
        name: &str,
        value: impl FnOnce() -> T,
    ) -> Result<(), Arc<NotSaved>> {
        let _one_at_a_time = self.lock_setting();
        let value = bounded(value())?;
        self.store.set(name, value);
        Ok(())
    }

    fn lock_setting(&self) -> MutexGuard<'_, ()> {
        self.setting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until what was set is on the disk.
    pub(crate) async fn save(&self) -> Result<(), Arc<NotSaved>> {
        let (saved, answer) = oneshot::channel();
        let ending = || Arc::new(NotSaved::Ending);
        self.writer.send(saved).map_err(|_| ending())?;
        answer.await.map_err(|_| ending())?
    }
}

/// The value as JSON, unless it is too long to be kept.
fn bounded(value: impl Serialize) -> Result<serde_json::Value, NotSaved> {
    let value = serde_json::to_value(value)?;
    match value.to_string().len() {
        ..=MOST_BYTES => Ok(value),
        _ => Err(NotSaved::TooLong(MOST_BYTES)),
    }
}

/// Saves once for all who asked meanwhile, until nobody can ask any more.
fn write_what_is_asked(queue: &mpsc::Receiver<Saved>, save: impl Fn() -> Result<(), NotSaved>) {
    while let Ok(first) = queue.recv() {
        let asked: Vec<Saved> = std::iter::once(first).chain(queue.try_iter()).collect();
        let result = save().map_err(Arc::new);
        for saved in asked {
            // Who does not wait any more has still been served.
            let _gone = saved.send(result.clone());
        }
    }
}

/// The settings' file and its good copy.
struct Files {
    file: PathBuf,
    good: PathBuf,
}

impl Files {
    fn in_folder(folder: &Path) -> Self {
        Self {
            file: folder.join(FILE),
            good: folder.join(GOOD_COPY),
        }
    }

    /// Has the file written by `save`, and the good copy made of what can be read again.
    fn write(&self, save: impl FnOnce() -> Result<(), NotSaved>) -> Result<(), NotSaved> {
        save()?;
        copy_whole(&self.file, &self.good)
    }
}

/// Nobody else on this machine may look into the app's folder.
#[cfg(unix)]
fn keep_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// The user's own folder is private by the system's rules.
#[cfg(not(unix))]
fn keep_private(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes sure that the settings file can be read, before the store opens it.
fn mend(folder: &Path) -> Result<Option<Notice>, NotSaved> {
    let Files { file, good } = Files::in_folder(folder);
    let found = read(&file)?;
    if found.as_deref().is_some_and(is_settings) {
        return Ok(None);
    }
    let restorable = read(&good)?.as_deref().is_some_and(is_settings);
    let mut params = BTreeMap::new();
    let code = match (found, restorable) {
        (None, false) => return Ok(None),
        // It was lost, or a start before this one was cut off while it mended.
        (None, true) => "settings_lost",
        (Some(_), true) => "settings_restored",
        (Some(_), false) => "settings_set_aside",
    };
    if code != "settings_lost" {
        let aside = folder.join(format!(
            "settings.unreadable-{}.json",
            Utc::now().format("%Y%m%d-%H%M%S%3f")
        ));
        fs::rename(&file, &aside)?;
        params.insert("file".to_owned(), aside.display().to_string());
    }
    if restorable {
        copy_whole(&good, &file)?;
    }
    Ok(Some(Notice {
        code: code.to_owned(),
        params,
    }))
}

fn read(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether everything in the file can be read, so that nothing in it would be overwritten unread.
fn is_settings(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Shape {
        #[serde(default)]
        settings: Option<Settings>,
        #[serde(default)]
        connections: Option<Vec<Connection>>,
        #[serde(default)]
        address: Option<String>,
        #[serde(default)]
        drafts: Option<Drafts>,
        #[serde(default)]
        windows: Option<KeptWindows>,
        #[serde(default)]
        zoom: Option<Zoom>,
        #[serde(default, rename = "watchedPatterns")]
        watched_patterns: Option<WatchedPatterns>,
    }
    serde_json::from_slice::<Shape>(bytes).is_ok()
}

/// Copies so that the target is the old or the new file, never half of one, and can be read.
fn copy_whole(from: &Path, to: &Path) -> Result<(), NotSaved> {
    let content = fs::read(from)?;
    if !is_settings(&content) {
        return Err(NotSaved::Torn(from.to_owned()));
    }
    let part = to.with_extension("part");
    let mut copy = File::create(&part)?;
    copy.write_all(&content)?;
    copy.sync_all()?;
    drop(copy);
    Ok(fs::rename(&part, to)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::CommandError;

    #[test]
    fn an_unreadable_file_is_kept_aside_and_the_last_good_copy_restored() {
        let good = br#"{"address": "/c/x"}"#;
        for torn in [
            &b""[..],
            b"{\"address\":",
            b"7",
            b"\xff\xfe",
            br#"{"connections": 3}"#,
            br#"{"drafts": [{}]}"#,
        ] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(FILE), torn).unwrap();
            fs::write(folder.path().join(GOOD_COPY), good).unwrap();
            let notice = mend(folder.path()).unwrap().unwrap();
            assert_eq!(notice.code, "settings_restored");
            assert_eq!(fs::read(&notice.params["file"]).unwrap(), torn);
            assert_eq!(fs::read(folder.path().join(FILE)).unwrap(), good);
        }
    }

    #[test]
    fn without_a_good_copy_it_begins_anew_and_still_keeps_the_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(mend(folder.path()).unwrap(), None);
        fs::write(folder.path().join(FILE), b"torn").unwrap();
        let notice = mend(folder.path()).unwrap().unwrap();
        assert_eq!(notice.code, "settings_set_aside");
        assert_eq!(fs::read(&notice.params["file"]).unwrap(), b"torn");
        assert!(!folder.path().join(FILE).exists());
    }

    #[test]
    fn what_cannot_be_read_again_never_becomes_the_good_copy() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::in_folder(folder.path());
        let good = br#"{"address": "/c/x"}"#;
        files.write(|| Ok(fs::write(&files.file, good)?)).unwrap();
        let torn = files.write(|| Ok(fs::write(&files.file, b"{\"address\":")?));
        assert!(matches!(torn, Err(NotSaved::Torn(_))));
        let refused = files.write(|| Err(io::Error::other("the disk is full").into()));
        let error = CommandError::from(Arc::new(refused.unwrap_err()));
        assert_eq!(error.code, "settings_not_saved");
        assert_eq!(error.params["reason"], "the disk is full");
        assert_eq!(fs::read(&files.good).unwrap(), good);
    }

    #[test]
    fn what_is_too_long_is_not_kept() {
        assert!(bounded("x".repeat(MOST_BYTES - 2)).is_ok());
        let error = CommandError::from(Arc::new(bounded("x".repeat(MOST_BYTES)).unwrap_err()));
        assert_eq!(error.code, "settings_not_saved");
    }

    #[test]
    fn a_lost_file_is_restored_from_the_good_copy() {
        let folder = tempfile::tempdir().unwrap();
        let good = br#"{"address": "/c/x"}"#;
        fs::write(folder.path().join(GOOD_COPY), good).unwrap();
        let notice = mend(folder.path()).unwrap().unwrap();
        assert_eq!(notice.code, "settings_lost");
        assert_eq!(fs::read(folder.path().join(FILE)).unwrap(), good);
        assert_eq!(mend(folder.path()).unwrap(), None);
    }

    #[test]
    fn who_asks_while_it_is_saved_is_served_by_the_next_save() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::in_folder(folder.path());
        let (writer, queue) = mpsc::channel();
        let number = AtomicU32::new(0);
        let ask = || {
            let (saved, answer) = oneshot::channel();
            writer.send(saved).unwrap();
            answer
        };
        let mut answers: Vec<_> = (0..50).map(|_| ask()).collect();
        drop(writer);
        write_what_is_asked(&queue, || {
            let saved = number.fetch_add(1, Ordering::Relaxed);
            let content = serde_json::json!({ "address": format!("/c/{saved}") }).to_string();
            files.write(|| Ok(fs::write(&files.file, &content)?))
        });
        assert!(
            answers
                .iter_mut()
                .all(|answer| answer.try_recv().unwrap().is_ok())
        );
        assert_eq!(number.into_inner(), 1);
        assert_eq!(
            fs::read(&files.good).unwrap(),
            fs::read(&files.file).unwrap()
        );
    }
}
