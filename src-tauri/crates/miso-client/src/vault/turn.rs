//! Whose turn it is to spend or replace a keyring entry, among all processes of this user: a file
//! of its own for each entry, locked until what was spent is replaced (SECURITY.md, "one refresh").
//! The system lets go of it when the process ends, however that happens.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Code, Failure};

/// How often one that another process holds is asked for again.
const EVERY: Duration = Duration::from_millis(50);

/// The right to spend or replace an entry, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn(#[expect(dead_code, reason = "open is locked")] Option<File>);

/// The folder of the files; without one, no other process works on the same entries.
#[derive(Default)]
pub(super) struct Turns(Option<PathBuf>);

impl Turns {
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self(Some(folder))
    }

    /// Takes the turn at an entry, and waits for it where another process has it.
    ///
    /// # Errors
    /// [`Code::SessionBusy`] where it is not let go of in time, or the file cannot be used.
    pub(super) async fn take(&self, name: &str, patience: Duration) -> Result<Turn, Failure> {
        let Some(folder) = &self.0 else {
            return Ok(Turn(None));
        };
        // Whatever a settings file calls an entry, its file is in this folder.
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let file = folder.join(format!("{name}.lock"));
        let mut opened = off_the_threads(move || open(&file)).await?;
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            // Off the async threads each time: the folder may be on a network's disk.
            let (file, tried) = off_the_threads(move || {
                let tried = opened.try_lock();
                Ok((opened, tried))
            })
            .await?;
            match tried {
                Ok(()) => return Ok(Turn(Some(file))),
                Err(TryLockError::Error(error)) => return Err(busy(error)),
                Err(TryLockError::WouldBlock) if tokio::time::Instant::now() >= deadline => {
                    return Err(busy("another process holds it"));
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(EVERY).await,
            }
            opened = file;
        }
    }
}

async fn off_the_threads<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(busy),
        Err(error) => Err(busy(error)),
    }
}

/// Opens the file, which stays for ever: who removed one that another has open would let two in.
fn open(file: &Path) -> io::Result<File> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

fn busy(reason: impl ToString) -> Failure {
    Failure::new(Code::SessionBusy).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_for_each_entry() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (
            Turns::in_folder(folder.path().join("turns")),
            Turns::in_folder(folder.path().join("turns")),
        );
        let held = one.take("a", Duration::ZERO).await.unwrap();
        let refused = two.take("a", EVERY).await.unwrap_err();
        assert_eq!(refused.code, Code::SessionBusy);
        two.take("../b", Duration::ZERO).await.unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let (waited, ()) = tokio::join!(two.take("a", Duration::from_secs(10)), async {
            tokio::task::yield_now().await;
            drop(held);
        });
        waited.unwrap();
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_used_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let turns = Turns::in_folder(file);
        let refused = turns.take("a", Duration::ZERO).await.unwrap_err();
        assert_eq!(refused.code, Code::SessionBusy);
    }
}
