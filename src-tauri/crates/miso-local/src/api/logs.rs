//! Logs of an application, of one environment or of all merged by time (API.md, "Monitoring").

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, header};
use miso_api::{LogLevel, LogPage, Permission};
use tokio::task::spawn_blocking;

use super::logs_live::{self, Watched};
use super::parameters::{InEnvironment, Key, LogFilters};
use super::segments::Segment;
use crate::environments;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::logs::cursor::{Cursor, Order};
use crate::logs::place_log::PlaceLog;
use crate::logs::read::{Wanted, read};
use crate::oidc::access::Caller;
use crate::place::Place;
use crate::site::{Shared, Site};
use crate::store::{applications, placements};

const DEFAULT_LIMIT: u32 = 100;
const LARGEST_LIMIT: u32 = 10_000;
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Lines of the log; without `environment` of all, merged by time. With `Accept: text/event-stream`
/// they come as they are printed, as events `line` and `gap`.
#[utoipa::path(
    get,
    path = "/api/applications/{key}/logs",
    operation_id = "getApplicationLogs",
    tag = "Monitoring",
    params(Key, InEnvironment, LogFilters),
    responses((status = 200, description = "Lines, or a stream of them.", content(
        (LogPage = "application/json"),
        (String = "text/event-stream")
    )))
)]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, ApiError> {
    let environment = query.environment()?;
    caller.must(&Permission::LogsRead, environment)?;
    let live = wants_events(&headers);
    let mut wanted = wanted(&query, live)?;
    let sources = sources(&site, &key, environment)
        .await?
        .ok_or_else(|| ApiError::no_such("application", &key))?;
    if live {
        if let Some(last) = headers.get(LAST_EVENT_ID) {
            let last = last.to_str().unwrap_or_default();
            wanted.cursor = Some(cursor(last, "Last-Event-ID", Order::Asc)?);
        }
        let watched = Watched {
            application: key,
            environment,
            wanted,
        };
        return Ok(logs_live::stream(site, headers, watched, &sources).into_response());
    }
    let found = spawn_blocking(move || read(&sources, &wanted))
        .await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)?;
    let next_cursor = found
        .next
        .map(|cursor| cursor.encode())
        .transpose()
        .map_err(ApiError::internal)?;
    let page = LogPage {
        data: found.lines,
        next_cursor,
    };
    // What is answered depends on what is accepted.
    Ok(([(header::VARY, "accept")], Json(page)).into_response())
}

/// The logs of an application by environment, in the order of the environments; `None` where there
/// is no such application.
pub(super) async fn sources(
    site: &Site,
    application: &str,
    environment: Option<&'static str>,
) -> Result<Option<Vec<(String, Arc<PlaceLog>)>>, ApiError> {
    let wanted = application.to_owned();
    let deployed = site
        .store
        .call(move |db| {
            let known = applications::get(db, &wanted)?;
            known
                .map(|_| placements::of_application(db, &wanted))
                .transpose()
        })
        .await?;
    let Some(deployed) = deployed else {
        return Ok(None);
    };
    let mut places: Vec<Place> = deployed
        .into_iter()
        .map(|placement| placement.place)
        .filter(|place| environment.is_none_or(|key| place.environment == key))
        .collect();
    places.sort_by_key(|place| environments::rank(&place.environment));
    let logs = places
        .into_iter()
        .map(|place| Ok((place.environment.clone(), site.platform.logs.of(&place)?)))
        .collect::<std::io::Result<Vec<_>>>();
    logs.map(Some).map_err(ApiError::internal)
}

/// Whether the caller accepts an event stream.
fn wants_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// Reads the query. A stream only goes forwards, whatever order it asks for.
fn wanted(query: &Query, live: bool) -> Result<Wanted, ApiError> {
    let order = match query.word("order", &["asc", "desc"])?.as_deref() {
        Some("asc") => Order::Asc,
        Some(_) | None if live => Order::Asc,
        Some(_) | None => Order::Desc,
    };
    let cursor = match query.get("cursor") {
        None => None,
        Some(text) => Some(cursor(text, "cursor", order)?),
    };
    let levels = query.words("level", LogLevel::KNOWN)?;
    Ok(Wanted {
        order,
        limit: query.number("limit", 1..=LARGEST_LIMIT, DEFAULT_LIMIT)? as usize,
        levels: levels.map(|levels| levels.into_iter().map(LogLevel::from).collect()),
        search: query.get("search").map(str::to_owned),
        since: query.time("since")?,
        until: query.time("until")?,
        cursor,
    })
}

fn cursor(text: &str, name: &str, order: Order) -> Result<Cursor, ApiError> {
    Cursor::decode(text, order)
        .ok_or_else(|| ApiError::field(name, "was not given out for this order"))
}
