//! Files with certificates of authorities.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use crate::{Code, Failure};

/// The system's whole list of authorities is smaller.
const LIMIT: u64 = 4 * 1024 * 1024;

/// A company has a few; each is read with every new client.
const MOST: usize = 16;

/// Reads PEM files; blocking, but they are small, few and regular.
///
/// # Errors
/// [`Code::AuthorityUnreadable`] with the file and the reason.
pub(crate) fn read(files: &[PathBuf]) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let unreadable = |file: &Path, reason: String| {
        Failure::new(Code::AuthorityUnreadable)
            .with("file", file.display())
            .with("reason", reason)
    };
    if let Some(file) = files.get(MOST) {
        return Err(unreadable(file, format!("more than {MOST} files")));
    }
    let mut all = Vec::new();
    for file in files {
        let text = text_of(file).map_err(|reason| unreadable(file, reason))?;
        all.extend(parse(&text).map_err(|reason| unreadable(file, reason))?);
    }
    Ok(all)
}

/// The text of a PEM file.
pub(crate) fn text_of(file: &Path) -> Result<Vec<u8>, String> {
    let said = |error: std::io::Error| error.to_string();
    // A pipe would be waited for without end.
    if !std::fs::metadata(file).map_err(said)?.is_file() {
        return Err("not a file".to_owned());
    }
    let mut text = Vec::new();
    let mut content = File::open(file).map_err(said)?.take(LIMIT + 1);
    content.read_to_end(&mut text).map_err(said)?;
    Ok(text)
}

/// The certificates of a PEM text.
pub(crate) fn parse(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    if text.len() as u64 > LIMIT {
        return Err("too large".to_owned());
    }
    let found = CertificateDer::pem_slice_iter(text)
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

/// Whose certificates they are, as they say themselves.
pub(crate) fn subjects(certificates: &[CertificateDer<'static>]) -> Vec<String> {
    let read = |certificate: &CertificateDer<'static>| Certificate::from_der(certificate).ok();
    let known = certificates.iter().filter_map(read);
    known
        .map(|known| known.tbs_certificate().subject().to_string())
        .collect()
}
