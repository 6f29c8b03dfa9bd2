//! One process at a time works on the app's data, also where there is no message bus on which a
//! second start could find the first.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

const FILE: &str = "app.lock";
/// Stands there while somebody waits for it.
const WANTED: &str = "app.wanted";
/// Stands there while a command has it, which lets go when it is wanted.
const LENT: &str = "app.lent";
/// How long one that is just ending may take to let go.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same of a command: what it has sent is answered first, which takes 35 s at most, and what it has
/// begun is put away.
const HANDOVER: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_millis(50);

/// The right to work on the app's data, as long as it is held.
#[derive(Debug)]
pub(crate) struct DataLock {
    /// Goes before the lock does.
    _lent: Option<Mark>,
    #[expect(dead_code, reason = "open is locked")]
    file: File,
}

/// Why there is no such right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotLocked {
    #[error("another Miso Desktop uses the folder")]
    InUse,
    #[error("a command in a shell uses the folder")]
    ByCommand,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl DataLock {
    /// Takes the right, and waits for one that is about to let go.
    pub(crate) fn take(folder: &Path) -> Result<Self, NotLocked> {
        Self::take_within(folder, PATIENCE, HANDOVER)
    }

    /// Takes the right for a command: without waiting, and without being in the way of who waits.
    pub(crate) fn take_at_once(folder: &Path) -> Result<Self, NotLocked> {
        let lock = Self::take_within(folder, Duration::ZERO, Duration::ZERO)?;
        Ok(Self {
            _lent: Some(Mark::set(folder.join(LENT))),
            ..lock
        })
    }

    /// Whether the app waits for the right: who has it for a while, and is no app, lets go then.
    pub(crate) fn is_wanted(folder: &Path) -> bool {
        let marked = fs::metadata(folder.join(WANTED)).and_then(|about| about.modified());
        // One that was cut off while it waited wants it no more.
        marked.is_ok_and(|at| at.elapsed().is_ok_and(|ago| ago < 2 * PATIENCE))
    }

    fn take_within(
        folder: &Path,
        of_an_app: Duration,
        of_a_command: Duration,
    ) -> Result<Self, NotLocked> {
        fs::create_dir_all(folder)?;
        let file = File::create(folder.join(FILE))?;
        let wanted = (!of_an_app.is_zero()).then(|| Mark::set(folder.join(WANTED)));
        let began = Instant::now();
        loop {
            let is_lent = folder.join(LENT).exists();
            let (patience, refused) = match is_lent {
                true => (of_a_command, NotLocked::ByCommand),
                false => (of_an_app, NotLocked::InUse),
            };
            match file.try_lock() {
                Ok(()) => {
                    // One that was cut off has left it there.
                    let _ = fs::remove_file(folder.join(LENT));
                    return Ok(Self { _lent: None, file });
                }
                Err(TryLockError::Error(error)) => return Err(error.into()),
                Err(TryLockError::WouldBlock) if began.elapsed() >= patience => {
                    return Err(refused);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(EVERY),
            }
            if let Some(wanted) = &wanted {
                wanted.renew();
            }
        }
    }
}

/// A mark for who looks; it goes with this.
#[derive(Debug)]
struct Mark {
    path: PathBuf,
    file: Option<File>,
}

impl Mark {
    fn set(path: PathBuf) -> Self {
        let made = File::create(&path);
        let made = made.inspect_err(|error| {
            tracing::warn!(%error, "others do not learn who has the data, or wants it");
        });
        let mark = Self {
            path,
            file: made.ok(),
        };
        mark.renew();
        mark
    }

    /// Says that it holds now still.
    fn renew(&self) {
        if let Some(file) = &self.file
            && let Err(error) = file.set_modified(SystemTime::now())
        {
            tracing::debug!(%error, "a mark is not renewed");
        }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        // Where it could not be made there is none.
        let _ = fs::remove_file(&self.path);
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
        let second = DataLock::take_within(folder.path(), Duration::ZERO, Duration::ZERO);
        assert!(matches!(second, Err(NotLocked::InUse)));
        let waiting = {
            let folder = folder.path().to_owned();
            std::thread::spawn(move || DataLock::take(&folder))
        };
        drop(first);
        waiting.join().unwrap().unwrap();
    }

    #[test]
    fn a_command_that_has_it_is_waited_for_longer_than_an_app() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let (app, command) = (Duration::from_millis(1), Duration::from_millis(300));
        let other = DataLock::take(path).unwrap();
        let began = Instant::now();
        let refused = DataLock::take_within(path, app, command);
        assert!(matches!(refused, Err(NotLocked::InUse)));
        assert!(began.elapsed() < command);
        drop(other);
        let lent = DataLock::take_at_once(path).unwrap();
        let began = Instant::now();
        let refused = DataLock::take_within(path, app, command);
        assert!(matches!(refused, Err(NotLocked::ByCommand)));
        assert!(began.elapsed() >= command);
        drop(lent);
        // What a command left that was cut off says nothing of the app that has it now.
        File::create(path.join(LENT)).unwrap();
        let _held = DataLock::take(path).unwrap();
        let refused = DataLock::take_within(path, app, app);
        assert!(matches!(refused, Err(NotLocked::InUse)));
    }

    #[test]
    fn who_waits_long_wants_it_still() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = Mark::set(folder.path().join(WANTED));
        let file = wanted.file.as_ref().unwrap();
        file.set_modified(SystemTime::now() - 3 * PATIENCE).unwrap();
        assert!(!DataLock::is_wanted(folder.path()));
        wanted.renew();
        assert!(DataLock::is_wanted(folder.path()));
    }
}
