//! Files with certificates of authorities.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::{Code, Failure};

/// The system's whole list of authorities is smaller.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Reads PEM files; blocking, but they are small and local.
///
/// # Errors
/// [`Code::AuthorityUnreadable`] with the file and the reason.
pub(crate) fn read(files: &[PathBuf]) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let mut all = Vec::new();
    for file in files {
        let found = read_file(file).map_err(|reason| {
            Failure::new(Code::AuthorityUnreadable)
                .with("file", file.display())
                .with("reason", reason)
        })?;
        all.extend(found);
    }
    Ok(all)
}

fn read_file(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut text = Vec::new();
    let mut content = File::open(file)
        .map_err(|error| error.to_string())?
        .take(LIMIT + 1);
    content
        .read_to_end(&mut text)
        .map_err(|error| error.to_string())?;
    if text.len() as u64 > LIMIT {
        return Err("too large".to_owned());
    }
    let found = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    if found.is_empty() {
        return Err("no certificate in it (PEM is expected)".to_owned());
    }
    let mut store = RootCertStore::empty();
    for certificate in &found {
        store
            .add(certificate.clone())
            .map_err(|error| error.to_string())?;
    }
    Ok(found)
}
