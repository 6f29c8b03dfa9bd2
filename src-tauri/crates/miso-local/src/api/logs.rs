//! Logs of an application, of one environment or of all merged by time (API.md, "Monitoring").

use axum::Json;
use axum::extract::State;
use miso_api::{LogLevel, LogPage, Permission};
use tokio::task::spawn_blocking;

use super::segments::Segment;
use crate::environments;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::logs::cursor::{Cursor, Order};
use crate::logs::read::{Wanted, read};
use crate::oidc::access::Caller;
use crate::place::Place;
use crate::site::Shared;
use crate::store::{applications, placements};

const DEFAULT_LIMIT: u32 = 100;
const LARGEST_LIMIT: u32 = 10_000;

/// `GET /api/applications/{key}/logs`
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    query: Query,
) -> Result<Json<LogPage>, ApiError> {
    caller.must(&Permission::LogsRead, None)?;
    let wanted = wanted(&query)?;
    let environment = query.environment()?;
    let application = key.clone();
    let deployed = site
        .store
        .call(move |db| {
            let known = applications::get(db, &application)?;
            known
                .map(|_| placements::of_application(db, &application))
                .transpose()
        })
        .await?;
    let mut places: Vec<Place> = deployed
        .ok_or_else(|| ApiError::no_such("application", &key))?
        .into_iter()
        .map(|placement| placement.place)
        .filter(|place| environment.is_none_or(|key| place.environment == key))
        .collect();
    places.sort_by_key(|place| environments::rank(&place.environment));
    let found = spawn_blocking(move || {
        let logs = places
            .into_iter()
            .map(|place| Ok((place.environment.clone(), site.platform.logs.of(&place)?)))
            .collect::<std::io::Result<Vec<_>>>()?;
        read(&logs, &wanted)
    })
    .await
    .map_err(ApiError::internal)?
    .map_err(ApiError::internal)?;
    let next_cursor = found
        .next
        .map(|cursor| cursor.encode())
        .transpose()
        .map_err(ApiError::internal)?;
    Ok(Json(LogPage {
        data: found.lines,
        next_cursor,
    }))
}

fn wanted(query: &Query) -> Result<Wanted, ApiError> {
    let order = match query.word("order", &["asc", "desc"])?.as_deref() {
        Some("asc") => Order::Asc,
        Some(_) | None => Order::Desc,
    };
    let cursor = match query.get("cursor") {
        None => None,
        Some(text) => {
            let cursor = Cursor::decode(text, order);
            Some(
                cursor
                    .ok_or_else(|| ApiError::field("cursor", "was not given out for this order"))?,
            )
        }
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
