//! Health, as probes saw it (API.md, "Monitoring").

use axum::Json;
use axum::extract::State;
use miso_api::{Health, HealthCheckResult, HealthEvent, HealthStatus, Permission};

use super::parameters::{Between, InEnvironment, Key};
use super::segments::Segment;
use super::view::health_rank;
use crate::environments;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::oidc::access::Caller;
use crate::place::Place;
use crate::site::Shared;
use crate::store::{applications, health, placements};
use crate::workloads::Live;

/// The health as probes saw it; without `environment` the worst, with a check for each.
#[utoipa::path(
    get,
    path = "/api/applications/{key}/health",
    operation_id = "getApplicationHealth",
    tag = "Monitoring",
    params(Key, InEnvironment, Between),
    responses((status = 200, description = "The health.", body = Health))
)]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    query: Query,
) -> Result<Json<Health>, ApiError> {
    caller.must(&Permission::ApplicationsRead, None)?;
    let environment = query.environment()?;
    let (from, to) = (query.time("from")?, query.time("to")?);
    let wanted = key.clone();
    let read = site
        .store
        .call(move |db| {
            if applications::get(db, &wanted)?.is_none() {
                return Ok(None);
            }
            let mut places: Vec<Place> = placements::of_application(db, &wanted)?
                .into_iter()
                .map(|row| row.place)
                .collect();
            places.sort_by_key(|place| environments::rank(&place.environment));
            places.retain(|place| environment.is_none_or(|key| place.environment == key));
            let histories = places.into_iter().map(|place| {
                let history = health::history(db, &place, from, to)?;
                Ok((place, history))
            });
            Ok(Some(
                histories.collect::<Result<Vec<_>, crate::store::StoreError>>()?,
            ))
        })
        .await?;
    let histories = read.ok_or_else(|| ApiError::no_such("application", &key))?;
    let lives: Vec<(Place, Live, Vec<HealthEvent>)> = histories
        .into_iter()
        .map(|(place, history)| {
            let live = site.platform.live(&place).unwrap_or_default();
            (place, live, history)
        })
        .collect();
    Ok(Json(match environment {
        Some(_) => lives.into_iter().next().map(of_one).unwrap_or_else(unknown),
        None => of_all(lives),
    }))
}

fn of_one((_, live, history): (Place, Live, Vec<HealthEvent>)) -> Health {
    // A state that no check explains, such as a crash, is told by the newest change alone.
    Health {
        status: live.status,
        checked_at: live.checked_at,
        latency_ms: live.latency_ms,
        checks: live.checks,
        history,
    }
}

/// The worst of the environments; each is a check of its own, named by it.
fn of_all(lives: Vec<(Place, Live, Vec<HealthEvent>)>) -> Health {
    let Some(worst) = lives
        .iter()
        .map(|(_, live, _)| &live.status)
        .min_by_key(|status| health_rank(status))
        .cloned()
    else {
        return unknown();
    };
    let checked_at = lives
        .iter()
        .filter_map(|(_, live, _)| live.checked_at)
        .max();
    let latency_ms = lives
        .iter()
        .filter_map(|(_, live, _)| live.latency_ms)
        .max();
    let (mut checks, mut history) = (Vec::new(), Vec::new());
    for (place, live, changes) in lives {
        history.extend(changes.into_iter().map(|change| HealthEvent {
            message: Some(match change.message {
                Some(message) => format!("{}: {message}", place.environment),
                None => place.environment.clone(),
            }),
            ..change
        }));
        checks.push(HealthCheckResult {
            name: place.environment,
            status: live.status,
            latency_ms: live.latency_ms,
            message: live.message,
        });
    }
    history.sort_by_key(|change| change.at);
    Health {
        status: worst,
        checked_at,
        latency_ms,
        checks,
        history,
    }
}

fn unknown() -> Health {
    Health {
        status: HealthStatus::NotKnown,
        checked_at: None,
        latency_ms: None,
        checks: Vec::new(),
        history: Vec::new(),
    }
}
