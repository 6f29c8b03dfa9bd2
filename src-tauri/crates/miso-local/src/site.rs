//! What every request needs: the one instance this process serves.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use secrecy::SecretString;
use url::Url;

use crate::http::limits::Limits;
use crate::oidc::Successors;
use crate::oidc::devices::Devices;
use crate::oidc::keys::Keys;
use crate::oidc::one_time::OneTimeKeys;
use crate::oidc::pending::Pending;
use crate::options::{ServiceAccount, Speaks};
use crate::sealing::Seal;
use crate::store::Store;
use crate::v1::{Drafts, WindowLimit};
use crate::workloads::Platform;

/// The instance as its handlers see it.
pub(crate) struct Site {
    pub(crate) url: Url,
    /// The issuer: the URL without a slash at its end.
    pub(crate) issuer: String,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) launch_key: SecretString,
    pub(crate) one_time_keys: Arc<OneTimeKeys>,
    pub(crate) successors: Successors,
    pub(crate) service_account: Option<ServiceAccount>,
    pub(crate) limits: Option<Limits>,
    pub(crate) speaks: Speaks,
    pub(crate) v1_limit: Option<WindowLimit>,
    pub(crate) drafts: Drafts,
    pub(crate) pending: Pending,
    pub(crate) devices: Devices,
    pub(crate) seal: Arc<Seal>,
    pub(crate) platform: Arc<Platform>,
    /// Calls that are left out, by their `operationId`.
    pub(crate) without: Vec<String>,
    /// The OpenAPI document, once it was asked for.
    pub(crate) document: OnceLock<Bytes>,
}

/// The site, shared by all requests.
pub(crate) type Shared = Arc<Site>;
