//! Deployments (API.md, "Deployments").

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::open::{null_as_default, open_enum, whole};
use crate::{ConfigurationItem, DeployFrom, ItemChange};

/// Characters that a deployment's note may have.
pub const LONGEST_NOTE: u32 = 1000;

/// All that a deployment can ask for. `None` fields are not sent: much is silently ignored by
/// servers that do not know it (API.md, "Calls marked O").
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeployRequest {
    /// The environment's key.
    pub environment: String,
    /// The image to run; without it, what runs there now runs again (a restart).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Items that change only what they name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Vec<ItemChange>>,
    /// The deployment that is repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DeployFrom>,
    /// Whether only to say what would change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    /// Why, for the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

/// One deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// Its id on the instance.
    pub id: String,
    /// The application.
    pub application_key: String,
    /// The environment.
    pub environment: String,
    /// The image that was asked for.
    #[serde(default)]
    pub image: Option<String>,
    /// The image that ran before.
    #[serde(default)]
    pub previous_image: Option<String>,
    /// How far it is.
    pub status: DeploymentStatus,
    /// 0 to 100.
    #[serde(default, deserialize_with = "whole")]
    #[specta(type = Option<u8>)]
    pub progress: Option<u8>,
    /// What happens now, in the server's words.
    #[serde(default)]
    pub message: Option<String>,
    /// Why it failed, in the server's words.
    #[serde(default)]
    pub error: Option<String>,
    /// Why it was made, in the words of who made it.
    #[serde(default)]
    pub note: Option<String>,
    /// Who asked for it.
    #[serde(default)]
    pub requested_by: Option<String>,
    /// When it was asked for.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// When it began.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended, well or not.
    #[serde(default)]
    pub completed_at: Option<DateTime<Utc>>,
    /// The deployment it went back to.
    #[serde(default)]
    pub rollback_of: Option<String>,
    /// The deployment it was promoted from.
    #[serde(default)]
    pub promoted_from: Option<String>,
    /// The key its request carried.
    #[serde(default)]
    pub idempotency_key: Option<String>,
    /// Its steps, in order.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<DeploymentStep>)]
    pub steps: Vec<DeploymentStep>,
    /// The configuration it ran with, secrets masked.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<ConfigurationItem>)]
    pub configuration: Vec<ConfigurationItem>,
}

/// One step of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentStep {
    /// Its name, a word such as `prepare`.
    pub name: String,
    /// How far it is.
    pub status: StepStatus,
    /// When it began.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default)]
    pub completed_at: Option<DateTime<Utc>>,
    /// What it did, in the server's words.
    #[serde(default)]
    pub message: Option<String>,
}

open_enum! {
    /// How far a deployment is.
    DeploymentStatus {
        /// Accepted, not begun.
        Pending = "pending",
        /// Under way.
        Running = "running",
        /// Ended well.
        Completed = "completed",
        /// Ended badly.
        Failed = "failed",
        /// Ended because somebody said so.
        Cancelled = "cancelled",
    }
}

impl DeploymentStatus {
    /// Whether nothing more will happen. A word we do not know counts as still going on.
    pub fn has_ended(&self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Cancelled => true,
            Self::Pending | Self::Running | Self::Unknown(_) => false,
        }
    }
}

open_enum! {
    /// How far a step is.
    StepStatus {
        /// Not begun.
        Pending = "pending",
        /// Under way.
        Running = "running",
        /// Ended well.
        Completed = "completed",
        /// Ended badly.
        Failed = "failed",
        /// Not needed.
        Skipped = "skipped",
    }
}
