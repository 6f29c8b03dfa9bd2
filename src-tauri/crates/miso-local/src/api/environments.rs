//! Environments, as what runs in them makes them (API.md, "Environments").

use axum::Json;
use axum::extract::State;
use miso_api::{
    ApplicationStatus, Environment, EnvironmentEntry, EnvironmentStatus, HealthStatus, Page,
    Permission,
};

use super::segments::Segment;
use super::view::Placements;
use crate::environments::{self, EnvironmentKey};
use crate::http::envelope::ApiError;
use crate::http::paging::Paging;
use crate::http::query::Query;
use crate::oidc::access::Caller;
use crate::site::{Shared, Site};
use crate::store::{self, applications};

/// `GET /api/environments`
pub(super) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    query: Query,
) -> Result<Json<Page<Environment>>, ApiError> {
    caller.must(&Permission::EnvironmentsRead, None)?;
    let paging = Paging::new("/api/environments", &query)?;
    let running = read(&site, &caller).await?;
    let all = environments::ALL
        .into_iter()
        .map(|environment| view(environment, &running))
        .collect();
    Ok(Json(paging.cut(all)))
}

/// `GET /api/environments/{key}`
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
) -> Result<Json<Environment>, ApiError> {
    caller.must(&Permission::EnvironmentsRead, None)?;
    let environment =
        environments::find(&key).ok_or_else(|| ApiError::no_such("environment", &key))?;
    Ok(Json(view(environment, &read(&site, &caller).await?)))
}

/// Every application's entries, by its key.
async fn read(
    site: &Site,
    caller: &Caller,
) -> Result<Vec<(String, Vec<EnvironmentEntry>)>, ApiError> {
    let (applications, placements) = site
        .store
        .call(|db| Ok((applications::all(db)?, Placements::all(db)?)))
        .await?;
    let entries = |key: &str| placements.entries(key, &site.platform, caller.role);
    Ok(applications
        .into_iter()
        .map(|application| (application.key.clone(), entries(&application.key)))
        .collect())
}

fn view(environment: EnvironmentKey, running: &[(String, Vec<EnvironmentEntry>)]) -> Environment {
    let here: Vec<(&String, &EnvironmentEntry)> = running
        .iter()
        .filter_map(|(key, entries)| {
            Some((
                key,
                entries
                    .iter()
                    .find(|entry| entry.environment == environment.key)?,
            ))
        })
        .collect();
    Environment {
        key: environment.key.to_owned(),
        display_name: environment.display_name.to_owned(),
        production: None,
        status: status(here.iter().map(|(_, entry)| *entry)),
        applications: here.iter().map(|(key, _)| (*key).clone()).collect(),
        resources: Vec::new(),
        updated_at: Some(store::now()),
    }
}

/// Healthy when all is, down when nothing is, degraded in between; unknown while nothing is known.
fn status<'a>(entries: impl Iterator<Item = &'a EnvironmentEntry>) -> EnvironmentStatus {
    let (mut well, mut unwell) = (0, 0);
    for entry in entries {
        match (&entry.status, &entry.health) {
            (ApplicationStatus::Error, _)
            | (_, HealthStatus::Unhealthy | HealthStatus::Degraded) => unwell += 1,
            (_, HealthStatus::Healthy) => well += 1,
            (_, HealthStatus::NotKnown | HealthStatus::Unknown(_)) => {}
        }
    }
    match (well, unwell) {
        (0, 0) => EnvironmentStatus::NotKnown,
        (_, 0) => EnvironmentStatus::Healthy,
        (0, _) => EnvironmentStatus::Down,
        (_, _) => EnvironmentStatus::Degraded,
    }
}
