//! Files that only their owner may read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::time::SystemTime;

/// Ends the name of a file that is not yet whole.
const NEW: &str = "new";

/// Makes a folder, with those above it, that only its owner may enter.
pub(crate) fn folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| named(error, path))
}

/// Takes the rights of all others from a folder that existed before.
pub(crate) fn close_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(path, owner_only).map_err(|error| named(error, path))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Opens a file for appending, and makes it where it is missing.
pub(crate) fn append(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().append(true).create(true))
        .open(path)
        .map_err(|error| named(error, path))
}

/// Replaces a file as a whole: after a crash it holds the old content or the new.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(NEW);
    let write = || {
        let mut options = OpenOptions::new();
        let mut file = private(options.write(true).create(true).truncate(true)).open(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_folder_of(path)
    };
    write().map_err(|error| named(error, path))
}

/// Removes a file; one that is not there is removed already.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(named(error, path)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Removes what `replace` has left behind where the process ended in it.
pub(crate) fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| named(error, folder))? {
        let path = entry.map_err(|error| named(error, folder))?.path();
        if path.extension().is_some_and(|extension| extension == NEW) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Puts a new file in its place as a whole.
pub(crate) fn create(path: &Path, content: &[u8]) -> io::Result<Stamp> {
    replace(path, content)?;
    let stamp = fs::metadata(path).map(|about| Stamp::from(&about));
    stamp.map_err(|error| named(error, path))
}

/// A file that is read in blocks.
pub(crate) struct Reader<'a> {
    path: &'a Path,
    file: File,
}

impl<'a> Reader<'a> {
    /// Opens it.
    pub(crate) fn open(path: &'a Path) -> io::Result<Self> {
        let file = File::open(path).map_err(|error| named(error, path))?;
        Ok(Self { path, file })
    }

    /// Fills the block from a place on.
    pub(crate) fn read_at(&self, block: &mut [u8], start: u64) -> io::Result<()> {
        read_exact_at(&self.file, block, start).map_err(|error| named(error, self.path))
    }

    /// Reads what the system gives at once; nothing at the end.
    pub(crate) fn read_some(&self, block: &mut [u8], start: u64) -> io::Result<usize> {
        loop {
            match read_at(&self.file, block, start) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                outcome => return outcome.map_err(|error| named(error, self.path)),
            }
        }
    }

    /// The file as it is now.
    pub(crate) fn stamp(&self) -> io::Result<Stamp> {
        Stamp::of(&self.file).map_err(|error| named(error, self.path))
    }
}

/// Tells whether a file is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) bytes: u64,
    pub(crate) modified: SystemTime,
    /// Another file of the same name has another one, where the system has such numbers.
    inode: u64,
}

impl Stamp {
    /// What the system says of an open file.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        file.metadata().map(|about| Self::from(&about))
    }
}

impl From<&fs::Metadata> for Stamp {
    fn from(about: &fs::Metadata) -> Self {
        Self {
            bytes: about.len(),
            modified: about.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(about),
            #[cfg(not(unix))]
            inode: 0,
        }
    }
}

/// The error with the path that it is about: the system leaves it out.
pub(crate) fn named(error: io::Error, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, start)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, start)
}

#[cfg(windows)]
fn read_exact_at(mut file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(bytes)
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
