//! A connection: an instance and an account on it.

use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;
use uuid::Uuid;

use crate::NetworkSettings;
use crate::signin::SignInSettings;

/// Names a connection in every command, event, route, keyring entry and cache row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct ConnectionId(String);

impl ConnectionId {
    /// A new one, unlike all others.
    pub fn random() -> Self {
        Self(Uuid::new_v4().simple().to_string()[..12].to_owned())
    }

    /// The text in routes, keyring entries and cache rows.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ConnectionId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who is signed in. Never a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The ID token's `sub`.
    pub subject: String,
    /// The name to sign in with.
    pub username: String,
    /// The name people read.
    pub display_name: Option<String>,
    /// The address.
    pub email: Option<String>,
}

/// What is kept of a connection in the settings. Holds no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Its id on this machine.
    pub id: ConnectionId,
    /// What people call it.
    pub name: String,
    /// The instance.
    pub url: Url,
    /// The OpenID Connect issuer that was found.
    #[serde(default)]
    pub issuer: Option<String>,
    /// How it signs in.
    #[serde(default)]
    pub sign_in: SignInSettings,
    /// Who signed in last.
    #[serde(default)]
    pub account: Option<Account>,
    /// Its colour.
    #[serde(default)]
    pub hue: Hue,
    /// Whether all of it counts as production.
    #[serde(default)]
    pub production: bool,
    /// The id of the local instance, where this connection leads to the one inside the app.
    #[serde(default)]
    pub local_instance: Option<String>,
    /// The way to it and its provider.
    #[serde(default)]
    pub network: NetworkSettings,
}

impl Connection {
    /// A new connection to an instance, named after its host, with the next free colour.
    pub fn to(url: Url, taken: &[Hue]) -> Self {
        let name = url.host_str().unwrap_or("instance").to_owned();
        let hue = Hue::ALL
            .into_iter()
            .find(|hue| !taken.contains(hue))
            .unwrap_or_default();
        Self {
            id: ConnectionId::random(),
            name,
            url,
            issuer: None,
            sign_in: SignInSettings::default(),
            account: None,
            hue,
            production: false,
            local_instance: None,
            network: NetworkSettings::default(),
        }
    }
}

/// A connection's colour: one of eight that no state uses (UX.md, "Colour").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Hue {
    /// Blue-violet.
    #[default]
    Indigo,
    /// Violet.
    Violet,
    /// Light blue.
    Sky,
    /// Brown.
    Brown,
    /// Olive.
    Olive,
    /// Blue-grey.
    Slate,
    /// Coral.
    Coral,
    /// Plum.
    Plum,
}

impl Hue {
    /// All of them, in the order in which they are given out.
    pub const ALL: [Self; 8] = [
        Self::Indigo,
        Self::Violet,
        Self::Sky,
        Self::Brown,
        Self::Olive,
        Self::Slate,
        Self::Coral,
        Self::Plum,
    ];
}
