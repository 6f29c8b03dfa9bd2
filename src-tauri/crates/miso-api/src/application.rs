//! Applications as they are read (API.md, "Applications").

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::HealthStatus;
use crate::open::{null_as_default, open_enum};

/// An application with all environments it was deployed to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The key, `^[a-z0-9-]+$`, unique on the instance.
    pub key: String,
    /// The name people read.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = String)]
    pub display_name: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// The kind of application.
    #[serde(rename = "type")]
    pub kind: ApplicationType,
    /// The version the manifest names, if it does.
    #[serde(default)]
    pub version: Option<String>,
    /// The manifest's image; `None` for an external application.
    #[serde(default)]
    pub image: Option<String>,
    /// The manifest's port; `None` for an external application.
    #[serde(default)]
    pub port: Option<u16>,
    /// The worst status of its environments; `stopped` if it has none.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = ApplicationStatus)]
    pub status: ApplicationStatus,
    /// The address in the furthest environment in which it runs.
    #[serde(default)]
    pub url: Option<String>,
    /// The manifest's configuration; left out by the list call.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<ConfigurationItem>)]
    pub configuration: Vec<ConfigurationItem>,
    /// One entry for each environment it was deployed to.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<EnvironmentEntry>)]
    pub environments: Vec<EnvironmentEntry>,
    /// When it was created.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    #[serde(default)]
    pub updated_at: Option<DateTime<Utc>>,
    /// Every other field of the manifest, unchanged.
    #[serde(flatten)]
    #[specta(skip)]
    pub rest: Map<String, Value>,
}

/// What runs in one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentEntry {
    /// The environment's key.
    pub environment: String,
    /// What the platform does with it there.
    pub status: ApplicationStatus,
    /// What the last probe saw.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = HealthStatus)]
    pub health: HealthStatus,
    /// Since when the health is what it is.
    #[serde(default)]
    pub health_since: Option<DateTime<Utc>>,
    /// Why it is not well, in the server's words.
    #[serde(default)]
    pub health_message: Option<String>,
    /// The image that runs there.
    #[serde(default)]
    pub image: Option<String>,
    /// Its address there.
    #[serde(default)]
    pub url: Option<String>,
    /// When the deployment that runs there completed.
    #[serde(default)]
    pub last_deployed_at: Option<DateTime<Utc>>,
    /// The newest deployment there.
    #[serde(default)]
    pub deployment_id: Option<String>,
    /// What the caller may do there.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<String>)]
    pub permissions: Vec<String>,
}

/// One item of an application's configuration (APP-MANIFEST.md).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationItem {
    /// The variable's name, `^[A-Z_][A-Z0-9_]*$`.
    #[schema(pattern = "^[A-Z_][A-Z0-9_]*$")]
    pub name: String,
    /// The value; always `None` when a secret is read.
    #[serde(default)]
    pub value: Option<String>,
    /// Whether it is plain or secret.
    pub location: ConfigurationLocation,
    /// Whether the application needs it.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = bool)]
    pub required: bool,
    /// For secrets that were read: whether a value is set.
    #[serde(default)]
    pub is_set: Option<bool>,
    /// How a form asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub portal_input: Option<Value>,
}

impl ConfigurationItem {
    /// Whether its value is write-only.
    pub fn is_secret(&self) -> bool {
        self.location == ConfigurationLocation::Keyvault
    }

    /// The value that may be shown; of a secret none, whatever a server says of it.
    pub fn shown_value(&self) -> Option<String> {
        self.value.clone().filter(|_| !self.is_secret())
    }
}

open_enum! {
    /// Where a configuration item's value lives.
    ConfigurationLocation {
        /// A plain value, readable.
        Variable = "variable",
        /// A secret, write-only.
        Keyvault = "keyvault",
    }
}

open_enum! {
    /// What kind of application it is.
    ApplicationType {
        /// Serves pages.
        Webapp = "webapp",
        /// Runs functions.
        Functionapp = "functionapp",
        /// Serves an API.
        Api = "api",
        /// Works in the background.
        Service = "service",
        /// Runs elsewhere; the platform only knows of it.
        External = "external",
    }
}

open_enum! {
    /// What the platform does with an application.
    ApplicationStatus {
        /// It runs.
        Running = "running",
        /// It does not run.
        Stopped = "stopped",
        /// A deployment is under way.
        Deploying = "deploying",
        /// It should run and does not.
        Error = "error",
    }
}

/// `stopped`, as an application without environments is (API.md, "Applications").
impl Default for ApplicationStatus {
    fn default() -> Self {
        Self::Stopped
    }
}
