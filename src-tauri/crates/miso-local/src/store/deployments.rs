//! Deployments, newest last.

use chrono::{DateTime, Utc};
use miso_api::{Deployment, DeploymentStatus, StepStatus};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use serde_json::{Map, Value};

use super::{StoreError, millis, placements, time};
use crate::configuration;
use crate::document::Document;
use crate::place::Place;
use crate::store::applications::SealedSecret;

/// A deployment with the manifest it was made with, secrets masked.
#[derive(Clone, Debug)]
pub(crate) struct StoredDeployment {
    pub(crate) deployment: Deployment,
    pub(crate) manifest: Map<String, Value>,
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

/// The deployment that a request with the same idempotency key made before.
pub(crate) fn replayed(
    db: &Connection,
    requested_by: &str,
    application: &str,
    key: &str,
) -> Result<Option<StoredDeployment>, StoreError> {
    let earlier = db
        .query_row(
            &format!(
                "SELECT {COLUMNS} FROM deployments
                 WHERE requested_by = ?1 AND application = ?2 AND idempotency_key = ?3"
            ),
            params![requested_by, application, key],
            columns,
        )
        .optional()?;
    earlier.map(TryInto::try_into).transpose()
}

/// Adds a deployment with the secrets it is made with. Within one transaction with the checks
/// before it, only one caller can win.
pub(crate) fn insert(
    change: &Connection,
    new: &StoredDeployment,
    secrets: &[SealedSecret],
) -> Result<(), StoreError> {
    let deployment = &new.deployment;
    let place = Place::new(&deployment.application_key, &deployment.environment);
    add_row(change, new)?;
    let mut add = change.prepare_cached(
        "INSERT INTO deployment_secrets (deployment, scope, name, sealed) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for secret in secrets {
        add.execute(params![
            deployment.id,
            secret.scope,
            secret.name,
            secret.sealed
        ])?;
    }
    placements::note_deployment(change, &place, &deployment.id)
}

/// The manifest and the secrets that a deployment was made with.
pub(crate) fn document(db: &Connection, id: &str) -> Result<Option<Document>, StoreError> {
    let Some(found) = get(db, id)? else {
        return Ok(None);
    };
    let mut read = db.prepare_cached(
        "SELECT scope, name, sealed FROM deployment_secrets WHERE deployment = ?1",
    )?;
    let secrets = read.query_map(params![id], |row| {
        Ok(SealedSecret {
            scope: row.get(0)?,
            name: row.get(1)?,
            sealed: row.get(2)?,
        })
    })?;
    Ok(Some(Document {
        application: found.deployment.application_key,
        manifest: found.manifest,
        secrets: secrets.collect::<Result<_, _>>()?,
    }))
}

/// The deployment whose version runs at a place, or ran there last.
pub(crate) fn last_completed(db: &Connection, place: &Place) -> Result<Option<String>, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT id FROM deployments
         WHERE application = ?1 AND environment = ?2 AND status = 'completed'
         ORDER BY number DESC LIMIT 1",
    )?;
    Ok(read
        .query_row(params![place.application, place.environment], |row| {
            row.get(0)
        })
        .optional()?)
}

/// Notes which process a deployment started, so that its lines can be told from others'.
pub(crate) fn set_instance(db: &Connection, id: &str, instance: &str) -> Result<(), StoreError> {
    db.execute(
        "UPDATE deployments SET instance = ?2 WHERE id = ?1",
        params![id, instance],
    )?;
    Ok(())
}

/// The process a deployment started.
pub(crate) fn instance(db: &Connection, id: &str) -> Result<Option<String>, StoreError> {
    let found = db
        .query_row(
            "SELECT instance FROM deployments WHERE id = ?1",
            params![id],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.flatten())
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
            completed_at, steps, manifest, rollback_of, promoted_from)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
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
            deployment.rollback_of,
            deployment.promoted_from,
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

/// Ends a deployment that nothing works on as cancelled; `false` where it has ended.
pub(crate) fn cancel_forgotten(
    db: &Connection,
    id: &str,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let ended = db.execute(
        "UPDATE deployments SET status = 'cancelled', message = 'Cancelled', completed_at = ?2
         WHERE id = ?1 AND status IN ('pending', 'running')",
        params![id, millis(at)],
    )?;
    Ok(ended > 0)
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
pub(crate) fn under_way(db: &Connection, place: &Place) -> Result<Option<String>, StoreError> {
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
    note, requested_by, idempotency_key, created_at, started_at, completed_at, steps,
    rollback_of, promoted_from";
const COLUMNS: &str = "id, application, environment, image, previous_image, status, message, error,
    note, requested_by, idempotency_key, created_at, started_at, completed_at, steps,
    rollback_of, promoted_from, manifest";

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
        manifest: row.get(17)?,
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
        rollback_of: row.get(15)?,
        promoted_from: row.get(16)?,
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
        let manifest: Map<String, Value> = serde_json::from_str(&row.manifest)?;
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
