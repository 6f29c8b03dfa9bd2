//! The jobs of a deployment and their logs (API-V1.md §3.4): each of its steps is one.

use miso_api::{Deployment, LogLine, StepStatus};
use serde_json::{Map, Value, json};

use super::statuses;
use crate::api::deployment_logs::{printed, steps};
use crate::http::envelope::ApiError;
use crate::site::Shared;

/// How many lines that a process printed are given with its deployment, the first of them.
const MOST: usize = 10_000;

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

/// The log of a deployment's jobs, oldest first: what its steps tell, and what the process that it
/// started printed while one was under way.
pub(super) async fn logs(site: &Shared, deployment: &Deployment) -> Result<Vec<Value>, ApiError> {
    let mut told: Vec<(usize, LogLine)> = steps(deployment);
    let (mut cursor, mut count) = (None, 0);
    while count < MOST {
        let (lines, next) = printed(site, deployment, cursor).await?;
        if lines.is_empty() {
            break;
        }
        count += lines.len();
        told.extend(
            lines
                .into_iter()
                .map(|line| (under_way(deployment, &line), line)),
        );
        cursor = next;
    }
    told.sort_by_key(|(_, line)| line.timestamp);
    Ok(told
        .into_iter()
        .map(|(number, line)| of_line(&deployment.id, number, line))
        .collect())
}

/// The lines of the steps alone: for lists over all deployments.
pub(super) fn of_steps(deployment: &Deployment) -> Vec<Value> {
    let lines = steps(deployment).into_iter();
    lines
        .map(|(number, line)| of_line(&deployment.id, number, line))
        .collect()
}

/// The step that was under way when a line was printed.
fn under_way(deployment: &Deployment, line: &LogLine) -> usize {
    let began = deployment.steps.iter().map(|step| step.started_at);
    let before = began.take_while(|began| began.is_some_and(|began| began <= line.timestamp));
    before.count().saturating_sub(1)
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
