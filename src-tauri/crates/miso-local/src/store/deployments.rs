//! Deployments, newest last.

use chrono::{DateTime, Utc};
use miso_api::{Deployment, DeploymentStatus, StepStatus};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use serde_json::Value;

use super::{StoreError, millis, placements, time};
use crate::configuration;
use crate::place::Place;

/// A deployment with the manifest it was made with, secrets masked.
#[derive(Clone, Debug)]
pub(crate) struct StoredDeployment {
    pub(crate) deployment: Deployment,
    pub(crate) manifest: Value,
}

/// What became of a request for a deployment.
pub(crate) enum Inserted {
    New,
    /// The same idempotency key was sent before: the deployment it made then.
    Replayed(Box<StoredDeployment>),
    /// Another one is under way there: its id.
    Busy(String),
}

/// Which deployments to list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) application: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) status: Option<DeploymentStatus>,
    /// Only those whose application, image, note or sender has this, whatever the case.
    pub(crate) search: Option<String>,
    pub(crate) sort: Sort,
    pub(crate) backwards: bool,
}

/// What deployments are sorted by; among equals the newest comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// The order in which they were asked for.
    #[default]
    CreatedAt,
    CompletedAt,
    Application,
    Environment,
    Image,
    Status,
}

impl Sort {
    fn column(self) -> &'static str {
        match self {
            Self::CreatedAt => "number",
            Self::CompletedAt => "completed_at",
            Self::Application => "application",
            Self::Environment => "environment",
            Self::Image => "image",
            Self::Status => "status",
        }
    }
}

/// Adds a deployment unless its key was seen before or another one is under way there. Only one
/// caller can win: the check and the write are one transaction.
pub(crate) fn insert(db: &mut Connection, new: &StoredDeployment) -> Result<Inserted, StoreError> {
    let deployment = &new.deployment;
    let change = db.transaction()?;
    if let Some(key) = &deployment.idempotency_key {
        let earlier = change
            .query_row(
                &format!(
                    "SELECT {COLUMNS} FROM deployments
                     WHERE requested_by = ?1 AND application = ?2 AND idempotency_key = ?3"
                ),
                params![deployment.requested_by, deployment.application_key, key],
                columns,
            )
            .optional()?;
        if let Some(earlier) = earlier {
            return Ok(Inserted::Replayed(Box::new(earlier.try_into()?)));
        }
    }
    let place = Place::new(&deployment.application_key, &deployment.environment);
    if let Some(busy) = under_way(&change, &place)? {
        return Ok(Inserted::Busy(busy));
    }
    add_row(&change, new)?;
    placements::note_deployment(&change, &place, &deployment.id)?;
    change.commit()?;
    Ok(Inserted::New)
}

/// Adds a deployment that ended before it began. What runs or rolls out at its place goes on.
pub(crate) fn insert_ended(db: &mut Connection, new: &StoredDeployment) -> Result<(), StoreError> {
    let deployment = &new.deployment;
    let place = Place::new(&deployment.application_key, &deployment.environment);
    let change = db.transaction()?;
    add_row(&change, new)?;
    if placements::get(&change, &place)?.is_none() {
        placements::note_deployment(&change, &place, &deployment.id)?;
        placements::set_error(&change, &place, deployment.error.as_deref())?;
    }
    Ok(change.commit()?)
}

/// Who asked for the newest deployment at a place, and with which idempotency key.
pub(crate) fn newest_order(
    db: &Connection,
    place: &Place,
) -> Result<Option<(String, Option<String>)>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT requested_by, idempotency_key FROM deployments
         WHERE application = ?1 AND environment = ?2 ORDER BY number DESC LIMIT 1",
    )?;
    Ok(read
        .query_row(params![place.application, place.environment], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?)
}

