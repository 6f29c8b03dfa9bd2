//! What happened to applications, beyond what deployments and changes of health tell themselves.

use chrono::{DateTime, Utc};
use miso_api::{Deployment, DeploymentStatus, Event, EventKind};
use rusqlite::{Connection, params};

use super::{StoreError, applications, deployments, health, millis, placements, time};
use crate::place::Place;

/// How many of one application are kept.
const KEPT: i64 = 1000;
/// How many a read gives, at most.
const MOST: usize = 1000;

/// Notes that something happened to an application; `environment` where it was there alone. The
/// oldest beyond what is kept are dropped.
pub(crate) fn note(
    db: &Connection,
    application: &str,
    environment: Option<&str>,
    event: &Event,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO events (application, environment, at, kind, by, summary, reference)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        application,
        environment,
        millis(event.at),
        event.kind.as_str(),
        event.by,
        event.summary,
        event.reference
    ])?;
    db.prepare_cached(
        "DELETE FROM events WHERE application = ?1 AND number <= (
            SELECT number FROM events WHERE application = ?1
            ORDER BY number DESC LIMIT 1 OFFSET ?2)",
    )?
    .execute(params![application, KEPT])?;
    Ok(())
}

/// Which events are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) application: String,
    pub(crate) environment: Option<&'static str>,
    pub(crate) from: Option<DateTime<Utc>>,
    pub(crate) to: Option<DateTime<Utc>>,
}

/// What happened to an application, newest first; `None` where there is no such application.
pub(crate) fn read(db: &Connection, wanted: &Wanted) -> Result<Option<Vec<Event>>, StoreError> {
    let Some(application) = applications::get(db, &wanted.application)? else {
        return Ok(None);
    };
    let mut events = noted(db, wanted)?;
    if wanted.environment.is_none() {
        events.push(Event {
            at: application.created_at,
            kind: EventKind::Configuration,
            by: None,
            summary: "The application was created.".to_owned(),
            reference: Some(wanted.application.clone()),
        });
    }
    let filter = deployments::Filter {
        application: Some(wanted.application.clone()),
        environment: wanted.environment.map(str::to_owned),
        backwards: true,
        ..deployments::Filter::default()
    };
    let (made, _) = deployments::list(db, &filter, 0, MOST as u32)?;
    events.extend(made.iter().flat_map(of_deployment));
    for placement in placements::of_application(db, &wanted.application)? {
        let place = placement.place;
        if wanted
            .environment
            .is_none_or(|key| place.environment == key)
        {
            events.extend(of_health(db, &place, wanted)?);
        }
    }
    events.retain(|event| {
        wanted.from.is_none_or(|from| event.at >= from) && wanted.to.is_none_or(|to| event.at <= to)
    });
    // What was noted later comes first among equals.
    events.reverse();
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.truncate(MOST);
    Ok(Some(events))
}

fn noted(db: &Connection, wanted: &Wanted) -> Result<Vec<Event>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT at, kind, by, summary, reference FROM events
         WHERE application = ?1 AND (?2 IS NULL OR environment = ?2) AND at >= ?3 AND at <= ?4
         ORDER BY number",
    )?;
    let from = wanted.from.map_or(i64::MIN, millis);
    let to = wanted.to.map_or(i64::MAX, millis);
    let rows = read.query_map(
        params![wanted.application, wanted.environment, from, to],
        |row| {
            Ok(Event {
                at: time(row.get(0)?),
                kind: EventKind::from(row.get::<_, String>(1)?),
                by: row.get(2)?,
                summary: row.get(3)?,
                reference: row.get(4)?,
            })
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A deployment happens twice: when it is asked for, and when it ends.
fn of_deployment(deployment: &Deployment) -> Vec<Event> {
    let what = format!(
        "{} to {}",
        deployment.image.as_deref().unwrap_or("What runs"),
        deployment.environment
    );
    let event = |at: Option<DateTime<Utc>>, by: Option<String>, how: String| {
        at.map(|at| Event {
            at,
            kind: EventKind::Deployment,
            by,
            summary: format!("{what}: {how}"),
            reference: Some(deployment.id.clone()),
        })
    };
    let by = deployment.requested_by.clone();
    let asked = event(deployment.created_at, by, "asked for".to_owned());
    let how = match (&deployment.status, &deployment.error) {
        (DeploymentStatus::Failed, Some(error)) => format!("failed: {error}"),
        (status, _) => status.to_string(),
    };
    let ended = event(deployment.completed_at, None, how);
    asked.into_iter().chain(ended).collect()
}

fn of_health(db: &Connection, place: &Place, wanted: &Wanted) -> Result<Vec<Event>, StoreError> {
    let changes = health::history(db, place, wanted.from, wanted.to)?;
    let events = changes.into_iter().map(|change| Event {
        at: change.at,
        kind: EventKind::Health,
        by: None,
        summary: match change.message {
            Some(message) => format!("{} in {}: {message}", change.status, place.environment),
            None => format!("{} in {}", change.status, place.environment),
        },
        reference: None,
    });
    Ok(events.collect())
}
