//! Certificates of authorities that people chose, kept with the app's data.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use miso_client::{Code, Failure, NetworkSettings};
use tauri::{AppHandle, Manager};

use crate::error::CommandError;

/// Bytes; the system's whole list of authorities is smaller.
const LARGEST: usize = 4 * 1024 * 1024;
/// Characters of a file's name.
const LONGEST_NAME: usize = 60;

/// Keeps a PEM file with the app's data, and gives where.
///
/// # Errors
/// As [`keep`].
pub(crate) fn keep_for(app: &AppHandle, name: &str, pem: &str) -> Result<PathBuf, CommandError> {
    let folder = app.path().app_data_dir()?.join("authorities");
    Ok(keep(&folder, name, pem)?)
}

/// Keeps a PEM file in a folder of its own: under its own name, with a number where another file
/// has that, and once only where it is the same again.
///
/// # Errors
/// [`Code::AuthorityUnreadable`]; nothing is kept then.
pub(crate) fn keep(folder: &Path, name: &str, pem: &str) -> Result<PathBuf, Failure> {
    let failed = |error: io::Error| {
        Failure::new(Code::AuthorityUnreadable)
            .with("file", name)
            .with("reason", error)
    };
    if pem.len() > LARGEST {
        return Err(failed(io::ErrorKind::FileTooLarge.into()));
    }
    fs::create_dir_all(folder).map_err(failed)?;
    let name = plain(name);
    let names = std::iter::once(format!("{name}.pem"))
        .chain((2..).map(|number| format!("{name}-{number}.pem")));
    for file in names.map(|name| folder.join(name)) {
        match fs::read(&file) {
            Ok(known) if known == pem.as_bytes() => return checked(file),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::write(&file, pem).map_err(failed)?;
                return checked(file.clone()).inspect_err(|_| {
                    if let Err(error) = fs::remove_file(&file) {
                        tracing::warn!(%error, "a file that is of no use could not be removed");
                    }
                });
            }
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed(io::ErrorKind::AlreadyExists.into()))
}

fn checked(file: PathBuf) -> Result<PathBuf, Failure> {
    let settings = NetworkSettings {
        authorities: vec![file.clone()],
        ..NetworkSettings::default()
    };
    settings.check().map(|()| file)
}

/// A name that is one on every system.
fn plain(name: &str) -> String {
    let stem = Path::new(name).file_stem().unwrap_or_default();
    let plain: String = stem
        .to_string_lossy()
        .chars()
        .take(LONGEST_NAME)
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    // Beside what is reserved on Windows (CON, NUL, …), an empty one is none.
    format!("authority-{plain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = include_str!("authorities_test.pem");

    #[test]
    fn what_was_chosen_is_kept_once_under_a_plain_name() {
        let folder = tempfile::tempdir().unwrap();
        let first = keep(folder.path(), "../../company root.pem", PEM).unwrap();
        assert_eq!(first, folder.path().join("authority-company-root.pem"));
        assert_eq!(fs::read_to_string(&first).unwrap(), PEM);
        assert_eq!(keep(folder.path(), "company root.pem", PEM).unwrap(), first);
        let other = keep(folder.path(), "company root.crt", &format!("{PEM}\n")).unwrap();
        assert_eq!(other, folder.path().join("authority-company-root-2.pem"));
    }

    #[test]
    fn what_is_no_certificate_is_refused_and_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        for pem in [
            "",
            "no",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        ] {
            let refused = keep(folder.path(), "CON", pem).unwrap_err();
            assert_eq!(refused.code, Code::AuthorityUnreadable);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
