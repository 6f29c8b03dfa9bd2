//! The operating system's keyring.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{CredentialStore, VaultError};

const SERVICE: &str = "ai.aifabrix.miso-desktop";

/// Credential Manager takes 2,560 bytes an entry.
const LIMIT: Option<usize> = if cfg!(windows) { Some(2_560) } else { None };

/// The operating system's keyring: Secret Service, Keychain or Credential Manager.
#[derive(Default)]
pub struct PlatformStore {
    store: Option<Arc<keyring_core::CredentialStore>>,
}

impl PlatformStore {
    /// Does `work` with an entry; where the service went away, once more with a store built anew.
    /// Any other refusal stands: asking a locked keyring twice would ask a person twice.
    fn with<T>(
        &mut self,
        name: &str,
        work: impl Fn(&keyring::v1::Entry) -> keyring_core::Result<T>,
    ) -> Result<Option<T>, VaultError> {
        let was_built_before = self.store.is_some();
        let mut outcome = self.try_with(name, &work);
        if was_built_before && outcome.as_ref().is_err_and(is_gone) {
            tracing::debug!("the keyring is asked again through a new store");
            self.store = None;
            outcome = self.try_with(name, &work);
        }
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(keyring_core::Error::NoEntry) => Ok(None),
            Err(error) => {
                if is_gone(&error) {
                    self.store = None;
                }
                Err(translate(error))
            }
        }
    }

    fn try_with<T>(
        &mut self,
        name: &str,
        work: impl Fn(&keyring::v1::Entry) -> keyring_core::Result<T>,
    ) -> keyring_core::Result<T> {
        let store = match &self.store {
            Some(store) => store.clone(),
            None => {
                let store = native_store()?;
                self.store = Some(store.clone());
                store
            }
        };
        keyring_core::set_default_store(store);
        let inner = keyring_core::Entry::new(SERVICE, name)?;
        work(&keyring::v1::Entry { inner })
    }
}

impl CredentialStore for PlatformStore {
    fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(self.get_all(name)?.into_iter().next())
    }

    fn get_all(&mut self, name: &str) -> Result<Vec<Zeroizing<Vec<u8>>>, VaultError> {
        let found = self.with(name, |entry| each(entry, keyring_core::Entry::get_secret))?;
        Ok(found
            .unwrap_or_default()
            .into_iter()
            .map(Zeroizing::new)
            .collect())
    }

    fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
        // Which of several counts is not known here: all say the same from now on, then one is
        // kept.
        let all = self
            .with(name, |entry| each(entry, |entry| entry.set_secret(value)))?
            .map_or(0, |set| set.len());
        if all > 1 {
            self.with(name, keep_one)?;
        }
        Ok(())
    }

    fn delete(&mut self, name: &str) -> Result<(), VaultError> {
        self.with(name, |entry| {
            each(entry, keyring_core::Entry::delete_credential)
        })?;
        Ok(())
    }

    fn limit(&self) -> Option<usize> {
        LIMIT
    }
}

/// Does work with an entry; where the store holds it more than once, with each.
fn each<T>(
    entry: &keyring::v1::Entry,
    work: impl Fn(&keyring_core::Entry) -> keyring_core::Result<T>,
) -> keyring_core::Result<Vec<T>> {
    match work(&entry.inner) {
        Err(keyring_core::Error::Ambiguous(all)) => all.iter().map(work).collect(),
        other => Ok(vec![other?]),
    }
}

fn keep_one(entry: &keyring::v1::Entry) -> keyring_core::Result<()> {
    match entry.inner.get_secret() {
        Err(keyring_core::Error::Ambiguous(all)) => all
            .iter()
            .skip(1)
            .try_for_each(keyring_core::Entry::delete_credential),
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(target_os = "linux")]
fn native_store() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn native_store() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn native_store() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// Whether the service behind the store went away, so that only a new store can help: it was not
/// there at first, it has no session of ours after a restart, or its bus is gone.
fn is_gone(error: &keyring_core::Error) -> bool {
    matches!(
        error,
        keyring_core::Error::NoDefaultStore | keyring_core::Error::PlatformFailure(_)
    )
}

fn translate(error: keyring_core::Error) -> VaultError {
    match error {
        keyring_core::Error::NoStorageAccess(reason) => VaultError::Locked(reason.to_string()),
        keyring_core::Error::BadEncoding(_)
        | keyring_core::Error::BadDataFormat(..)
        | keyring_core::Error::Ambiguous(_) => VaultError::Corrupt,
        other => VaultError::Unavailable(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_service_that_went_away_is_asked_again() {
        let word = || Box::new(std::io::Error::other("locked"));
        for (error, gone) in [
            (keyring_core::Error::NoDefaultStore, true),
            (keyring_core::Error::PlatformFailure(word()), true),
            (keyring_core::Error::NoStorageAccess(word()), false),
            (keyring_core::Error::NoEntry, false),
            (keyring_core::Error::BadEncoding(Vec::new()), false),
        ] {
            assert_eq!(is_gone(&error), gone, "{error:?}");
        }
    }

    #[test]
    fn doubled_entries_are_all_read_and_one_is_kept() {
        use keyring_core::api::CredentialStoreApi;
        use keyring_core::mock;

        let store = mock::Store::new().unwrap();
        let build = |user: &str| store.build(SERVICE, user, None).unwrap();
        let (one, two) = (build("one"), build("two"));
        one.set_secret(b"old").unwrap();
        two.set_secret(b"new").unwrap();
        let meant = keyring::v1::Entry {
            inner: build("meant"),
        };
        let matched_by_both = || {
            let credential: &mock::Cred = meant.inner.as_any().downcast_ref().unwrap();
            let both = vec![build("one"), build("two")];
            credential.set_error(keyring_core::Error::Ambiguous(both));
        };
        matched_by_both();
        let read = each(&meant, keyring_core::Entry::get_secret).unwrap();
        assert_eq!(read, [b"old".to_vec(), b"new".to_vec()]);
        matched_by_both();
        each(&meant, |entry| entry.set_secret(b"newest")).unwrap();
        matched_by_both();
        keep_one(&meant).unwrap();
        assert_eq!(one.get_secret().unwrap(), b"newest");
        assert!(matches!(
            two.get_secret(),
            Err(keyring_core::Error::NoEntry)
        ));
        matched_by_both();
        assert!(each(&meant, keyring_core::Entry::get_secret).is_err());
    }
}
