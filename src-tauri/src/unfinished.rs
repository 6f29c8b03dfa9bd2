//! A file that appears as a whole, for its owner alone, or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that is not whole yet, in the folder where it is to be. It goes with this, unless it was
/// finished.
pub(crate) struct Unfinished<'a> {
    beside: PathBuf,
    path: &'a Path,
}

impl<'a> Unfinished<'a> {
    /// Begins one, with a name that nobody has foreseen.
    ///
    /// # Errors
    /// What the disk says, with the file's path; so for all of them.
    pub(crate) fn begin(path: &'a Path) -> io::Result<(Self, File)> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", uuid::Uuid::new_v4().simple()));
        Self::at(path.with_file_name(hidden), path)
    }

    /// What is there already is neither followed nor written.
    fn at(beside: PathBuf, path: &'a Path) -> io::Result<(Self, File)> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&beside) {
            Ok(file) => Ok((Self { beside, path }, file)),
            Err(error) => Err(named(path, error)),
        }
    }

    /// Puts it in its place.
    pub(crate) fn finish(&self, file: &File) -> io::Result<()> {
        let put = file
            .sync_all()
            .and_then(|()| fs::rename(&self.beside, self.path));
        put.map_err(|error| named(self.path, error))
    }

    /// Writes a file with these in it.
    pub(crate) fn write(path: &'a Path, bytes: &[u8]) -> io::Result<()> {
        let (unfinished, mut file) = Self::begin(path)?;
        file.write_all(bytes).map_err(|error| named(path, error))?;
        unfinished.finish(&file)
    }
}

fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        // Where it was finished it has its own name by now.
        let _ = fs::remove_file(&self.beside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn it_is_its_owners_alone_whatever_was_there_and_follows_no_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.env"), folder.path().join("other"));
        fs::write(&other, "another's").unwrap();
        symlink(&other, &path).unwrap();
        Unfinished::write(&path, b"mine").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(fs::read_to_string(&other).unwrap(), "another's");
        let about = fs::symlink_metadata(&path).unwrap();
        assert_eq!(
            (about.is_file(), about.permissions().mode() & 0o777),
            (true, 0o600)
        );

        // What stands in the place of what is not whole yet is left alone too.
        let beside = folder.path().join("beside");
        symlink(&other, &beside).unwrap();
        let refused = Unfinished::at(beside.clone(), &path).err().unwrap();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert!(beside.is_symlink());
        assert_eq!(fs::read_to_string(&other).unwrap(), "another's");
        let begun = [Unfinished::begin(&path), Unfinished::begin(&path)];
        let [one, another] = begun.map(|begun| begun.unwrap().0);
        assert_ne!(one.beside, another.beside);
    }
}
