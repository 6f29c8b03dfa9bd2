//! Environments (API.md, "Environments").

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::open::{null_as_default, open_enum};

/// Whether an environment of this key is production by its key alone: `prod` in the public document,
/// `pro` on the shipping controller (APP-MANIFEST.md). An instance or a connection may mark others.
pub fn is_production(environment: &str) -> bool {
    matches!(environment, "prod" | "pro")
}

/// An environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// `dev`, `test` or `prod`; others are tolerated.
    pub key: String,
    /// The name people read.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = String)]
    pub display_name: String,
    /// Whether the instance marks it as production, whatever its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<bool>,
    /// How it is as a whole.
    pub status: EnvironmentStatus,
    /// The keys of the applications in it.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<String>)]
    pub applications: Vec<String>,
    /// What it is made of.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<EnvironmentResource>)]
    pub resources: Vec<EnvironmentResource>,
    /// When this was last true.
    #[serde(default)]
    pub updated_at: Option<DateTime<Utc>>,
}

/// One resource of an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentResource {
    /// Its name.
    pub name: String,
    /// What it is, a word such as `process`.
    pub kind: String,
    /// How it is.
    pub status: EnvironmentStatus,
    /// What it uses, where that is measured.
    #[serde(default)]
    pub usage: Option<ResourceUsage>,
    /// Why it is not well.
    #[serde(default)]
    pub message: Option<String>,
}

/// What a resource uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceUsage {
    /// Percent of one core.
    #[serde(default)]
    pub cpu_percent: Option<f64>,
    /// Bytes of memory in use.
    #[serde(default)]
    #[specta(type = Option<f64>)]
    pub memory_bytes: Option<u64>,
    /// Bytes of memory it may use.
    #[serde(default)]
    #[specta(type = Option<f64>)]
    pub memory_limit_bytes: Option<u64>,
}

open_enum! {
    /// How an environment or a resource is.
    EnvironmentStatus {
        /// All is well.
        Healthy = "healthy",
        /// Something is not well.
        Degraded = "degraded",
        /// Nothing works.
        Down = "down",
        /// Not measured.
        NotKnown = "unknown",
    }
}
