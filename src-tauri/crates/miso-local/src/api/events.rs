//! What happened to an application (API.md, "Monitoring").

use axum::Json;
use axum::extract::State;
use miso_api::{Events, Permission};

use super::parameters::{Between, InEnvironment, Key};
use super::segments::Segment;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::oidc::access::Caller;
use crate::site::Shared;
use crate::store::events::{self, Wanted};

/// What happened to an application, newest first.
#[utoipa::path(
    get,
    path = "/api/applications/{key}/events",
    operation_id = "getApplicationEvents",
    tag = "Monitoring",
    params(Key, InEnvironment, Between),
    responses((status = 200, description = "At most 1,000 events.", body = Events))
)]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    query: Query,
) -> Result<Json<Events>, ApiError> {
    let environment = query.environment()?;
    caller.must(&Permission::ApplicationsRead, environment)?;
    let wanted = Wanted {
        application: key.clone(),
        environment,
        from: query.time("from")?,
        to: query.time("to")?,
    };
    let found = site.store.call(move |db| events::read(db, &wanted)).await?;
    let data = found.ok_or_else(|| ApiError::no_such("application", &key))?;
    Ok(Json(Events { data }))
}
