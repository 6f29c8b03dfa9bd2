//! What happened to an application (API.md, "Monitoring").

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::open::{null_as_default, open_enum};

open_enum! {
    /// What an event is about.
    EventKind {
        /// A deployment was asked for, or ended.
        Deployment = "deployment",
        /// The application or its configuration was changed.
        Configuration = "configuration",
        /// Somebody's access was changed.
        Access = "access",
        /// The health changed.
        Health = "health",
        /// A running instance of the application was started, ended, or given up.
        Instance = "instance",
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// What it is about.
    pub kind: EventKind,
    /// Who did it; `None` where it happened by itself.
    #[serde(default)]
    pub by: Option<String>,
    /// What happened, in the server's words.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = String)]
    pub summary: String,
    /// What it refers to, such as the id of a deployment.
    #[serde(default, rename = "ref")]
    pub reference: Option<String>,
}

/// What happened, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
pub struct Events {
    /// The events.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<Event>)]
    pub data: Vec<Event>,
}
