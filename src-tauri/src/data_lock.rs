//! One process at a time works on the app's data, also where there is no message bus on which a
//! second start could find the first.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const FILE: &str = "app.lock";
/// Stands there while somebody waits for it.
const WANTED: &str = "app.wanted";
/// How long one that is just ending may take to let go.
const PATIENCE: Duration = Duration::from_secs(5);
const EVERY: Duration = Duration::from_millis(50);

/// The right to work on the app's data, as long as it is held.
#[derive(Debug)]
pub(crate) struct DataLock(#[expect(dead_code, reason = "open is locked")] File);

/// Why there is no such right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotLocked {
    #[error("another Miso Desktop uses the folder")]
    InUse,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl DataLock {
    /// Takes the right, and waits a moment for one that is about to let go.
    pub(crate) fn take(folder: &Path) -> Result<Self, NotLocked> {
        Self::take_within(folder, PATIENCE)
    }

    /// The same without waiting, and without being in the way of who waits.
    pub(crate) fn take_at_once(folder: &Path) -> Result<Self, NotLocked> {
        Self::take_within(folder, Duration::ZERO)
    }

    /// Whether the app waits for the right: who has it for a while, and is no app, lets go then.
    pub(crate) fn is_wanted(folder: &Path) -> bool {
        let marked = fs::metadata(folder.join(WANTED)).and_then(|about| about.modified());
        // One that was cut off while it waited wants it no more.
        marked.is_ok_and(|at| at.elapsed().is_ok_and(|ago| ago < 2 * PATIENCE))
    }

    fn take_within(folder: &Path, patience: Duration) -> Result<Self, NotLocked> {
        fs::create_dir_all(folder)?;
        let file = File::create(folder.join(FILE))?;
        let _marked = (!patience.is_zero()).then(|| Wanted::mark(folder));
        let deadline = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::Error(error)) => return Err(error.into()),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(NotLocked::InUse);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(EVERY),
            }
        }
    }
}

/// The mark of one that waits; it goes with this.
struct Wanted(PathBuf);

impl Wanted {
    fn mark(folder: &Path) -> Self {
        let mark = folder.join(WANTED);
        if let Err(error) = File::create(&mark) {
            tracing::warn!(%error, "a command that has the data does not learn that it is wanted");
        }
        Self(mark)
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        // Where it could not be made there is none.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_it_is_seen_by_who_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let held = DataLock::take_at_once(folder.path()).unwrap();
        assert!(!DataLock::is_wanted(folder.path()));
        let waiting = {
            let folder = folder.path().to_owned();
            std::thread::spawn(move || DataLock::take(&folder))
        };
        while !DataLock::is_wanted(folder.path()) {
            std::thread::yield_now();
        }
        assert!(DataLock::take_at_once(folder.path()).is_err());
        assert!(DataLock::is_wanted(folder.path()), "it is still waited for");
        drop(held);
        let _held = waiting.join().unwrap().unwrap();
        assert!(!DataLock::is_wanted(folder.path()));
    }

    #[test]
    fn one_at_a_time_and_the_next_when_it_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataLock::take(folder.path()).unwrap();
        let second = DataLock::take_within(folder.path(), Duration::ZERO);
        assert!(matches!(second, Err(NotLocked::InUse)));
        let waiting = {
            let folder = folder.path().to_owned();
            std::thread::spawn(move || DataLock::take(&folder))
        };
        drop(first);
        waiting.join().unwrap().unwrap();
    }
}
