use serde_json::json;

use super::*;

/// API-V1.md §3.1, an Application.
fn template() -> Value {
    json!({"id": "a-1", "key": "orders", "displayName": "Orders", "description": null, "url": null,
        "configuration": {"key": "orders", "displayName": "orders", "type": "webapp",
            "image": "acr.example/orders:1.2", "registryMode": "acr", "port": 3000,
            "requiresDatabase": true, "version": "1.2.0",
            "configuration": [
                {"name": "LOG_LEVEL", "value": "info", "location": "variable", "required": false},
                {"name": "API_KEY", "value": null, "location": "keyvault", "required": true},
                "nonsense"]},
        "status": "healthy", "createdAt": "2026-11-01T09:00:00Z", "updatedAt": "2026-11-02T09:00:00Z"})
}

#[test]
fn an_application_is_its_template_and_what_runs_of_it() {
    let row = json!({"id": "e-1", "key": "orders", "status": "healthy", "runtimeStatus": "degraded",
        "url": "https://orders.dev.example", "image": "acr.example/orders:1.1"});
    let (key, dev) = entry(&row, "dev").unwrap();
    assert_eq!(key, "orders");
    assert_eq!(dev.status, ApplicationStatus::Running);
    assert_eq!(dev.health, HealthStatus::Degraded);
    let found = application("orders", Some(&template()), Some(&row), vec![dev]);
    assert_eq!(found.display_name, "Orders");
    assert_eq!(found.kind, ApplicationType::Webapp);
    assert_eq!(found.image.as_deref(), Some("acr.example/orders:1.2"));
    assert_eq!(
        (found.port, found.version.as_deref()),
        (Some(3000), Some("1.2.0"))
    );
    assert_eq!(found.status, ApplicationStatus::Running);
    assert_eq!(found.url.as_deref(), Some("https://orders.dev.example"));
    let items: Vec<&str> = found
        .configuration
        .iter()
        .map(|item| item.name.as_str())
        .collect();
    assert_eq!(items, ["LOG_LEVEL", "API_KEY"]);
    assert_eq!(found.rest["registryMode"], "acr");
    // What is read is the model's own JSON again, without a field twice.
    let value = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Application>(&value).unwrap(), found);
}

#[test]
fn either_half_of_an_application_is_enough() {
    let alone = application("orders", Some(&template()), None, Vec::new());
    assert_eq!(alone.status, ApplicationStatus::Stopped);
    let row = json!({"key": "orders", "displayName": "Orders", "type": "api", "status": "error",
        "port": "3000"});
    let (key, dev) = entry(&row, "dev").unwrap();
    let placed = application(&key, None, Some(&row), vec![dev]);
    assert_eq!(
        (placed.kind, placed.port),
        (ApplicationType::Api, Some(3000))
    );
    assert_eq!(placed.status, ApplicationStatus::Error);
    assert_eq!(placed.environments[0].health, HealthStatus::Unhealthy);
    let nothing = application("orders", Some(&json!("text")), None, Vec::new());
    assert_eq!(
        (nothing.key.as_str(), nothing.display_name.as_str()),
        ("orders", "orders")
    );
    assert!(entry(&json!({"status": "healthy"}), "dev").is_none());
}

/// API-V1.md §3.3: where clients have met the address of what runs.
#[test]
fn where_an_application_answers_is_read_by_each_of_its_names() {
    for (row, url) in [
        (
            json!({"url": "https://a.example"}),
            Some("https://a.example"),
        ),
        (
            json!({"dataplaneUrl": "https://b.example"}),
            Some("https://b.example"),
        ),
        (
            json!({"dataplane": {"url": "https://c.example"}}),
            Some("https://c.example"),
        ),
        (
            json!({"configuration": {"dataplaneUrl": "https://d.example"}}),
            Some("https://d.example"),
        ),
        (
            json!({"url": "", "dataplane": {"url": null}, "configuration": {"dataplaneUrl": "https://d.example"}}),
            Some("https://d.example"),
        ),
        (
            json!({"dataplane": "https://c.example", "configuration": {}}),
            None,
        ),
    ] {
        let mut row = row;
        row["key"] = json!("orders");
        let (_, found) = entry(&row, "dev").unwrap();
        assert_eq!(found.url.as_deref(), url, "{row}");
    }
}

