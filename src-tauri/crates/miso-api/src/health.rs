//! Health as probes saw it (API.md, "Monitoring").

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::open::{null_as_default, open_enum, whole};

open_enum! {
    /// What a probe saw.
    HealthStatus {
        /// All is well.
        Healthy = "healthy",
        /// It answers, but not well.
        Degraded = "degraded",
        /// It does not do what it should.
        Unhealthy = "unhealthy",
        /// Nothing was probed.
        NotKnown = "unknown",
    }
}

/// What is not known is `unknown`.
impl Default for HealthStatus {
    fn default() -> Self {
        Self::NotKnown
    }
}

/// The health of an application, in one environment or over all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// The state at the last probe.
    pub status: HealthStatus,
    /// When it was last probed.
    #[serde(default)]
    pub checked_at: Option<DateTime<Utc>>,
    /// How long the probe took, in milliseconds.
    #[serde(default, deserialize_with = "whole")]
    #[specta(type = Option<u32>)]
    pub latency_ms: Option<u32>,
    /// The checks behind the state.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<HealthCheckResult>)]
    pub checks: Vec<HealthCheckResult>,
    /// Changes of state, oldest first.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<HealthEvent>)]
    pub history: Vec<HealthEvent>,
}

/// One named check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheckResult {
    /// Its name, as the application gives it.
    pub name: String,
    /// What it saw.
    pub status: HealthStatus,
    /// How long it took, in milliseconds.
    #[serde(default, deserialize_with = "whole")]
    #[specta(type = Option<u32>)]
    pub latency_ms: Option<u32>,
    /// Why it is not well.
    #[serde(default)]
    pub message: Option<String>,
}

/// A change of state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthEvent {
    /// When it changed.
    pub at: DateTime<Utc>,
    /// What it became.
    pub status: HealthStatus,
    /// Why.
    #[serde(default)]
    pub message: Option<String>,
}
