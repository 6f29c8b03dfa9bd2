//! Changes of what an application is started with (API.md, "Deployments" and "Configuration").

use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::ConfigurationItem;
use crate::open::{null_as_default, open_enum};

/// A deployment that is repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeployFrom {
    /// Its id.
    pub deployment_id: String,
    /// How.
    #[serde(rename = "as")]
    pub kind: RepeatKind,
}

open_enum! {
    /// How a deployment is repeated.
    RepeatKind {
        /// In the same environment, as it was, secrets included.
        Rollback = "rollback",
        /// In another environment, which keeps its own values.
        Promotion = "promotion",
    }
}

/// What is changed in an item; what is left out stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemChange {
    /// The item's name.
    #[schema(pattern = "^[A-Z_][A-Z0-9_]*$")]
    pub name: String,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whether it is plain or secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<crate::ConfigurationLocation>,
    /// Whether the application needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
}

/// What a dry run answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
pub struct Changes {
    /// What would change.
    #[serde(default, deserialize_with = "null_as_default")]
    pub changes: Vec<PlannedChange>,
}

/// One thing that would change. A secret reads as `value: null, isSet`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
pub struct PlannedChange {
    /// Where, such as `image` or `configuration.LOG_LEVEL`.
    pub path: String,
    /// What is there now; `null` where there is nothing.
    #[serde(default)]
    pub before: Value,
    /// What would be there.
    #[serde(default)]
    pub after: Value,
}

/// The configuration of an application in an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Configuration {
    /// Where; `None` for the manifest's own items.
    #[serde(default)]
    pub environment: Option<String>,
    /// The items, secrets masked.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<ConfigurationItem>)]
    pub items: Vec<ConfigurationItem>,
    /// When a change takes effect, in the server's words.
    #[serde(default)]
    pub message: Option<String>,
}

/// What is sent to replace a configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
pub struct ConfigurationItems {
    /// All items; what is left out is deleted.
    pub items: Vec<ConfigurationItem>,
}
