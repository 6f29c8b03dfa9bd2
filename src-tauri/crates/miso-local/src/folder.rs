//! The data folder: one instance, one process.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::StartError;
use crate::private_file;

/// A data folder that this process holds.
pub(crate) struct Folder {
    root: PathBuf,
    /// Held open for its lock, which the system releases when the process ends, however it ends.
    _lock: File,
}

const IDENTITY: &str = "identity.json";
const DATABASE: &str = "miso.db";
const LOCK: &str = "lock";
const LOGS: &str = "logs";

impl Folder {
    /// Makes the folder where it is missing, closes it to others and locks it.
    pub(crate) fn open(root: &Path) -> Result<Self, StartError> {
        let unwritable = |source| StartError::FolderUnwritable {
            path: root.to_owned(),
            source,
        };
        private_file::folder(root).map_err(unwritable)?;
        if !is_ours(root).map_err(unwritable)? {
            return Err(StartError::FolderForeign {
                path: root.to_owned(),
            });
        }
        private_file::close_folder(root).map_err(unwritable)?;
        let lock = private_file::append(&root.join(LOCK)).map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                root: root.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(StartError::FolderInUse {
                path: root.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(unwritable(source)),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn identity(&self) -> PathBuf {
        self.root.join(IDENTITY)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.root.join(DATABASE)
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join(LOGS)
    }
}

/// Whether the folder is empty or an instance's. A folder given by mistake (a home, `/tmp`) must
/// not lose the rights that others have in it.
fn is_ours(root: &Path) -> io::Result<bool> {
    let mut empty = true;
    for entry in fs::read_dir(root)? {
        let name = entry?.file_name();
        if [IDENTITY, DATABASE, LOCK].iter().any(|ours| name == **ours) {
            return Ok(true);
        }
        empty = false;
    }
    Ok(empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_refused_until_the_first_lets_go() {
        let root = tempfile::tempdir().unwrap();
        let first = Folder::open(root.path()).unwrap();
        let second = Folder::open(root.path()).err().unwrap();
        assert_eq!(second.code(), "data_folder_in_use");
        assert_eq!(second.path(), Some(root.path()));
        drop(first);
        Folder::open(root.path()).unwrap();
    }

    #[test]
    fn a_folder_of_other_files_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("thesis.txt"), "mine").unwrap();
        let before = fs::metadata(root.path()).unwrap().permissions();
        let refused = Folder::open(root.path()).err().unwrap();
        assert_eq!(refused.code(), "data_folder_foreign");
        assert_eq!(fs::metadata(root.path()).unwrap().permissions(), before);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let refused = Folder::open(&file.join("below")).err().unwrap();
        assert_eq!(refused.code(), "data_folder_unwritable");
        assert!(refused.to_string().contains("file/below"), "{refused}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_enter() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b");
        let folder = Folder::open(&path).unwrap();
        private_file::replace(&folder.identity(), b"{}").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join(LOCK)), 0o600);
        assert_eq!(mode(&folder.identity()), 0o600);
    }
}
