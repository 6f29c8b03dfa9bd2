//! The jobs of a deployment and their logs (API-V1.md §3.4): each of its steps is one. What a process
//! prints has no end, and v1 no pages for it: answers have the newest lines, in a size that clients
//! take.

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{Deployment, LogLevel, LogLine, StepStatus};
use serde_json::{Map, Value, json};

use super::statuses;
use crate::api::deployment_logs::{Newest, newest, printed_line, steps};
use crate::http::envelope::ApiError;
use crate::site::Shared;

/// How many lines that a process printed a log has, and how many bytes of them.
const LINES: usize = 10_000;
const BYTES: usize = 4 * 1024 * 1024;
/// The same of each job where a deployment is given whole.
const JOB_LINES: usize = 100;
const JOB_BYTES: usize = 512 * 1024;

/// Which lines of a deployment's log are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked<'a> {
    pub(super) job: Option<&'a str>,
    pub(super) level: Option<&'a str>,
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) until: Option<DateTime<Utc>>,
}

/// The id of a deployment's job, from 0.
pub(super) fn id(deployment: &str, number: usize) -> String {
    format!("{deployment}.{}", number + 1)
}

/// The deployment that the id of a job, or of a line of one, belongs to.
pub(super) fn deployment_of(id: &str) -> &str {
    id.split_once('.').map_or(id, |(deployment, _)| deployment)
}

/// The jobs of a deployment with their logs.
pub(super) fn all(deployment: &Deployment, logs: &[Value]) -> Vec<Value> {
    let jobs = deployment.steps.iter().enumerate().map(|(number, step)| {
        let id = id(&deployment.id, number);
        let failed = step.status == StepStatus::Failed;
        let own = logs.iter().filter(|line| line["jobId"] == id);
        json!({
            "jobId": id,
            "jobType": step.name,
            "status": statuses::of_step(&step.status),
            "progress": if step.status == StepStatus::Completed { 100 } else { 0 },
            "message": step.message.as_ref().filter(|_| !failed),
            "error": step.message.as_ref().filter(|_| failed),
            "startedAt": step.started_at,
            "completedAt": step.completed_at,
            "logs": own.collect::<Vec<_>>(),
            "id": id,
        })
    });
    jobs.collect()
}

/// The log of a deployment's jobs, oldest first, as far as it is asked for: what its steps tell, and
/// of what the process that it started printed the newest.
pub(super) async fn logs(
    site: &Shared,
    deployment: &Deployment,
    asked: Asked<'_>,
) -> Result<Vec<Value>, ApiError> {
    let whole = Newest {
        since: asked.since,
        until: asked.until,
        level: asked.level.map(LogLevel::from),
        lines: LINES,
        bytes: BYTES,
    };
    let parts = match asked.job {
        None => vec![whole],
        Some(job) => spans(deployment)
            .into_iter()
            .enumerate()
            .filter(|(number, _)| id(&deployment.id, *number) == job)
            .map(|(_, (since, until))| Newest {
                since: since.max(asked.since),
                until: [until, asked.until].into_iter().flatten().min(),
                ..whole.clone()
            })
            .collect(),
    };
    let mut lines = with_steps(site, deployment, parts).await?;
    lines.retain(|(number, line)| {
        asked
            .job
            .is_none_or(|job| id(&deployment.id, *number) == job)
            && asked.level.is_none_or(|level| line.level.as_str() == level)
            && asked.since.is_none_or(|since| line.timestamp >= since)
            && asked.until.is_none_or(|until| line.timestamp <= until)
    });
    Ok(of_lines(deployment, lines))
}

/// The ends of the logs of a deployment's jobs, oldest first.
pub(super) async fn ends(site: &Shared, deployment: &Deployment) -> Result<Vec<Value>, ApiError> {
    let parts = spans(deployment).into_iter().map(|(since, until)| Newest {
        since,
        until,
        level: None,
        lines: JOB_LINES,
        bytes: JOB_BYTES,
    });
    let lines = with_steps(site, deployment, parts.collect()).await?;
    Ok(of_lines(deployment, lines))
}

/// The line of that id in a deployment's log.
pub(super) async fn line(
    site: &Shared,
    deployment: &Deployment,
    id: &str,
) -> Result<Option<Value>, ApiError> {
    let told = of_steps(deployment)
        .into_iter()
        .find(|line| line["id"] == id);
    let number = id.split_once('.').and_then(|(_, line)| line.parse().ok());
    let (None, Some(number)) = (&told, number) else {
        return Ok(told);
    };
    let found = printed_line(site, deployment, number).await?;
    let found = found.map(|line| of_line(&deployment.id, under_way(deployment, &line), line));
    Ok(found.filter(|line| line["id"] == id))
}

async fn with_steps(
    site: &Shared,
    deployment: &Deployment,
    parts: Vec<Newest>,
) -> Result<Vec<(usize, LogLine)>, ApiError> {
    let printed = newest(site, deployment, parts).await?.into_iter();
    let printed = printed.map(|line| (under_way(deployment, &line), line));
    let mut lines = steps(deployment);
    lines.extend(printed);
    lines.sort_by_key(|(_, line)| line.timestamp);
    Ok(lines)
}

/// The lines of the steps alone: for lists over all deployments.
pub(super) fn of_steps(deployment: &Deployment) -> Vec<Value> {
    of_lines(deployment, steps(deployment))
}

/// The step that was under way when a line was printed.
fn under_way(deployment: &Deployment, line: &LogLine) -> usize {
    let before = began(deployment).take_while(|began| *began <= line.timestamp);
    before.count().saturating_sub(1)
}

/// From when until when.
type Span = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// From when until when each step was under way, in the sense of [`under_way`]: the first from the
/// beginning, the last to the end.
fn spans(deployment: &Deployment) -> Vec<Span> {
    let ends = began(deployment).skip(1).map(Some).chain([None]);
    let mut since = None;
    let span = |end: Option<DateTime<Utc>>| {
        let until = end.map(|end| end - TimeDelta::nanoseconds(1));
        (std::mem::replace(&mut since, end), until)
    };
    ends.map(span).collect()
}

/// When the steps began, as far as they did; no one before the one in front of it, whatever the
/// clock said.
fn began(deployment: &Deployment) -> impl Iterator<Item = DateTime<Utc>> {
    let began = deployment.steps.iter().map_while(|step| step.started_at);
    began.scan(DateTime::<Utc>::MIN_UTC, |last, began| {
        *last = began.max(*last);
        Some(*last)
    })
}

fn of_lines(deployment: &Deployment, lines: Vec<(usize, LogLine)>) -> Vec<Value> {
    let lines = lines.into_iter();
    lines
        .map(|(number, line)| of_line(&deployment.id, number, line))
        .collect()
}

fn of_line(deployment: &str, number: usize, line: LogLine) -> Value {
    let mut entry = Map::new();
    let mut say = |name: &str, value: Value| entry.insert(name.to_owned(), value);
    say("id", json!(format!("{deployment}.{}", line.id)));
    say("jobId", json!(id(deployment, number)));
    say("timestamp", json!(line.timestamp));
    say("level", json!(line.level));
    say("message", json!(line.message));
    if !line.fields.is_empty() {
        say("details", Value::Object(line.fields));
    }
    Value::Object(entry)
}
