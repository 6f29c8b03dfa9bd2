//! Secrets of applications at rest: AES-256-GCM under the instance's own key, bound to where they
//! belong, so that a row moved to another application opens nothing.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::configuration::TakenSecret;
use crate::random;
use crate::store::applications::SealedSecret;

/// Why a secret could not be sealed or opened.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a stored secret cannot be opened with this instance's key")]
pub(crate) struct SealBroken;

/// Seals and opens secrets.
pub(crate) struct Seal {
    key: LessSafeKey,
}

impl Seal {
    /// A seal with a key of 32 bytes.
    pub(crate) fn new(key: &[u8]) -> Result<Self, SealBroken> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| SealBroken)?;
        Ok(Self {
            key: LessSafeKey::new(key),
        })
    }

    /// Seals a secret of an application.
    pub(crate) fn seal(
        &self,
        application: &str,
        secret: &TakenSecret,
    ) -> Result<SealedSecret, SealBroken> {
        let nonce: [u8; NONCE_LEN] = random::bytes().map_err(|_| SealBroken)?;
        let mut sealed = secret.value.as_bytes().to_vec();
        let belongs = Aad::from(belongs(application, &secret.scope, &secret.name));
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), belongs, &mut sealed)
            .map_err(|_| SealBroken)?;
        sealed.splice(0..0, nonce);
        Ok(SealedSecret {
            scope: secret.scope.clone(),
            name: secret.name.clone(),
            sealed,
        })
    }

    /// Opens a secret of an application.
    pub(crate) fn open(
        &self,
        application: &str,
        secret: &SealedSecret,
    ) -> Result<String, SealBroken> {
        let (nonce, sealed) = secret
            .sealed
            .split_at_checked(NONCE_LEN)
            .ok_or(SealBroken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealBroken)?;
        let mut sealed = sealed.to_vec();
        let belongs = Aad::from(belongs(application, &secret.scope, &secret.name));
        let opened = self
            .key
            .open_in_place(nonce, belongs, &mut sealed)
            .map_err(|_| SealBroken)?;
        String::from_utf8(opened.to_vec()).map_err(|_| SealBroken)
    }
}

fn belongs(application: &str, scope: &str, name: &str) -> Vec<u8> {
    // No part can hold a line end: keys, scopes and names have patterns of their own.
    format!("{application}\n{scope}\n{name}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_where_it_belongs() {
        let seal = Seal::new(&[7; 32]).unwrap();
        let secret = TakenSecret {
            scope: "configuration".into(),
            name: "DB_PASSWORD".into(),
            value: "hunter2".into(),
        };
        let sealed = seal.seal("orders-api", &secret).unwrap();
        assert!(!String::from_utf8_lossy(&sealed.sealed).contains("hunter2"));
        assert_eq!(seal.open("orders-api", &sealed).unwrap(), "hunter2");
        assert!(seal.open("pricing", &sealed).is_err());
        let renamed = SealedSecret {
            name: "API_KEY".into(),
            ..sealed.clone()
        };
        assert!(seal.open("orders-api", &renamed).is_err());
        assert!(
            Seal::new(&[8; 32])
                .unwrap()
                .open("orders-api", &sealed)
                .is_err()
        );
    }
}
