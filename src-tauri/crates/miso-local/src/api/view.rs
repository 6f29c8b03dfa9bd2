//! Applications as they are read: the manifest that was sent, and over it what the platform knows
//! (API.md, "Applications").

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use miso_api::{ApplicationStatus, EnvironmentEntry, HealthStatus};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use crate::environments;
use crate::oidc::access::Caller;
use crate::place::Place;
use crate::store::applications::StoredApplication;
use crate::store::placements::Placement;
use crate::store::{StoreError, deployments, placements};
use crate::workloads::{Live, Platform};

/// An application as it is read.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) key: String,
    pub(super) kind: String,
    pub(super) status: ApplicationStatus,
    pub(super) entries: Vec<EnvironmentEntry>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) body: Map<String, Value>,
}

/// What is stored about where applications run.
pub(crate) struct Placements {
    rows: Vec<Placement>,
    under_way: HashSet<Place>,
}

impl Placements {
    /// Those of all applications.
    pub(crate) fn all(db: &Connection) -> Result<Self, StoreError> {
        Ok(Self {
            rows: placements::all(db)?,
            under_way: under_way(db)?,
        })
    }

    /// Those of one application.
    pub(crate) fn of(db: &Connection, key: &str) -> Result<Self, StoreError> {
        Ok(Self {
            rows: placements::of_application(db, key)?,
            under_way: under_way(db)?,
        })
    }

    /// The environments an application was deployed to, in their order, as the caller sees them.
    pub(crate) fn entries(
        &self,
        key: &str,
        platform: &Platform,
        caller: &Caller,
    ) -> Vec<EnvironmentEntry> {
        let mut rows: Vec<&Placement> = self
            .rows
            .iter()
            .filter(|row| row.place.application == key)
            .collect();
        rows.sort_by_key(|row| environments::rank(&row.place.environment));
        rows.into_iter()
            .map(|row| self.entry(row, platform, caller))
            .collect()
    }

    fn entry(&self, row: &Placement, platform: &Platform, caller: &Caller) -> EnvironmentEntry {
        let environment = row.place.environment.clone();
        let deploying = self.under_way.contains(&row.place);
        let status = match (deploying, &row.error, row.wanted) {
            (true, _, _) => ApplicationStatus::Deploying,
            (false, Some(_), _) => ApplicationStatus::Error,
            (false, None, true) => ApplicationStatus::Running,
            (false, None, false) => ApplicationStatus::Stopped,
        };
        let live = platform.live(&row.place).unwrap_or_default();
        let Live {
            status: health,
            since,
            message,
            ..
        } = live;
        EnvironmentEntry {
            permissions: caller
                .permissions_on(&row.place.application, Some(&environment))
                .iter()
                .map(ToString::to_string)
                .collect(),
            environment,
            status,
            health,
            health_since: since,
            // While another is on its way, why the last one failed is of the past.
            health_message: message.or_else(|| row.error.clone().filter(|_| !deploying)),
            image: row.image.clone(),
            // The port of last time may be another program's until somebody listens on it here.
            url: platform
                .port(&row.place)
                .map(|port| format!("http://127.0.0.1:{port}/")),
            last_deployed_at: row.deployed_at,
            deployment_id: Some(row.deployment.clone()),
        }
    }
}

impl View {
    pub(super) fn new(stored: StoredApplication, entries: Vec<EnvironmentEntry>) -> Self {
        let mut body = stored.manifest;
        if let Some(overrides) = body.shift_remove("environments") {
            body.insert("environmentOverrides".to_owned(), overrides);
        }
        let status = worst(&entries);
        let runs = |entry: &&EnvironmentEntry| match entry.status {
            ApplicationStatus::Running => true,
            // What ran before goes on until the new version is well.
            ApplicationStatus::Deploying => entry.image.is_some(),
            ApplicationStatus::Stopped
            | ApplicationStatus::Error
            | ApplicationStatus::Unknown(_) => false,
        };
        let furthest = entries.iter().rev().find(runs);
        let url = furthest.and_then(|entry| entry.url.clone());
        body.insert("status".to_owned(), json!(status));
        body.insert("url".to_owned(), json!(url));
        body.insert("createdAt".to_owned(), json!(stored.created_at));
        body.insert("updatedAt".to_owned(), json!(stored.updated_at));
        body.insert("environments".to_owned(), json!(entries));
        let kind = body
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        Self {
            key: stored.key,
            kind,
            status,
            entries,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
            body,
        }
    }

    /// A text of the manifest, empty where it has none.
    pub(super) fn text(&self, field: &str) -> &str {
        self.body
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// The worst of two healths (API.md, "Monitoring": unhealthy, degraded, unknown, healthy).
pub(super) fn health_rank(health: &HealthStatus) -> u8 {
    match health {
        HealthStatus::Unhealthy => 0,
        HealthStatus::Degraded => 1,
        HealthStatus::NotKnown | HealthStatus::Unknown(_) => 2,
        HealthStatus::Healthy => 3,
    }
}

/// The worst status of the environments; `stopped` where there are none.
fn worst(entries: &[EnvironmentEntry]) -> ApplicationStatus {
    let rank = |status: &ApplicationStatus| match status {
        ApplicationStatus::Error => 0,
        ApplicationStatus::Deploying => 1,
        ApplicationStatus::Running => 2,
        ApplicationStatus::Stopped | ApplicationStatus::Unknown(_) => 3,
    };
    let worst = entries
        .iter()
        .map(|entry| &entry.status)
        .min_by_key(|status| rank(status));
    worst.cloned().unwrap_or(ApplicationStatus::Stopped)
}

fn under_way(db: &Connection) -> Result<HashSet<Place>, StoreError> {
    Ok(deployments::places_under_way(db)?.into_iter().collect())
}
