//! What was measured of an application (API.md, "Monitoring").

use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use miso_api::{Metrics, Permission};

use super::parameters::{Between, InEnvironment, Key, StepSeconds};
use super::segments::Segment;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::metrics::{SAMPLE, Span};
use crate::oidc::access::Caller;
use crate::place::Place;
use crate::site::Shared;
use crate::store::{self, applications, placements};

/// How far back an answer goes where nothing else is asked for.
const DEFAULT_SPAN: TimeDelta = TimeDelta::hours(1);
/// The longest step, in seconds: a day.
const LONGEST_STEP: u32 = 24 * 3600;
/// About how many points an answer has where no step is asked for.
const POINTS: i64 = 240;

/// What was measured; without `environment` of all together. The last day is kept.
#[utoipa::path(
    get,
    path = "/api/applications/{key}/metrics",
    operation_id = "getApplicationMetrics",
    tag = "Monitoring",
    params(Key, InEnvironment, Between, StepSeconds),
    responses((status = 200, description = "One series for each metric.", body = Metrics))
)]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    query: Query,
) -> Result<Json<Metrics>, ApiError> {
    let environment = query.environment()?;
    caller.must(&Permission::ApplicationsRead, environment)?;
    let span = span(&query)?;
    let wanted = key.clone();
    let places = site
        .store
        .call(move |db| {
            let known = applications::get(db, &wanted)?;
            known
                .map(|_| placements::of_application(db, &wanted))
                .transpose()
        })
        .await?
        .ok_or_else(|| ApiError::no_such("application", &key))?;
    let places: Vec<Place> = places
        .into_iter()
        .map(|placement| placement.place)
        .filter(|place| environment.is_none_or(|key| place.environment == key))
        .collect();
    let series = site.platform.metrics.read(&places, span);
    Ok(Json(Metrics { series }))
}

/// The span that is asked for; the last hour where nothing is.
fn span(query: &Query) -> Result<Span, ApiError> {
    let to = query.time("to")?.unwrap_or_else(store::now);
    let from = match query.time("from")? {
        Some(from) => from,
        None => to.checked_sub_signed(DEFAULT_SPAN).unwrap_or(to),
    };
    if from > to {
        return Err(ApiError::field("from", "must not be after to"));
    }
    let (from, to) = (from.timestamp(), to.timestamp().saturating_add(1));
    let shortest = SAMPLE.as_secs() as i64;
    let usual = ((to - from) / POINTS / shortest + 1) * shortest;
    let usual = usual.clamp(shortest, i64::from(LONGEST_STEP));
    let usual = u32::try_from(usual).unwrap_or(LONGEST_STEP);
    let step = query.number("step", 1..=LONGEST_STEP, usual)?;
    Ok(Span {
        from,
        to,
        step: i64::from(step),
    })
}
