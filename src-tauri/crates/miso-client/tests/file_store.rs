//! A keyring in a folder, for tests whose process is killed: each entry is replaced at once, as
//! the real ones do, and may be no larger than the limit.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use miso_client::{CredentialStore, VaultError};
use zeroize::Zeroizing;

#[derive(Clone)]
pub struct FileStore {
    pub folder: PathBuf,
    pub limit: Option<usize>,
    /// How many changes are made yet; then the process is as good as dead.
    pub steps: Arc<AtomicUsize>,
}

impl FileStore {
    pub fn in_folder(folder: PathBuf, limit: Option<usize>) -> Self {
        Self {
            folder,
            limit,
            steps: Arc::new(AtomicUsize::new(usize::MAX)),
        }
    }

    /// The same, stopped after this many changes.
    pub fn stopped_after(&self, steps: usize) -> Self {
        Self {
            steps: Arc::new(AtomicUsize::new(steps)),
            ..self.clone()
        }
    }

    /// How many changes were made of at most `from`.
    pub fn steps_made(&self, from: usize) -> usize {
        from - self.steps.load(Ordering::SeqCst)
    }

    /// What it holds: names and lengths.
    pub fn lengths(&self) -> Vec<(String, u64)> {
        let files = fs::read_dir(&self.folder)
            .unwrap()
            .map(|file| file.unwrap());
        // One that is just being replaced may be gone.
        let mut all: Vec<_> = files
            .filter_map(|file| {
                let length = file.metadata().ok()?.len();
                Some((file.file_name().into_string().unwrap(), length))
            })
            .filter(|(name, _)| name != "being-written")
            .collect();
        all.sort();
        all
    }

    fn step(&self) -> Result<(), VaultError> {
        let left = self
            .steps
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        left.map(drop)
            .map_err(|_| VaultError::Unavailable("stopped".to_owned()))
    }
}

impl CredentialStore for FileStore {
    fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(fs::read(self.folder.join(name)).ok().map(Zeroizing::new))
    }

    fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
        self.step()?;
        if self.limit.is_some_and(|limit| value.len() > limit) {
            return Err(VaultError::Unavailable("too long".to_owned()));
        }
        let beside = self.folder.join("being-written");
        fs::write(&beside, value).unwrap();
        fs::rename(&beside, self.folder.join(name)).unwrap();
        Ok(())
    }

    fn delete(&mut self, name: &str) -> Result<(), VaultError> {
        self.step()?;
        fs::remove_file(self.folder.join(name)).ok();
        Ok(())
    }

    fn limit(&self) -> Option<usize> {
        self.limit
    }
}
