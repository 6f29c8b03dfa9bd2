//! The log of a deployment: its steps, and what the process it started printed (API.md,
//! "Deployments"). Steps and lines both only ever grow at their end, so a cursor that counts the
//! steps' lines and points into the place's log never loses or repeats one.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{Deployment, DeploymentStatus, LogLevel, LogLine, LogPage, Permission, StepStatus};
use serde_json::Map;
use tokio::task::spawn_blocking;

use super::deployments::find;
use super::parameters::{AfterLines, Id};
use super::segments::Segment;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::logs::cursor::{Cursor, Order};
use crate::logs::read::{Sources, Wanted, read};
use crate::oidc::access::Caller;
use crate::place::Place;
use crate::site::Shared;
use crate::store::deployments;

/// Lines that are read at a time.
const AT_A_TIME: usize = 1000;
/// How long after its end a process that was not well may still be heard.
const LAST_WORDS: TimeDelta = TimeDelta::seconds(10);

/// The log of a deployment, oldest first. `nextCursor` is always given: a tail asks on with it.
#[utoipa::path(
    get,
    path = "/api/deployments/{id}/logs",
    operation_id = "getDeploymentLogs",
    tag = "Deployments",
    params(Id, AfterLines),
    responses((status = 200, description = "The lines after those of the cursor.", body = LogPage))
)]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(id): Segment,
    query: Query,
) -> Result<Json<LogPage>, ApiError> {
    let after = After::read(&query)?;
    let deployment = find(&site, &id).await?.deployment;
    let key = &deployment.application_key;
    let there = Some(deployment.environment.as_str());
    caller.must_on(&Permission::DeploymentsRead, key, there)?;
    caller.must_on(&Permission::LogsRead, key, there)?;
    let own = steps(&deployment);
    let mut lines: Vec<LogLine> = own
        .iter()
        .skip(after.steps)
        .map(|(_, line)| line.clone())
        .collect();
    let mut next = After {
        steps: own.len().max(after.steps),
        printed: after.printed.clone(),
    };
    let (printed, cursor) = printed(&site, &deployment, after.printed).await?;
    lines.extend(printed);
    next.printed = cursor;
    lines.sort_by_key(|line| line.timestamp);
    Ok(Json(LogPage {
        data: lines,
        next_cursor: Some(next.encode()?),
    }))
}

/// What the process that a deployment started printed, after a cursor: some lines, or none where
/// there are no more.
async fn printed(
    site: &Shared,
    deployment: &Deployment,
    after: Option<Cursor>,
) -> Result<(Vec<LogLine>, Option<Cursor>), ApiError> {
    let Some(instance) = instance(site, deployment).await? else {
        return Ok((Vec::new(), after));
    };
    let platform = std::sync::Arc::clone(&site.platform);
    let place = Place::new(&deployment.application_key, &deployment.environment);
    let mut wanted = Wanted {
        order: Order::Asc,
        limit: AT_A_TIME,
        levels: None,
        search: None,
        since: deployment.started_at,
        until: until(deployment),
        cursor: after,
    };
    let read = spawn_blocking(move || {
        let log = platform.logs.of(&place)?;
        let sources = [(place.environment, log)];
        loop {
            let found = read(&sources, &wanted)?;
            let is_last = found.lines.len() < AT_A_TIME;
            let ours: Vec<LogLine> = found
                .lines
                .into_iter()
                .filter(|line| line.instance.as_ref() == Some(&instance))
                .collect();
            wanted.cursor = found.next;
            if is_last || !ours.is_empty() {
                return Ok::<_, std::io::Error>((ours, wanted.cursor));
            }
        }
    });
    read.await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)
}

/// The newest lines of a part of what the process that a deployment started printed.
#[derive(Clone, Debug)]
pub(crate) struct Newest {
    /// From when on, where that is not from the beginning.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Until when, where that is not to the end.
    pub(crate) until: Option<DateTime<Utc>>,
    /// Only this level.
    pub(crate) level: Option<LogLevel>,
    /// At most so many lines.
    pub(crate) lines: usize,
    /// And of those at most so many bytes, as JSON.
    pub(crate) bytes: usize,
}

/// The newest lines of each of some parts of what the process that a deployment started printed,
/// oldest first.
pub(crate) async fn newest(
    site: &Shared,
    deployment: &Deployment,
    parts: Vec<Newest>,
) -> Result<Vec<LogLine>, ApiError> {
    let Some(instance) = instance(site, deployment).await? else {
        return Ok(Vec::new());
    };
    let platform = std::sync::Arc::clone(&site.platform);
    let place = Place::new(&deployment.application_key, &deployment.environment);
    let (began, ended) = (deployment.started_at, until(deployment));
    let read = spawn_blocking(move || {
        let log = platform.logs.of(&place)?;
        let sources = [(place.environment, log)];
        let mut lines = Vec::new();
        for part in parts {
            let mut wanted = Wanted {
                order: Order::Desc,
                limit: AT_A_TIME,
                levels: part.level.clone().map(|level| vec![level]),
                search: None,
                since: part.since.max(began),
                until: [part.until, ended].into_iter().flatten().min(),
                cursor: None,
            };
            lines.extend(part.read(&sources, &mut wanted, &instance)?);
        }
        lines.reverse();
        lines.sort_by_key(|line| line.timestamp);
        Ok::<_, std::io::Error>(lines)
    });
    read.await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)
}

