//! A connection: an instance and an account on it.

use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;
use uuid::Uuid;

use crate::signin::SignInSettings;
use crate::{Code, Failure, NetworkSettings, OwnLimits, Speaks};

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
    /// Whether it is locked: nothing is written before it is unlocked.
    #[serde(default)]
    pub read_only: bool,
    /// The id of the local instance, where this connection leads to the one inside the app.
    #[serde(default)]
    pub local_instance: Option<String>,
    /// The way to it and its provider.
    #[serde(default)]
    pub network: NetworkSettings,
    /// How many requests it may make where the instance does not say it.
    #[serde(default)]
    pub limits: OwnLimits,
    /// Which reading of the API was found to be the instance's.
    #[serde(default)]
    pub found: Option<Speaks>,
    /// Which one was chosen for it; the one that was found counts where none was.
    #[serde(default)]
    pub reads_as: Option<Speaks>,
}

/// An instance, and who signs in to it: several connections that share them are one to others.
pub(crate) type LeadsWhere<'a> = (&'a Url, (Option<&'a str>, &'a str));

impl Connection {
    /// What it shares with the connections of other accounts.
    pub(crate) fn leads_where(&self) -> LeadsWhere<'_> {
        (&self.url, self.sign_in.given_by())
    }

    /// How it is reached and signed in to.
    pub fn way(&self) -> ConnectionWay {
        ConnectionWay {
            network: self.network.clone(),
            sign_in: self.sign_in.clone(),
            limits: self.limits,
            reads_as: self.reads_as,
        }
    }

    /// As which reading of the API the instance is read.
    pub fn speaks(&self) -> Speaks {
        Speaks::of(self.reads_as, self.found)
    }

    /// A new connection to an instance, named after its host, with the next free colour.
    pub fn to(url: Url, others: &[Self]) -> Self {
        let host = url.host_str().unwrap_or("instance");
        // Several instances may share a host.
        let name = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let name = name.chars().take(LONGEST_NAME).collect();
        let hue = Hue::free(others);
        Self {
            id: ConnectionId::random(),
            name,
            url,
            issuer: None,
            sign_in: SignInSettings::default(),
            account: None,
            hue,
            production: false,
            read_only: false,
            local_instance: None,
            network: NetworkSettings::default(),
            limits: OwnLimits::default(),
            found: None,
            reads_as: None,
        }
    }
}

/// How an instance is reached and signed in to. Holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectionWay {
    /// Proxy and trusted authorities.
    pub network: NetworkSettings,
    /// Provider, client and what is asked for.
    pub sign_in: SignInSettings,
    /// How many requests may be made where the instance does not say it.
    pub limits: OwnLimits,
    /// Which reading of the API the instance is read by; the one that is found where none is chosen.
    pub reads_as: Option<Speaks>,
}

impl ConnectionWay {
    /// The same as a form may hold it, made fit to be used.
    ///
    /// # Errors
    /// [`Code::ProxyInvalid`], [`Code::AuthorityUnreadable`], [`Code::IssuerInvalid`],
    /// [`Code::LimitsInvalid`].
    pub fn checked(mut self) -> Result<Self, Failure> {
        self.network.check()?;
        self.sign_in = self.sign_in.checked()?;
        self.limits = self.limits.checked()?;
        Ok(self)
    }
}

/// Characters of a connection's name.
pub(crate) const LONGEST_NAME: usize = 60;

/// What people change of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionEdit {
    /// What people call it, 1 to 60 characters.
    pub name: String,
    /// Its colour.
    pub hue: Hue,
    /// Whether all of it counts as production.
    pub production: bool,
    /// Whether it is locked.
    pub read_only: bool,
}

impl ConnectionEdit {
    /// The edit with a tidy name.
    pub(crate) fn checked(mut self) -> Result<Self, Failure> {
        self.name = checked_name(&self.name)?;
        Ok(self)
    }
}

/// A tidy name.
///
/// # Errors
/// [`Code::ConnectionNameInvalid`] where it is empty or too long.
pub(crate) fn checked_name(name: &str) -> Result<String, Failure> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_good =
        (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    match is_good {
        true => Ok(name),
        false => Err(Failure::new(Code::ConnectionNameInvalid).with("limit", LONGEST_NAME)),
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

    /// The next that none of these has; the first where all are taken.
    pub(crate) fn free(others: &[Connection]) -> Self {
        let is_free = |hue: &Self| others.iter().all(|other| other.hue != *hue);
        Self::ALL.into_iter().find(is_free).unwrap_or_default()
    }
}
