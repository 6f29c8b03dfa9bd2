//! The data folder: one instance, one process.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::StartError;
use crate::private_file;

/// A data folder that this process holds.
pub(crate) struct Folder {
    root: PathBuf,
    /// What [`Self::open`] made of it.
    made: Made,
    /// Held open for its lock, which the system releases when the process ends, however it ends.
    _lock: File,
}

/// How much of a data folder was not there before.
#[derive(Debug)]
enum Made {
    /// An instance was here.
    Nothing,
    /// The folder was empty.
    Content,
    /// These folders were missing, the innermost first.
    Folders(Vec<PathBuf>),
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
        if let Some(file) = root.ancestors().find(|path| path.is_file()) {
            return Err(StartError::FolderIsFile {
                path: file.to_owned(),
            });
        }
        let missing: Vec<PathBuf> = root
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_owned)
            .collect();
        private_file::folder(root).map_err(unwritable)?;
        let is_empty = fs::read_dir(root).map_err(unwritable)?.next().is_none();
        let made = match (missing.is_empty(), is_empty) {
            (false, _) => Made::Folders(missing),
            (true, true) => Made::Content,
            (true, false) => Made::Nothing,
        };
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
                made,
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(StartError::FolderInUse {
                path: root.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(unwritable(source)),
        }
    }

    /// Takes away what was made for an instance that then could not start. What was there before
    /// stays, and so does what somebody else put there meanwhile.
    pub(crate) fn undo(self) {
        let folders = match self.made {
            Made::Nothing => return,
            Made::Content => Vec::new(),
            Made::Folders(folders) => folders,
        };
        let database = self.root.join(DATABASE);
        let beside = ["-wal", "-shm"].map(|suffix| private_file::with_suffix(&database, suffix));
        let files = [self.root.join(IDENTITY), database, self.root.join(LOCK)];
        for file in files.iter().chain(&beside) {
            tried("file", file, fs::remove_file(file));
        }
        for folder in &folders {
            tried("folder", folder, fs::remove_dir(folder));
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

fn tried(what: &str, path: &Path, outcome: io::Result<()>) {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "a {what} that was made in vain stays");
        }
        Ok(()) | Err(_) => {}
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
    fn what_was_made_in_vain_is_taken_away_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b");
        let new = Folder::open(&path).unwrap();
        private_file::replace(&new.identity(), b"{}").unwrap();
        new.undo();
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);

        let empty = Folder::open(root.path()).unwrap();
        fs::write(root.path().join("thesis.txt"), "mine").unwrap();
        empty.undo();
        let left: Vec<_> = fs::read_dir(root.path()).unwrap().flatten().collect();
        assert_eq!(left.len(), 1, "{left:?}");

        drop(Folder::open(&path).unwrap());
        Folder::open(&path).unwrap().undo();
        assert!(path.join(LOCK).exists(), "an instance was here");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        for folder in [file.clone(), file.join("below")] {
            let refused = Folder::open(&folder).err().unwrap();
            assert_eq!(refused.code(), "data_folder_unwritable");
            assert_eq!(refused.path(), Some(file.as_path()));
            assert!(refused.to_string().contains("is a file"), "{refused}");
        }
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