fn add_row(db: &Connection, new: &StoredDeployment) -> Result<(), StoreError> {
    let deployment = &new.deployment;
    db.execute(
        "INSERT INTO deployments (id, application, environment, image, previous_image, status,
            message, error, note, requested_by, idempotency_key, created_at, started_at,
            completed_at, steps, manifest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            deployment.id,
            deployment.application_key,
            deployment.environment,
            deployment.image,
            deployment.previous_image,
            deployment.status.as_str(),
            deployment.message,
            deployment.error,
            deployment.note,
            deployment.requested_by,
            deployment.idempotency_key,
            deployment.created_at.map(millis),
            deployment.started_at.map(millis),
            deployment.completed_at.map(millis),
            serde_json::to_string(&deployment.steps)?,
            serde_json::to_string(&new.manifest)?,
        ],
    )?;
    Ok(())
}

/// Writes how far a deployment is.
pub(crate) fn save(db: &Connection, deployment: &Deployment) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE deployments SET status = ?2, message = ?3, error = ?4, started_at = ?5,
            completed_at = ?6, steps = ?7, previous_image = ?8 WHERE id = ?1",
    )?
    .execute(params![
        deployment.id,
        deployment.status.as_str(),
        deployment.message,
        deployment.error,
        deployment.started_at.map(millis),
        deployment.completed_at.map(millis),
        serde_json::to_string(&deployment.steps)?,
        deployment.previous_image,
    ])?;
    Ok(())
}

/// The deployment of that id.
pub(crate) fn get(db: &Connection, id: &str) -> Result<Option<StoredDeployment>, StoreError> {
    let mut read =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM deployments WHERE id = ?1"))?;
    read.query_row(params![id], columns)
        .optional()?
        .map(TryInto::try_into)
        .transpose()
}

/// One page of deployments, without the configuration of each, and how many there are in all. The
/// manifests are large and are not read for it.
pub(crate) fn list(
    db: &Connection,
    filter: &Filter,
    offset: u64,
    count: u32,
) -> Result<(Vec<Deployment>, u32), StoreError> {
    let mut wanted = vec!["1"];
    let mut values: Vec<&dyn ToSql> = Vec::new();
    if let Some(application) = &filter.application {
        wanted.push("application = ?");
        values.push(application);
    }
    if let Some(environment) = &filter.environment {
        wanted.push("environment = ?");
        values.push(environment);
    }
    let status = filter
        .status
        .as_ref()
        .map(|status| status.as_str().to_owned());
    if let Some(status) = &status {
        wanted.push("status = ?");
        values.push(status);
    }
    let search = filter.search.as_ref().map(|text| text.to_lowercase());
    if let Some(search) = &search {
        // No pattern: what is searched for may hold its signs.
        wanted.push(
            "instr(lower(application || char(10) || image || char(10) || requested_by || char(10)
                || ifnull(note, '')), ?) > 0",
        );
        values.push(search);
    }
    let wanted = wanted.join(" AND ");
    let total = db
        .prepare_cached(&format!("SELECT count(*) FROM deployments WHERE {wanted}"))?
        .query_row(values.as_slice(), |row| row.get(0))?;
    let order = if filter.backwards { "DESC" } else { "ASC" };
    let sort = filter.sort.column();
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    values.push(&count);
    values.push(&offset);
    let mut read = db.prepare_cached(&format!(
        "SELECT {SLIM} FROM deployments WHERE {wanted} ORDER BY {sort} {order}, number DESC LIMIT ? OFFSET ?"
    ))?;
    let rows = read
        .query_map(values.as_slice(), slim)?
        .collect::<Result<Vec<_>, _>>()?;
    let page = rows.into_iter().map(TryInto::try_into);
    Ok((page.collect::<Result<_, _>>()?, total))
}

