//! Signing in: discovery, the browser and the loopback redirect, the exchange, verification.

mod attempt;
mod loopback;
mod provider;
mod sender;
mod service_account;
mod verify;

use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use crate::{Failure, Network};

pub(crate) use attempt::{Attempt, SignedIn, sign_in};
pub(crate) use provider::{NotRefreshed, Provider, Refreshed};
pub(crate) use service_account::service_token;

/// Opens addresses in the browser the user already has.
pub trait Browser: Send + Sync {
    /// Opens an address.
    ///
    /// # Errors
    /// Why no browser could be started, in the system's words.
    fn open(&self, address: &Url) -> Result<(), String>;
}

/// What discovery found behind an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InstanceFound {
    /// The instance.
    pub url: Url,
    /// Its OpenID Connect issuer.
    pub issuer: String,
    /// Scopes this provider does not know, which are therefore not asked for.
    pub scopes_left_out: Vec<String>,
}

/// Looks for an instance and its provider: at the path that was given, since an instance may live
/// below one, and where none is there, at the origin.
///
/// # Errors
/// Why there is none: connectivity, TLS, or [`crate::Code::DiscoveryFailed`].
pub async fn probe(instance: &Url) -> Result<InstanceFound, Failure> {
    probe_through(instance, &Network::default()).await
}

/// The same by a way that was set.
///
/// # Errors
/// See [`probe`].
pub async fn probe_through(instance: &Url, network: &Network) -> Result<InstanceFound, Failure> {
    let first = match look_at(instance, network).await {
        Err(failure) if failure.code == crate::Code::DiscoveryFailed => failure,
        other => return other,
    };
    if instance.path() == "/" {
        return Err(first);
    }
    let mut origin = instance.clone();
    origin.set_path("/");
    look_at(&origin, network).await.map_err(|_| first)
}

async fn look_at(instance: &Url, network: &Network) -> Result<InstanceFound, Failure> {
    let provider = Provider::discover(instance, network).await?;
    Ok(InstanceFound {
        url: instance.clone(),
        issuer: provider.issuer().to_owned(),
        scopes_left_out: provider.scopes_left_out(),
    })
}