#[test]
fn a_status_that_is_not_known_is_kept_as_it_came() {
    for (word, status, health) in [
        ("healthy", "running", "healthy"),
        ("degraded", "running", "degraded"),
        ("deploying", "deploying", "unknown"),
        ("error", "error", "unhealthy"),
        ("maintenance", "maintenance", "unknown"),
        ("Stopping", "Stopping", "Stopping"),
    ] {
        let (_, found) = entry(&json!({"key": "orders", "status": word}), "dev").unwrap();
        assert_eq!(
            (found.status.as_str(), found.health.as_str()),
            (status, health),
            "{word}"
        );
    }
    let (_, silent) = entry(&json!({"key": "orders"}), "dev").unwrap();
    assert_eq!(
        (silent.status.as_str(), silent.health),
        ("unknown", HealthStatus::NotKnown)
    );
}

/// API-V1.md §3.2, an Environment and its status.
#[test]
fn environments_have_the_names_people_know() {
    let row = |key: &str| {
        json!({"id": 4, "key": key, "environment": key, "configuration": {"preset": "s"},
            "status": "healthy", "createdAt": "2026-11-01T09:00:00Z", "updatedAt": "2026-11-02T09:00:00Z"})
    };
    for (key, name, production) in [
        ("miso", "Miso", None),
        ("dev", "Development", None),
        ("tst", "Test", None),
        ("pro", "Production", Some(true)),
        ("demo", "demo", None),
    ] {
        let found = environment(&row(key), None, Vec::new()).unwrap();
        assert_eq!(
            (found.display_name.as_str(), found.production),
            (name, production)
        );
        assert_eq!(found.status, EnvironmentStatus::Healthy);
    }
    // One that is called otherwise is of its kind all the same.
    let live = json!({"key": "live", "environment": "pro", "status": "maintenance"});
    let found = environment(&live, None, Vec::new()).unwrap();
    assert_eq!(found.production, Some(true));
    assert_eq!(found.status.as_str(), "maintenance");
    let status = json!({"id": 1, "environmentId": 4, "status": "error", "services": {},
        "resourceCount": 3, "costMonthly": 10.0, "healthCheckAt": "2026-11-27T09:00:00Z"});
    let found = environment(&row("dev"), Some(&status), vec!["orders".to_owned()]).unwrap();
    assert_eq!(found.status, EnvironmentStatus::Down);
    assert_eq!(
        found.updated_at,
        Some("2026-11-27T09:00:00Z".parse().unwrap())
    );
    assert!(environment(&json!({"status": "healthy"}), None, Vec::new()).is_none());
}

/// API-V1.md §3.4, a Deployment with its jobs.
#[test]
fn the_jobs_of_a_deployment_are_its_steps() {
    let row = json!({"id": "d-1", "deploymentType": "application", "targetId": "orders",
        "environment": "dev", "status": "deploying", "progress": 40, "dryRun": false,
        "configuration": {"image": "acr.example/orders:1.2"},
        "createdAt": "2026-11-27T09:00:00Z", "updatedAt": "2026-11-27T09:01:00Z",
        "jobs": [
            {"id": "1", "jobId": "j-1", "jobType": "build", "status": "completed", "progress": 100,
             "message": "done", "error": null, "startedAt": "2026-11-27T09:00:10Z",
             "completedAt": "2026-11-27T09:00:40Z", "logs": [
                {"id": "l", "jobId": "j-1", "level": "info", "message": "pulled", "timestamp": "2026-11-27T09:00:20Z"},
                {"id": "m", "jobId": "j-1", "level": "warn", "message": "slow", "timestamp": "2026-11-27T09:00:30Z"}]},
            {"id": "2", "jobId": "j-2", "jobType": "start", "status": "a-new-word", "logs": []}]});
    let mut found = deployment(&row, "dev").unwrap();
    assert_eq!(
        (found.id.as_str(), found.application_key.as_str()),
        ("d-1", "orders")
    );
    assert_eq!(found.status, DeploymentStatus::Running);
    assert_eq!(found.image.as_deref(), Some("acr.example/orders:1.2"));
    assert_eq!(found.progress, Some(40));
    assert_eq!(
        found.started_at,
        Some("2026-11-27T09:00:10Z".parse().unwrap())
    );
    assert_eq!(found.completed_at, None);
    assert_eq!(found.steps[0].name, "build");
    assert_eq!(
        found.steps[0].message.as_deref(),
        Some("done\npulled\nwarn: slow")
    );
    assert_eq!(found.steps[1].status.as_str(), "a-new-word");
    let jobs = row["jobs"].as_array().unwrap().clone();
    let line =
        |job: &str, message: &str| json!({"jobId": job, "level": "info", "message": message});
    with_log(
        &mut found,
        &jobs,
        &[line("j-1", "a"), line("1", "b"), line("other", "c")],
    );
    assert_eq!(
        found.steps[0].message.as_deref(),
        Some("done\npulled\nwarn: slow\na\nb")
    );
    assert_eq!(found.steps[1].message.as_deref(), Some("c"));
}

