//! Applications, their deployments and environments.

use miso_api::*;
use serde_json::{Map, Value, json};

use super::{at, both_ways, read, some, texts, write};

fn entry_on_the_wire() -> Value {
    json!({"environment": "prod", "status": "error", "health": "unhealthy",
           "healthSince": "2026-11-24T08:00:00Z", "healthMessage": "503 from /health",
           "image": "miso/orders:1.2", "url": "http://127.0.0.1:40001",
           "lastDeployedAt": "2026-11-24T07:30:00Z", "deploymentId": "d-7",
           "permissions": ["logs:read", "applications:deploy"]})
}

fn entry() -> EnvironmentEntry {
    EnvironmentEntry {
        environment: "prod".to_owned(),
        status: ApplicationStatus::Error,
        health: HealthStatus::Unhealthy,
        health_since: Some(at(8, 0)),
        health_message: some("503 from /health"),
        image: some("miso/orders:1.2"),
        url: some("http://127.0.0.1:40001"),
        last_deployed_at: Some(at(7, 30)),
        deployment_id: some("d-7"),
        permissions: texts(&["logs:read", "applications:deploy"]),
    }
}

#[test]
fn an_application() {
    let wire = json!({
        "key": "orders", "displayName": "Orders", "description": "Takes orders", "type": "api",
        "version": "1.2.0", "image": "miso/orders:1.2", "port": 3000, "status": "deploying",
        "url": "http://127.0.0.1:40001",
        "configuration": [{"name": "TOKEN", "value": null, "location": "keyvault",
                           "required": true, "isSet": true}],
        "environments": [entry_on_the_wire()],
        "createdAt": "2026-11-24T06:00:00Z", "updatedAt": "2026-11-24T08:00:00Z",
        "registryMode": "acr", "scaling": {"minInstances": 1}, "x-own": [1, null]
    });
    let rest = json!({"registryMode": "acr", "scaling": {"minInstances": 1}, "x-own": [1, null]});
    let application = Application {
        key: "orders".to_owned(),
        display_name: "Orders".to_owned(),
        description: some("Takes orders"),
        kind: ApplicationType::Api,
        version: some("1.2.0"),
        image: some("miso/orders:1.2"),
        port: Some(3000),
        status: ApplicationStatus::Deploying,
        url: some("http://127.0.0.1:40001"),
        configuration: vec![ConfigurationItem {
            name: "TOKEN".to_owned(),
            value: None,
            location: ConfigurationLocation::Keyvault,
            required: true,
            is_set: Some(true),
            portal_input: None,
        }],
        environments: vec![entry()],
        created_at: Some(at(6, 0)),
        updated_at: Some(at(8, 0)),
        rest: rest.as_object().unwrap().clone(),
    };
    both_ways(wire, application);
}

#[test]
fn an_application_is_read_tolerantly() {
    let least: Application = read(json!({"key": "crm", "type": "external"}));
    assert_eq!(
        (least.key.as_str(), least.kind),
        ("crm", ApplicationType::External)
    );
    assert_eq!(
        (least.display_name.as_str(), least.status),
        ("", ApplicationStatus::Stopped)
    );
    assert_eq!(
        (least.image, least.port, least.url, least.created_at),
        (None, None, None, None)
    );
    assert_eq!(
        (least.configuration, least.environments, least.rest),
        (vec![], vec![], Map::new())
    );
    let nulls: Application = read(json!({
        "key": "crm", "displayName": null, "description": null, "type": "function-app",
        "version": null, "image": null, "port": null, "status": null, "url": null,
        "configuration": null, "environments": null, "createdAt": null, "updatedAt": null
    }));
    assert_eq!(
        nulls.kind,
        ApplicationType::Unknown("function-app".to_owned())
    );
    assert_eq!(
        (nulls.status, nulls.environments),
        (ApplicationStatus::Stopped, vec![])
    );
    let entry: EnvironmentEntry =
        read(json!({"environment": "dev", "status": "running", "health": null, "new": 1}));
    assert_eq!(
        (entry.health, entry.permissions),
        (HealthStatus::NotKnown, vec![])
    );
    let entry: EnvironmentEntry = read(json!({"environment": "dev", "status": "paused"}));
    assert_eq!(
        entry.status,
        ApplicationStatus::Unknown("paused".to_owned())
    );
    assert_eq!(entry.health, HealthStatus::NotKnown);
    assert_eq!(write(&entry)["status"], "paused");
}

#[test]
fn configuration() {
    let wire = json!({"name": "LOG_LEVEL", "value": "info", "location": "variable",
                      "required": false, "isSet": null});
    let item = ConfigurationItem {
        name: "LOG_LEVEL".to_owned(),
        value: some("info"),
        location: ConfigurationLocation::Variable,
        required: false,
        is_set: None,
        portal_input: None,
    };
    both_ways(wire, item);
    let least: ConfigurationItem =
        read(json!({"name": "A", "location": "vault2", "required": null, "portalInput": {}}));
    assert_eq!(
        (least.value, least.required, least.is_set),
        (None, false, None)
    );
    assert_eq!(
        least.location,
        ConfigurationLocation::Unknown("vault2".to_owned())
    );
}

