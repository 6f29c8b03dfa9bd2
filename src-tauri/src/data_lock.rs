//! One process at a time works on the app's data, also where there is no message bus on which a
//! second start could find the first.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

const FILE: &str = "app.lock";
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

    fn take_within(folder: &Path, patience: Duration) -> Result<Self, NotLocked> {
        fs::create_dir_all(folder)?;
        let file = File::create(folder.join(FILE))?;
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

#[cfg(test)]
mod tests {
    use super::*;

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
