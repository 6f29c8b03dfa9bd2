//! What is unwell, and why in one line.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use miso_api::{Application, ApplicationStatus, Deployment, DeploymentStatus, EnvironmentEntry};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::before::{Change, change_before_health, image_before};
use super::row::State;
use crate::Stage;

/// An application that is unwell in an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnwellPlace {
    /// The application's key.
    pub application: String,
    /// The environment.
    pub environment: Stage,
    /// Its shape.
    pub state: State,
    /// Why, for one line.
    pub why: Why,
    /// The image to go back to, as far as that is known and may mend it: where nothing was changed
    /// shortly before, nothing speaks for going back.
    pub before: Option<String>,
}

/// Why a place is unwell: what failed there, or what its health says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Why {
    /// A deployment failed and left it in error.
    Failed {
        /// The image before.
        from: Option<String>,
        /// The image that was asked for.
        to: Option<String>,
        /// When.
        at: Option<DateTime<Utc>>,
        /// Why, in the server's words.
        reason: Option<String>,
    },
    /// It stopped with an error, and no failed deployment is known.
    Stopped {
        /// Why, in the server's words.
        message: Option<String>,
    },
    /// Its health is not good.
    Health {
        /// The word of the server.
        health: String,
        /// Why, in the server's words.
        message: Option<String>,
        /// Since when.
        since: Option<DateTime<Utc>>,
        /// The change it began after, where one was shortly before.
        after: Option<Change>,
    },
}

/// Every place that is unwell, the worst first; then the furthest environment, then by key.
pub(super) fn unwell_places(
    applications: &[Application],
    known: &BTreeMap<&str, Vec<&Deployment>>,
    columns: &[Stage],
) -> Vec<UnwellPlace> {
    let mut found: Vec<(State, Reverse<usize>, &str, UnwellPlace)> = Vec::new();
    for application in applications {
        let known = known.get(application.key.as_str());
        let known = known.map(Vec::as_slice).unwrap_or_default();
        for (at, column) in columns.iter().enumerate() {
            let Some(entry) = super::row::entry_of(application, &column.key) else {
                continue;
            };
            let state = State::of(entry);
            if state.is_unwell() {
                let why = why(entry, known);
                let before = match &why {
                    Why::Health { after: None, .. } => None,
                    Why::Health { .. } | Why::Failed { .. } | Why::Stopped { .. } => {
                        image_before(entry, known.iter().copied())
                    }
                };
                let place = UnwellPlace {
                    application: application.key.clone(),
                    environment: column.clone(),
                    state,
                    why,
                    before,
                };
                found.push((state, Reverse(at), &application.key, place));
            }
        }
    }
    found.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
    found.into_iter().map(|(_, _, _, place)| place).collect()
}

/// `known` are deployments of this application, the newest first.
fn why(entry: &EnvironmentEntry, known: &[&Deployment]) -> Why {
    if entry.status != ApplicationStatus::Error {
        return Why::Health {
            health: entry.health.to_string(),
            message: entry.health_message.clone(),
            since: entry.health_since,
            after: change_before_health(entry, known.iter().copied()),
        };
    }
    let failed = known.iter().find(|deployment| {
        deployment.environment == entry.environment && deployment.status == DeploymentStatus::Failed
    });
    match failed {
        Some(failed) => Why::Failed {
            from: failed.previous_image.clone(),
            to: failed.image.clone(),
            at: failed.completed_at.or(failed.created_at),
            reason: failed.error.clone().or_else(|| failed.message.clone()),
        },
        None => Why::Stopped {
            message: entry.health_message.clone(),
        },
    }
}
