//! The operating system's keyring.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{CredentialStore, VaultError};

const SERVICE: &str = "ai.aifabrix.miso-desktop";

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
        Ok(self
            .with(name, |entry| entry.get_secret())?
            .map(Zeroizing::new))
    }

    fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
        self.with(name, |entry| entry.set_secret(value))?;
        Ok(())
    }

    fn delete(&mut self, name: &str) -> Result<(), VaultError> {
        self.with(name, |entry| entry.delete_credential())?;
        Ok(())
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
}