/// Places where a deployment is under way.
pub(crate) fn places_under_way(db: &Connection) -> Result<Vec<Place>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT application, environment FROM deployments WHERE status IN ('pending', 'running')",
    )?;
    let rows = read.query_map([], |row| {
        Ok(Place {
            application: row.get(0)?,
            environment: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends every deployment that has not ended as failed: nothing works on it any more.
pub(crate) fn fail_unfinished(
    db: &mut Connection,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let change = db.transaction()?;
    let unfinished: Vec<Deployment> = {
        let mut read = change.prepare(&format!(
            "SELECT {SLIM} FROM deployments WHERE status IN ('pending', 'running')"
        ))?;
        let rows = read.query_map([], slim)?.collect::<Result<Vec<_>, _>>()?;
        rows.into_iter()
            .map(TryInto::try_into)
            .collect::<Result<_, _>>()?
    };
    let count = unfinished.len() as u32;
    for mut deployment in unfinished {
        deployment.status = DeploymentStatus::Failed;
        deployment.error = Some(reason.to_owned());
        deployment.message = Some(reason.to_owned());
        deployment.completed_at = Some(at);
        for step in &mut deployment.steps {
            if step.status == StepStatus::Running {
                step.status = StepStatus::Failed;
                step.completed_at = Some(at);
                step.message = Some(reason.to_owned());
            } else if step.status == StepStatus::Pending {
                step.status = StepStatus::Skipped;
            }
        }
        save(&change, &deployment)?;
        let place = Place::new(&deployment.application_key, &deployment.environment);
        if placements::get(&change, &place)?.is_some_and(|placement| !placement.wanted) {
            placements::set_error(&change, &place, Some(reason))?;
        }
    }
    change.commit()?;
    Ok(count)
}

/// The deployment that is under way at a place.
fn under_way(db: &Connection, place: &Place) -> Result<Option<String>, StoreError> {
    Ok(db
        .query_row(
            "SELECT id FROM deployments
             WHERE application = ?1 AND environment = ?2 AND status IN ('pending', 'running')",
            params![place.application, place.environment],
            |row| row.get(0),
        )
        .optional()?)
}

const SLIM: &str = "id, application, environment, image, previous_image, status, message, error,
    note, requested_by, idempotency_key, created_at, started_at, completed_at, steps";
const COLUMNS: &str = "id, application, environment, image, previous_image, status, message, error,
    note, requested_by, idempotency_key, created_at, started_at, completed_at, steps, manifest";

/// A row without its manifest, its steps still as text.
struct Slim {
    deployment: Deployment,
    steps: String,
}

/// A row, its two documents still as text.
struct Columns {
    slim: Slim,
    manifest: String,
}

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok(Columns {
        slim: slim(row)?,
        manifest: row.get(15)?,
    })
}

fn slim(row: &Row<'_>) -> rusqlite::Result<Slim> {
    let deployment = Deployment {
        id: row.get(0)?,
        application_key: row.get(1)?,
        environment: row.get(2)?,
        image: row.get(3)?,
        previous_image: row.get(4)?,
        status: DeploymentStatus::from(row.get::<_, String>(5)?),
        progress: None,
        message: row.get(6)?,
        error: row.get(7)?,
        note: row.get(8)?,
        requested_by: row.get(9)?,
        idempotency_key: row.get(10)?,
        created_at: row.get::<_, Option<i64>>(11)?.map(time),
        started_at: row.get::<_, Option<i64>>(12)?.map(time),
        completed_at: row.get::<_, Option<i64>>(13)?.map(time),
        rollback_of: None,
        promoted_from: None,
        steps: Vec::new(),
        configuration: Vec::new(),
    };
    Ok(Slim {
        deployment,
        steps: row.get(14)?,
    })
}

impl TryFrom<Slim> for Deployment {
    type Error = StoreError;

    fn try_from(row: Slim) -> Result<Self, StoreError> {
        let mut deployment = row.deployment;
        deployment.steps = serde_json::from_str(&row.steps)?;
        deployment.progress = Some(progress(&deployment));
        Ok(deployment)
    }
}

impl TryFrom<Columns> for StoredDeployment {
    type Error = StoreError;

    fn try_from(row: Columns) -> Result<Self, StoreError> {
        let mut deployment = Deployment::try_from(row.slim)?;
        let manifest: Value = serde_json::from_str(&row.manifest)?;
        deployment.configuration = configuration::shown(&manifest, &deployment.environment);
        Ok(Self {
            deployment,
            manifest,
        })
    }
}

/// 0 to 100: the share of steps that are done.
fn progress(deployment: &Deployment) -> u8 {
    if deployment.status == DeploymentStatus::Completed {
        return 100;
    }
    let done = deployment
        .steps
        .iter()
        .filter(|step| step.status == StepStatus::Completed)
        .count();
    (done * 100)
        .checked_div(deployment.steps.len())
        .unwrap_or(0) as u8
}
