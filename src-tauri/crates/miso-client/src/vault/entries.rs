//! Values of any size in a store whose entries are small (Windows takes 2,560 bytes): in pieces,
//! in one of two places, and a manifest in the entry itself that says in which. The pieces are
//! written beside those that count, then the manifest is replaced, then the older pieces go: who
//! is stopped at any step leaves the old value or the new one.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{CredentialStore, VaultError};

/// The largest piece, in bytes (SECURITY.md, "tokens of any real size").
const PIECE: usize = 2_400;
/// No real token has as many pieces; a manifest that says so is not ours.
const MOST_PIECES: usize = 64;
/// Begins a manifest; no value does, since `:` is not base64.
const MANIFEST: &str = "pieces:";

/// What the store holds under a name: nothing, one value, or several where it holds the entry more
/// than once.
pub(super) fn get(
    store: &mut dyn CredentialStore,
    name: &str,
) -> Result<Vec<Zeroizing<Vec<u8>>>, VaultError> {
    let found = store.get_all(name)?;
    let is_empty = found.is_empty();
    let mut values = Vec::new();
    for entry in found {
        let Some(manifest) = Manifest::of(&entry) else {
            values.push(entry);
            continue;
        };
        values.extend(manifest.value(store, name)?);
    }
    if values.is_empty() && !is_empty {
        return Err(VaultError::Corrupt);
    }
    Ok(values)
}

/// Replaces the value under a name; where that fails or is stopped, the older one is still there.
pub(super) fn set(
    store: &mut dyn CredentialStore,
    name: &str,
    value: &[u8],
) -> Result<(), VaultError> {
    let Some(limit) = store.limit() else {
        return store.set(name, value);
    };
    let size = limit.min(PIECE);
    if value.len() <= size {
        store.set(name, value)?;
        tidy(store, name, Place::A, 0);
        tidy(store, name, Place::B, 0);
        return Ok(());
    }
    // An entry that cannot be read has no pieces that count.
    let older = store.get_all(name).unwrap_or_default();
    let taken: Vec<Place> = older
        .iter()
        .filter_map(|entry| Some(Manifest::of(entry)?.place))
        .collect();
    let place = if taken.contains(&Place::A) {
        Place::B
    } else {
        Place::A
    };
    let mut count = 0;
    for piece in value.chunks(size) {
        store.set(&piece_name(name, place, count), piece)?;
        count += 1;
    }
    let manifest = Manifest {
        place,
        count,
        hash: hash(value),
    };
    store.set(name, manifest.text().as_bytes())?;
    tidy(store, name, place, count);
    tidy(store, name, place.other(), 0);
    Ok(())
}

/// Removes what is under a name; the entry itself first, so that nothing can be read any more.
pub(super) fn delete(store: &mut dyn CredentialStore, name: &str) -> Result<(), VaultError> {
    store.delete(name)?;
    if store.limit().is_some() {
        remove_pieces(store, name, Place::A, 0)?;
        remove_pieces(store, name, Place::B, 0)?;
    }
    Ok(())
}

/// Where the pieces of a value are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    A,
    B,
}

impl Place {
    fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }
}

struct Manifest {
    place: Place,
    count: usize,
    hash: String,
}

impl Manifest {
    fn of(entry: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(entry).ok()?.strip_prefix(MANIFEST)?;
        let mut parts = text.split(':');
        let place = match parts.next()? {
            "a" => Place::A,
            "b" => Place::B,
            _ => return None,
        };
        let count = parts.next()?.parse().ok()?;
        let hash = parts.next()?.to_owned();
        (count <= MOST_PIECES).then_some(Self { place, count, hash })
    }

    fn text(&self) -> String {
        format!(
            "{MANIFEST}{}:{}:{}",
            self.place.text(),
            self.count,
            self.hash
        )
    }

    /// The value, where all of its pieces are there and whole.
    fn value(
        &self,
        store: &mut dyn CredentialStore,
        name: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        // Room for all of it at once: what grows leaves copies of a secret behind.
        let mut value = Zeroizing::new(Vec::with_capacity(self.count * PIECE));
        for at in 0..self.count {
            let found = store.get_all(&piece_name(name, self.place, at))?;
            let Some(piece) = found.first() else {
                return Ok(None);
            };
            value.extend_from_slice(piece);
        }
        Ok((hash(&value) == self.hash).then_some(value))
    }
}

/// Removes pieces that count no more. Where that fails they are in nobody's way, and the next
/// save or the end of the session removes them.
fn tidy(store: &mut dyn CredentialStore, name: &str, place: Place, from: usize) {
    if let Err(error) = remove_pieces(store, name, place, from) {
        tracing::info!(%error, "older pieces of a keyring entry could not be removed");
    }
}

/// Removes the pieces from one on. They are written first to last and removed last to first, so
/// none stands behind one that is missing.
fn remove_pieces(
    store: &mut dyn CredentialStore,
    name: &str,
    place: Place,
    from: usize,
) -> Result<(), VaultError> {
    let mut end = from;
    while !store.get_all(&piece_name(name, place, end))?.is_empty() {
        end += 1;
    }
    for at in (from..end).rev() {
        store.delete(&piece_name(name, place, at))?;
    }
    Ok(())
}

fn piece_name(name: &str, place: Place, at: usize) -> String {
    format!("{name}.{}.{at}", place.text())
}

fn hash(value: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(value) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