#[test]
fn a_deploy_request_leaves_out_what_is_not_asked() {
    let restart = DeployRequest {
        environment: "dev".to_owned(),
        ..DeployRequest::default()
    };
    assert_eq!(
        serde_json::to_string(&restart).unwrap(),
        r#"{"environment":"dev"}"#
    );
    let wire = json!({"environment": "prod", "image": "miso/orders:1.2", "note": "hotfix"});
    let request = DeployRequest {
        environment: "prod".to_owned(),
        image: some("miso/orders:1.2"),
        note: some("hotfix"),
        ..DeployRequest::default()
    };
    both_ways(wire, request);
    assert_eq!(
        read::<DeployRequest>(json!({"environment": "dev", "image": null})),
        restart
    );
    assert!(serde_json::from_str::<DeployRequest>(r#"{"image":"a:1"}"#).is_err());
}

#[test]
fn a_deployment() {
    let wire = json!({
        "id": "d-7", "applicationKey": "orders", "environment": "dev", "image": "miso/orders:1.2",
        "previousImage": "miso/orders:1.1", "status": "failed", "progress": 60,
        "message": "Starting", "error": "exit code 1", "note": "try", "requestedBy": "ada",
        "createdAt": "2026-11-24T08:00:00Z", "startedAt": "2026-11-24T08:01:00Z",
        "completedAt": "2026-11-24T08:02:00Z", "rollbackOf": "d-5", "promotedFrom": "d-6",
        "idempotencyKey": "k-1",
        "steps": [{"name": "prepare", "status": "completed", "startedAt": "2026-11-24T08:01:00Z",
                   "completedAt": "2026-11-24T08:02:00Z", "message": "pulled"}],
        "configuration": []
    });
    let deployment = Deployment {
        id: "d-7".to_owned(),
        application_key: "orders".to_owned(),
        environment: "dev".to_owned(),
        image: some("miso/orders:1.2"),
        previous_image: some("miso/orders:1.1"),
        status: DeploymentStatus::Failed,
        progress: Some(60),
        message: some("Starting"),
        error: some("exit code 1"),
        note: some("try"),
        requested_by: some("ada"),
        created_at: Some(at(8, 0)),
        started_at: Some(at(8, 1)),
        completed_at: Some(at(8, 2)),
        rollback_of: some("d-5"),
        promoted_from: some("d-6"),
        idempotency_key: some("k-1"),
        steps: vec![DeploymentStep {
            name: "prepare".to_owned(),
            status: StepStatus::Completed,
            started_at: Some(at(8, 1)),
            completed_at: Some(at(8, 2)),
            message: some("pulled"),
        }],
        configuration: vec![],
    };
    both_ways(wire, deployment);
}

#[test]
fn a_deployment_is_read_tolerantly() {
    let least: Deployment = read(json!({
        "id": "d", "applicationKey": "a", "environment": "dev", "status": "queued",
        "steps": null, "configuration": null, "dryRun": false, "manifest": {"key": "a"}
    }));
    assert_eq!(least.status, DeploymentStatus::Unknown("queued".to_owned()));
    assert!(!least.status.has_ended());
    assert_eq!(
        (least.progress, least.steps, least.configuration),
        (None, vec![], vec![])
    );
    let step: DeploymentStep = read(json!({"name": "prepare", "status": "waiting"}));
    assert_eq!(step.status, StepStatus::Unknown("waiting".to_owned()));
    let ended = |word: &str| DeploymentStatus::from(word).has_ended();
    assert!(ended("completed") && ended("failed") && ended("cancelled"));
    assert!(!ended("pending") && !ended("running"));
}

#[test]
fn an_environment() {
    let wire = json!({
        "key": "dev", "displayName": "Development", "production": true, "status": "degraded",
        "applications": ["orders", "crm"],
        "resources": [{"name": "orders", "kind": "process", "status": "down",
                       "usage": {"cpuPercent": 12.5, "memoryBytes": 5_000_000_000_u64,
                                 "memoryLimitBytes": 6_000_000_000_u64},
                       "message": "killed"}],
        "updatedAt": "2026-11-24T08:00:00Z"
    });
    let environment = Environment {
        key: "dev".to_owned(),
        display_name: "Development".to_owned(),
        production: Some(true),
        status: EnvironmentStatus::Degraded,
        applications: texts(&["orders", "crm"]),
        resources: vec![EnvironmentResource {
            name: "orders".to_owned(),
            kind: "process".to_owned(),
            status: EnvironmentStatus::Down,
            usage: Some(ResourceUsage {
                cpu_percent: Some(12.5),
                memory_bytes: Some(5_000_000_000),
                memory_limit_bytes: Some(6_000_000_000),
            }),
            message: some("killed"),
        }],
        updated_at: Some(at(8, 0)),
    };
    both_ways(wire, environment);
}

#[test]
fn an_environment_is_read_tolerantly() {
    let least: Environment = read(json!({"key": "tst", "status": "sleeping",
                                         "applications": null, "resources": null}));
    assert_eq!(
        least.status,
        EnvironmentStatus::Unknown("sleeping".to_owned())
    );
    assert_eq!(
        (least.display_name.as_str(), least.applications.len()),
        ("", 0)
    );
    let resource: EnvironmentResource =
        read(json!({"name": "n", "kind": "k", "status": "healthy", "usage": {"disk": 1}}));
    let nothing = ResourceUsage {
        cpu_percent: None,
        memory_bytes: None,
        memory_limit_bytes: None,
    };
    assert_eq!(resource.usage, Some(nothing));
    let production = ["dev", "test", "prod", "tst", "pro", "miso", "production"];
    assert_eq!(
        production.map(is_production),
        [false, false, true, false, true, false, false]
    );
}
