//! Signing in: discovery, the browser and the loopback redirect or another device, the exchange,
//! verification.

mod attempt;
mod controller;
mod detected;
mod device;
mod device_requests;
mod loopback;
mod named_issuer;
mod provider;
mod sender;
mod service_account;
mod settings;
mod strict;
mod token_endpoint;
mod verify;

use std::sync::Arc;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use crate::address::is_loopback;
use crate::{Failure, Network, Speaks};

pub(crate) use attempt::{Attempt, SignedIn, sign_in};
pub(crate) use controller::{Controller, sign_in_on_device_of};
pub use device::DeviceCode;
pub(crate) use device::{DeviceAttempt, sign_in_on_device};
pub(crate) use provider::{NotRefreshed, Provider};
pub(crate) use service_account::service_token;
pub use settings::{Prompt, RedirectHost, SignInSettings};
pub(crate) use token_endpoint::Refreshed;
pub use verify::{Expected, verify};

/// Where public hosts mount the controller (API-V1.md §1.1).
const MOUNTED_AT: &str = "/miso/";

/// Makes further parameters of an authorization request, for the PKCE challenge (RFC 7636) of that
/// sign-in alone: its address stands where others can read it.
pub type SignInParameters = Arc<dyn Fn(&str) -> Vec<(String, SecretString)> + Send + Sync>;

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
    /// Its OpenID Connect issuer; `None` where it names none and none was given, as many that speak v1:
    /// people sign in on another device there.
    pub issuer: Option<String>,
    /// Which reading of the API it speaks, where that could be seen; of both, the documented one.
    pub speaks: Option<Speaks>,
    /// Scopes this provider does not know, which are therefore not asked for.
    pub scopes_left_out: Vec<String>,
}

/// Looks for an instance and its provider: at the path that was given, since an instance may live
/// below one, and where none is there, at the origin, and last where public hosts mount the
/// controller; or at the issuer that the settings name.
///
/// # Errors
/// Why there is none: connectivity, TLS, or [`crate::Code::DiscoveryFailed`].
pub async fn probe(instance: &Url) -> Result<InstanceFound, Failure> {
    probe_with(instance, &SignInSettings::default(), &Network::default()).await
}

/// The same with settings of its own, and by a way that was set.
///
/// # Errors
/// See [`probe`].
pub async fn probe_with(
    instance: &Url,
    settings: &SignInSettings,
    network: &Network,
) -> Result<InstanceFound, Failure> {
    let first = match look_at(instance, settings, network).await {
        Err(failure) if failure.code == crate::Code::DiscoveryFailed => failure,
        other => return other,
    };
    if settings.issuer.is_some() {
        return Err(first);
    }
    for path in elsewhere(instance) {
        let mut there = instance.clone();
        there.set_path(path);
        if let Ok(found) = look_at(&there, settings, network).await {
            return Ok(found);
        }
    }
    Err(first)
}

/// The paths that are tried where nothing is at the one that was given.
fn elsewhere(instance: &Url) -> impl Iterator<Item = &'static str> {
    let is_public = !is_loopback(instance);
    let paths = [("/", true), (MOUNTED_AT, is_public)].into_iter();
    paths.filter_map(|(path, is_tried)| (is_tried && instance.path() != path).then_some(path))
}

async fn look_at(
    instance: &Url,
    settings: &SignInSettings,
    network: &Network,
) -> Result<InstanceFound, Failure> {
    let issuer = settings.issuer.as_deref();
    let found = Provider::discover(instance, issuer, network).await;
    let speaks = match &found {
        Err(failure) if failure.code != crate::Code::DiscoveryFailed => None,
        Ok(_) | Err(_) => detected::speaks(instance, network).await,
    };
    match found {
        Ok(provider) => Ok(InstanceFound {
            url: instance.clone(),
            issuer: Some(provider.issuer().to_owned()),
            speaks,
            scopes_left_out: provider.scopes_left_out(settings),
        }),
        // It may be an instance all the same, whose people sign in at the controller itself.
        Err(_) if speaks == Some(Speaks::V1) && settings.issuer.is_none() => Ok(InstanceFound {
            url: instance.clone(),
            issuer: None,
            speaks,
            scopes_left_out: Vec::new(),
        }),
        Err(failure) => Err(failure),
    }
}