/// The line of that number that the process that a deployment started printed.
pub(crate) async fn printed_line(
    site: &Shared,
    deployment: &Deployment,
    number: u64,
) -> Result<Option<LogLine>, ApiError> {
    let (Some(instance), Some(before)) = (instance(site, deployment).await?, number.checked_add(1))
    else {
        return Ok(None);
    };
    let platform = std::sync::Arc::clone(&site.platform);
    let place = Place::new(&deployment.application_key, &deployment.environment);
    let wanted = Wanted {
        order: Order::Desc,
        limit: 1,
        levels: None,
        search: None,
        since: deployment.started_at,
        until: until(deployment),
        cursor: Some(Cursor {
            order: Order::Desc,
            passed: [(place.environment.clone(), before)].into(),
        }),
    };
    let read = spawn_blocking(move || {
        let log = platform.logs.of(&place)?;
        let found = read(&[(place.environment, log)], &wanted)?;
        let is_it = |line: &LogLine| {
            line.id == number.to_string() && line.instance.as_ref() == Some(&instance)
        };
        Ok::<_, std::io::Error>(found.lines.into_iter().find(is_it))
    });
    read.await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)
}

impl Newest {
    /// Its lines, newest first.
    fn read(
        &self,
        sources: &Sources,
        wanted: &mut Wanted,
        instance: &str,
    ) -> std::io::Result<Vec<LogLine>> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        loop {
            let found = read(sources, wanted)?;
            let is_ours = |line: &LogLine| line.instance.as_deref() == Some(instance);
            for line in found.lines.into_iter().filter(is_ours) {
                bytes += serde_json::to_vec(&line)?.len();
                if lines.len() == self.lines || bytes > self.bytes {
                    return Ok(lines);
                }
                lines.push(line);
            }
            if found.next.is_none() {
                return Ok(lines);
            }
            wanted.cursor = found.next;
        }
    }
}

/// The process that a deployment started; `None` before it did.
async fn instance(site: &Shared, deployment: &Deployment) -> Result<Option<String>, ApiError> {
    let id = deployment.id.clone();
    let found = site.store.call(move |db| deployments::instance(db, &id));
    Ok(found.await?)
}

/// Until when what its process printed belongs to a deployment.
fn until(deployment: &Deployment) -> Option<DateTime<Utc>> {
    let ended = deployment.completed_at?;
    if deployment.status == DeploymentStatus::Completed {
        return Some(ended);
    }
    Some(ended + LAST_WORDS)
}

/// A line for each beginning and each end of a step, and one for the end of all, each with the
/// number of the step that it tells of, from 0.
pub(crate) fn steps(deployment: &Deployment) -> Vec<(usize, LogLine)> {
    let mut lines = Vec::new();
    let mut say = |step: usize, at: DateTime<Utc>, level: LogLevel, message: String| {
        let line = LogLine {
            id: format!("step-{}", lines.len() + 1),
            timestamp: at,
            level,
            message,
            source: Some("platform".to_owned()),
            environment: Some(deployment.environment.clone()),
            instance: None,
            fields: Map::new(),
        };
        lines.push((step, line));
    };
    let mut last = 0;
    for (number, step) in deployment.steps.iter().enumerate() {
        let Some(began) = step.started_at else { break };
        last = number;
        say(
            number,
            began,
            LogLevel::Info,
            format!("{} begins", step.name),
        );
        let Some(ended) = step.completed_at else {
            break;
        };
        let level = match step.status {
            StepStatus::Failed => LogLevel::Error,
            StepStatus::Pending
            | StepStatus::Running
            | StepStatus::Completed
            | StepStatus::Skipped
            | StepStatus::Unknown(_) => LogLevel::Info,
        };
        let how = step.message.as_deref().unwrap_or("done");
        say(number, ended, level, format!("{}: {how}", step.name));
    }
    if let Some(ended) = deployment.completed_at {
        let level = match deployment.status {
            DeploymentStatus::Failed => LogLevel::Error,
            DeploymentStatus::Cancelled => LogLevel::Warn,
            DeploymentStatus::Pending
            | DeploymentStatus::Running
            | DeploymentStatus::Completed
            | DeploymentStatus::Unknown(_) => LogLevel::Info,
        };
        let reason = deployment.error.as_ref().or(deployment.message.as_ref());
        let how = reason.map_or_else(
            || deployment.status.to_string(),
            |reason| format!("{}: {reason}", deployment.status),
        );
        say(last, ended, level, how);
    }
    lines
}

/// Which lines were passed.
struct After {
    steps: usize,
    printed: Option<Cursor>,
}

impl After {
    fn read(query: &Query) -> Result<Self, ApiError> {
        let Some(text) = query.get("cursor") else {
            return Ok(Self {
                steps: 0,
                printed: None,
            });
        };
        let decoded = || {
            let (steps, printed) = text.split_once('.')?;
            let printed = match printed {
                "" => None,
                printed => Some(Cursor::decode(printed, Order::Asc)?),
            };
            Some(Self {
                steps: steps.parse().ok()?,
                printed,
            })
        };
        decoded().ok_or_else(|| ApiError::field("cursor", "was not given out for this log"))
    }

    fn encode(&self) -> Result<String, ApiError> {
        let printed = self.printed.as_ref().map(Cursor::encode).transpose();
        let printed = printed.map_err(ApiError::internal)?.unwrap_or_default();
        Ok(format!("{}.{printed}", self.steps))
    }
}