#[test]
fn why_a_job_failed_stays_above_its_log() {
    let jobs = [
        json!({"jobId": "j-1", "jobType": "start", "status": "failed", "error": "it ended with 1"}),
    ];
    let row = json!({"id": "d-1", "targetId": "orders", "status": "failed", "jobs": jobs});
    let mut found = deployment(&row, "dev").unwrap();
    let lines: Vec<Value> = (0..80)
        .map(
            |number| json!({"jobId": "j-1", "level": "error", "message": format!("line {number}")}),
        )
        .collect();
    with_log(&mut found, &jobs, &lines);
    let told = found.steps[0].message.clone().unwrap();
    let told: Vec<&str> = told.lines().collect();
    assert_eq!((told.len(), told[0]), (51, "it ended with 1"));
    assert_eq!(told[50], "error: line 79");
}

#[test]
fn deployments_of_every_kind_of_list_are_read() {
    for (row, key) in [
        (
            json!({"deploymentId": "d-1", "applicationKey": "orders"}),
            "orders",
        ),
        (
            json!({"id": "d-1", "appKey": "orders", "targetId": "x"}),
            "orders",
        ),
        (
            json!({"id": "d-1", "application": {"key": "orders"}, "targetId": "x"}),
            "orders",
        ),
        (
            json!({"id": "d-1", "targetId": "orders", "created": "2026-11-27T09:00:00Z"}),
            "orders",
        ),
    ] {
        let found = deployment(&row, "dev").unwrap();
        assert_eq!(
            (found.id.as_str(), found.application_key.as_str()),
            ("d-1", key),
            "{row}"
        );
        assert_eq!(found.status, DeploymentStatus::Pending);
    }
    for (word, status) in [
        ("pending", "pending"),
        ("deploying", "running"),
        ("completed", "completed"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("error", "failed"),
        ("paused", "paused"),
    ] {
        let row = json!({"id": "d-1", "targetId": "a", "status": word, "updatedAt": "2026-11-27T09:00:00Z"});
        let found = deployment(&row, "dev").unwrap();
        assert_eq!(found.status.as_str(), status);
        assert_eq!(
            found.completed_at.is_some(),
            found.status.has_ended(),
            "{word}"
        );
    }
    let infrastructure =
        json!({"id": "d-1", "deploymentType": "infrastructure", "targetId": "dev"});
    assert!(deployment(&infrastructure, "dev").is_none());
    assert!(deployment(&json!({"status": "pending"}), "dev").is_none());
}

#[test]
fn health_is_the_status_of_the_application() {
    for (body, status) in [
        (
            json!({"status": "healthy", "runtimeStatus": "error"}),
            "unhealthy",
        ),
        (
            json!({"status": "degraded", "runtimeStatus": null}),
            "degraded",
        ),
        (json!({"status": "a-new-word"}), "a-new-word"),
        (json!({}), "unknown"),
    ] {
        let found = health(&body);
        assert_eq!(found.status.as_str(), status, "{body}");
        assert_eq!(found.checked_at, None, "v1 does not say when it looked");
    }
}

#[test]
fn a_manifest_is_whole_where_its_parts_stand_beside_it() {
    let beside = json!({"key": "orders", "displayName": "Orders", "image": "a:1",
        "configuration": {"type": "api", "image": "b:2"}});
    let found = Value::Object(manifest("orders", &beside));
    let expected = json!({"key": "orders", "displayName": "Orders", "type": "api", "image": "b:2"});
    assert_eq!(found, expected);
    assert_eq!(
        Value::Object(manifest("x", &Value::Null)),
        json!({"key": "x"})
    );
}
