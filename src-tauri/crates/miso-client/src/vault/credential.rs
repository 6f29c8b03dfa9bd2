//! What is kept of a session, and how it stands in the keyring.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::VaultError;
use crate::Account;

/// What is kept of a session. The secret is the refresh token or the service account's secret.
#[derive(Clone, Debug)]
pub struct Credential {
    /// What the secret is.
    pub kind: CredentialKind,
    /// The secret.
    pub secret: SecretString,
    /// The issuer it is good for.
    pub issuer: String,
    /// The OAuth client it was given to.
    pub client_id: String,
    /// Who it stands for.
    pub account: Account,
}

never_serialized!(Credential);

/// What a credential's secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// An OAuth refresh token.
    RefreshToken,
    /// A service account's client secret.
    ClientSecret,
    /// A refresh token of the controller's own sign-in (API-V1.md §2.2), good at the instance itself.
    ControllerToken,
}

/// What stands in the entry: JSON as base64 text, since some stores take text only.
#[derive(Serialize, Deserialize)]
struct Kept {
    v: u8,
    /// Milliseconds since 1970: which one counts where a store holds an entry twice.
    #[serde(default)]
    saved: i64,
    kind: CredentialKind,
    secret: Zeroizing<String>,
    issuer: String,
    client_id: String,
    account: Account,
}

pub(super) fn encode(
    credential: &Credential,
    at: DateTime<Utc>,
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let kept = Kept {
        v: 1,
        saved: at.timestamp_millis(),
        kind: credential.kind,
        secret: Zeroizing::new(credential.secret.expose_secret().to_owned()),
        issuer: credential.issuer.clone(),
        client_id: credential.client_id.clone(),
        account: credential.account.clone(),
    };
    let json = Zeroizing::new(serde_json::to_vec(&kept).map_err(|_| VaultError::Corrupt)?);
    Ok(Zeroizing::new(STANDARD.encode(&json).into_bytes()))
}

/// The credential of an entry: where the store holds the entry more than once, the one that was
/// saved last among those that can be read. `None` where there is none.
pub(super) fn newest(entries: &[Zeroizing<Vec<u8>>]) -> Result<Option<Credential>, VaultError> {
    let readable = entries.iter().filter_map(|bytes| read(bytes).ok());
    match readable.max_by_key(|kept| kept.saved) {
        Some(kept) => Ok(Some(Credential {
            kind: kept.kind,
            secret: SecretString::from(kept.secret.as_str()),
            issuer: kept.issuer,
            client_id: kept.client_id,
            account: kept.account,
        })),
        None if entries.is_empty() => Ok(None),
        None => Err(VaultError::Corrupt),
    }
}

fn read(bytes: &[u8]) -> Result<Kept, VaultError> {
    let json = Zeroizing::new(STANDARD.decode(bytes).map_err(|_| VaultError::Corrupt)?);
    serde_json::from_slice(&json).map_err(|_| VaultError::Corrupt)
}
