//! What v1 says of environments, applications and deployments, as the model has it (API.md). A word that
//! the model does not know is kept as it came.

use miso_api::{
    Application, ApplicationStatus, ApplicationType, ConfigurationItem, Deployment,
    DeploymentStatus, DeploymentStep, Environment, EnvironmentEntry, EnvironmentStatus, Health,
    HealthStatus, StepStatus, is_production,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Fields;

/// What the platform's own people call its environments (API-V1.md §1.7).
const NAMES: [(&str, &str); 4] = [
    ("miso", "Miso"),
    ("dev", "Development"),
    ("tst", "Test"),
    ("pro", "Production"),
];
/// What a manifest and an application have that the model names itself.
const NAMED: [&str; 13] = [
    "key",
    "displayName",
    "description",
    "type",
    "version",
    "image",
    "port",
    "status",
    "url",
    "configuration",
    "environments",
    "createdAt",
    "updatedAt",
];
/// What is said where the controller says nothing.
pub(crate) const NOT_SAID: &str = "unknown";
/// The last lines of a job's log that its step tells.
const LINES: usize = 50;

/// An environment; `None` of what has no key. `status` is what its own status call says, where that was
/// asked for.
pub(crate) fn environment(
    row: &Value,
    status: Option<&Value>,
    applications: Vec<String>,
) -> Option<Environment> {
    let fields = Fields::of(row);
    let key = fields.text(&["key", "environment"])?;
    let name = NAMES.iter().find(|(known, _)| *known == key);
    let name = name.map(|(_, name)| (*name).to_owned());
    let status = status.map(Fields::of);
    let said = status.and_then(|status| status.text(&["status"]));
    Some(Environment {
        display_name: fields
            .text(&["displayName", "name"])
            .or(name)
            .unwrap_or_else(|| key.clone()),
        production: (is_production(&key)
            || fields.text(&["environment"]).as_deref() == Some("pro"))
        .then_some(true),
        status: environment_status(said.or_else(|| fields.text(&["status"]))),
        applications,
        resources: Vec::new(),
        updated_at: status
            .and_then(|status| status.time(&["healthCheckAt"]))
            .or_else(|| fields.time(&["updatedAt"])),
        key,
    })
}

/// What runs in an environment: the application's key and its entry; `None` of what has no key.
pub(crate) fn entry(row: &Value, environment: &str) -> Option<(String, EnvironmentEntry)> {
    let fields = Fields::of(row);
    let application = fields.object("application");
    let key = fields
        .text(&["key", "applicationKey", "appKey"])
        .or_else(|| application.text(&["key"]))?;
    let status = fields.text(&["status"]);
    let runtime = fields.text(&["runtimeStatus"]);
    let last = fields.object("lastDeployment");
    let entry = EnvironmentEntry {
        environment: environment.to_owned(),
        status: application_status(status.clone().or_else(|| runtime.clone())),
        health: health_status(runtime.or(status)),
        health_since: None,
        health_message: None,
        image: fields
            .text(&["image"])
            .or_else(|| fields.object("configuration").text(&["image"])),
        url: fields
            .text(&["url", "dataplaneUrl"])
            .or_else(|| fields.object("dataplane").text(&["url"]))
            .or_else(|| fields.object("configuration").text(&["dataplaneUrl"])),
        last_deployed_at: last
            .time(&["completedAt", "createdAt"])
            .or_else(|| fields.time(&["lastDeployedAt"])),
        deployment_id: last
            .name(&["id", "deploymentId"])
            .or_else(|| fields.name(&["deploymentId"])),
        permissions: Vec::new(),
    };
    Some((key, entry))
}

/// An application of its template and of what runs of it; of either alone where the other is not there or
/// may not be read.
pub(crate) fn application(
    key: &str,
    template: Option<&Value>,
    placed: Option<&Value>,
    environments: Vec<EnvironmentEntry>,
) -> Application {
    let nothing = Value::Null;
    let outer = Fields::of(template.or(placed).unwrap_or(&nothing));
    let manifest = outer.object("configuration");
    // From the manifest first, then from beside it (§3.1).
    let text = |name: &str| manifest.text(&[name]).or_else(|| outer.text(&[name]));
    let items = manifest.list("configuration").iter();
    let port = manifest.count(&["port"]).or_else(|| outer.count(&["port"]));
    let running = environments
        .iter()
        .rev()
        .find(|entry| entry.url.is_some() && entry.status == ApplicationStatus::Running);
    Application {
        key: key.to_owned(),
        display_name: outer
            .text(&["displayName"])
            .or_else(|| text("displayName"))
            .unwrap_or_else(|| key.to_owned()),
        description: outer.text(&["description"]).or_else(|| text("description")),
        kind: text("type").map_or_else(
            || ApplicationType::Unknown(NOT_SAID.to_owned()),
            ApplicationType::from,
        ),
        version: text("version"),
        image: text("image"),
        port: port.and_then(|port| u16::try_from(port).ok()),
        status: worst(&environments),
        url: running
            .and_then(|entry| entry.url.clone())
            .or_else(|| text("url")),
        configuration: items
            .filter_map(|item| ConfigurationItem::deserialize(item).ok())
            .collect(),
        environments,
        created_at: outer.time(&["createdAt"]),
        updated_at: outer.time(&["updatedAt"]),
        rest: rest(manifest),
    }
}

/// The manifest of a template, whole.
pub(crate) fn manifest(key: &str, template: &Value) -> Map<String, Value> {
    let fields = Fields::of(template);
    let mut manifest = fields.object("configuration").all();
    for name in [
        "key",
        "displayName",
        "description",
        "type",
        "image",
        "port",
        "registryMode",
    ] {
        if !manifest.contains_key(name)
            && let Some(value) = fields.any(&[name])
        {
            manifest.insert(name.to_owned(), value.clone());
        }
    }
    manifest
        .entry("key")
        .or_insert_with(|| Value::from(key.to_owned()));
    manifest
}

/// The health of an application by its status (§3.3): what the platform sees now, without a history.
/// When it looked is not said.
pub(crate) fn health(status: &Value) -> Health {
    let fields = Fields::of(status);
    Health {
        status: health_status(fields.text(&["runtimeStatus", "status"])),
        checked_at: None,
        latency_ms: None,
        checks: Vec::new(),
        history: Vec::new(),
    }
}

/// A deployment in an environment; `None` of what has no id, and of an infrastructure's.
pub(crate) fn deployment(row: &Value, environment: &str) -> Option<Deployment> {
    let fields = Fields::of(row);
    let id = fields.name(&["id", "deploymentId"])?;
    if fields.text(&["deploymentType"]).as_deref() == Some("infrastructure") {
        return None;
    }
    let application = fields
        .text(&["applicationKey", "appKey"])
        .or_else(|| fields.object("application").text(&["key"]))
        .or_else(|| fields.text(&["targetId"]))
        .unwrap_or_default();
    let steps: Vec<DeploymentStep> = fields.list("jobs").iter().map(step).collect();
    let status = deployment_status(fields.text(&["status"]));
    let began = steps.iter().filter_map(|step| step.started_at).min();
    let ended = status.has_ended().then(|| fields.time(&["updatedAt"]));
    let configuration = fields.object("configuration");
    Some(Deployment {
        id,
        application_key: application,
        environment: environment.to_owned(),
        image: fields
            .text(&["image"])
            .or_else(|| configuration.text(&["image"])),
        previous_image: fields.text(&["previousImage"]),
        progress: fields
            .count(&["progress"])
            .map(|percent| percent.min(100) as u8),
        message: fields.text(&["message"]),
        error: fields.text(&["error"]),
        note: None,
        requested_by: fields
            .text(&["requestedBy", "createdBy", "deployedBy"])
            .or_else(|| {
                fields
                    .object("createdBy")
                    .text(&["username", "displayName"])
            }),
        created_at: fields.time(&["createdAt", "created"]),
        started_at: fields.time(&["startedAt"]).or(began),
        completed_at: fields.time(&["completedAt"]).or(ended.flatten()),
        rollback_of: None,
        promoted_from: None,
        idempotency_key: None,
        steps,
        configuration: configuration
            .list("configuration")
            .iter()
            .filter_map(|item| ConfigurationItem::deserialize(item).ok())
            .collect(),
        status,
    })
}

/// Puts lines of a log to the jobs they are of, below what each says of itself; what is of none of them goes
/// to the last one.
pub(crate) fn with_log(deployment: &mut Deployment, jobs: &[Value], lines: &[Value]) {
    let mut by_step: Vec<Vec<String>> = vec![Vec::new(); deployment.steps.len()];
    for line in lines {
        let fields = Fields::of(line);
        let (Some(message), Some(last)) = (fields.text(&["message"]), by_step.len().checked_sub(1))
        else {
            continue;
        };
        let of = fields.name(&["jobId"]);
        let is_its = |job: &Value| {
            let job = Fields::of(job);
            of.is_some() && (job.name(&["jobId"]) == of || job.name(&["id"]) == of)
        };
        let place = jobs.iter().position(is_its).unwrap_or(last).min(last);
        by_step[place].push(worded(line, message));
    }
    for (step, lines) in deployment.steps.iter_mut().zip(by_step) {
        if !lines.is_empty() {
            step.message = joined(step.message.take(), &lines);
        }
    }
}

/// A job of a deployment, with the end of its log.
fn step(job: &Value) -> DeploymentStep {
    let fields = Fields::of(job);
    let lines: Vec<String> = fields
        .list("logs")
        .iter()
        .filter_map(|line| Some(worded(line, Fields::of(line).text(&["message"])?)))
        .collect();
    DeploymentStep {
        name: fields
            .text(&["jobType", "name"])
            .or_else(|| fields.name(&["jobId", "id"]))
            .unwrap_or_else(|| "deploy".to_owned()),
        status: step_status(fields.text(&["status"])),
        started_at: fields.time(&["startedAt"]),
        completed_at: fields.time(&["completedAt"]),
        message: joined(fields.text(&["error", "message"]), &lines),
    }
}

/// A line as it is told: with its level where that is worth saying.
fn worded(line: &Value, message: String) -> String {
    match Fields::of(line).text(&["level"]).as_deref() {
        None | Some("info" | "debug") => message,
        Some(level) => format!("{level}: {message}"),
    }
}

fn joined(first: Option<String>, lines: &[String]) -> Option<String> {
    let from = lines.len().saturating_sub(LINES);
    let all: Vec<String> = first.into_iter().chain(lines[from..].to_vec()).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}

/// `healthy|degraded|deploying|error|maintenance` (§1.7), each as the model has it where it has it.
fn application_status(word: Option<String>) -> ApplicationStatus {
    let word = word.unwrap_or_else(|| NOT_SAID.to_owned());
    match word.as_str() {
        "healthy" | "degraded" => ApplicationStatus::Running,
        "deploying" => ApplicationStatus::Deploying,
        "error" => ApplicationStatus::Error,
        _ => ApplicationStatus::from(word),
    }
}

fn health_status(word: Option<String>) -> HealthStatus {
    match word.as_deref() {
        Some("error") => HealthStatus::Unhealthy,
        // Nothing is probed then.
        None | Some("deploying" | "maintenance") => HealthStatus::NotKnown,
        Some(word) => HealthStatus::from(word),
    }
}

fn environment_status(word: Option<String>) -> EnvironmentStatus {
    match word.as_deref() {
        None => EnvironmentStatus::NotKnown,
        Some("error") => EnvironmentStatus::Down,
        Some(word) => EnvironmentStatus::from(word),
    }
}

pub(super) fn deployment_status(word: Option<String>) -> DeploymentStatus {
    match word.as_deref() {
        None => DeploymentStatus::Pending,
        Some("deploying") => DeploymentStatus::Running,
        Some("error") => DeploymentStatus::Failed,
        Some(word) => DeploymentStatus::from(word),
    }
}

fn step_status(word: Option<String>) -> StepStatus {
    match word.as_deref() {
        None => StepStatus::Pending,
        Some("deploying") => StepStatus::Running,
        Some("error") => StepStatus::Failed,
        Some("cancelled") => StepStatus::Skipped,
        Some(word) => StepStatus::from(word),
    }
}

/// The worst status of the environments (API.md, "Applications").
fn worst(environments: &[EnvironmentEntry]) -> ApplicationStatus {
    let rank = |status: &ApplicationStatus| match status {
        ApplicationStatus::Error => 0,
        ApplicationStatus::Deploying => 1,
        ApplicationStatus::Unknown(_) => 2,
        ApplicationStatus::Running => 3,
        ApplicationStatus::Stopped => 4,
    };
    let all = environments.iter().map(|entry| entry.status.clone());
    all.min_by_key(rank).unwrap_or_default()
}

fn rest(manifest: Fields<'_>) -> Map<String, Value> {
    let mut rest = manifest.all();
    rest.retain(|name, _| !NAMED.contains(&name.as_str()));
    rest
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
