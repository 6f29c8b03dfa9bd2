//! What the user chose, as it is kept.

use chrono::{DateTime, Utc};
use miso_client::ConnectionId;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What the user chose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Light, dark or as the system.
    #[serde(default)]
    pub theme: Theme,
    /// Whether the sidebar is narrow.
    #[serde(default)]
    pub sidebar_collapsed: bool,
    /// Applications to keep in sight.
    #[serde(default)]
    pub starred: Vec<Starred>,
    /// Whether the system tells nothing of what ended while the window was not in front.
    #[serde(default)]
    pub quiet: bool,
    /// Whether an application's key is typed before anything of it is deployed to production.
    #[serde(default)]
    pub type_to_deploy: bool,
    /// When somebody last looked at each connection.
    #[serde(default)]
    pub looked: Vec<Looked>,
    /// Ways to look at the list of applications that were given a name.
    #[serde(default)]
    pub views: Vec<SavedView>,
    /// Which columns the list of applications shows.
    #[serde(default)]
    pub columns: Vec<ShownColumns>,
    /// Which fields of their lines logs show as columns.
    #[serde(default)]
    pub log_columns: Vec<LogColumns>,
    /// Whether long lines of a log are broken instead of cut off.
    #[serde(default)]
    pub log_wrap: bool,
}

/// Which fields the log of an application shows as columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogColumns {
    /// The connection.
    pub connection: ConnectionId,
    /// The application's key.
    pub application: String,
    /// The names of the fields, in their order.
    pub fields: Vec<String>,
}

/// When somebody last looked at a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Looked {
    /// The connection.
    pub connection: ConnectionId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A way to look at a connection's list of applications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SavedView {
    /// The connection.
    pub connection: ConnectionId,
    /// How it is called there.
    pub name: String,
    /// What it is narrowed and sorted by, as it stands in an address.
    pub list: String,
    /// The columns that are not as they usually are.
    pub columns: Vec<String>,
}

/// What of a connection's list of applications is shown or hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ShownColumns {
    /// The connection.
    pub connection: ConnectionId,
    /// The columns that are not as they usually are.
    pub columns: Vec<String>,
}

/// A starred application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Starred {
    /// The connection.
    pub connection: ConnectionId,
    /// The application's key.
    pub application: String,
}

/// Light, dark or as the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}
