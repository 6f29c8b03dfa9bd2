//! What runs on an instance, as it is met from outside: started, replaced, unwell, configured.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::instance::{Instance, Serve};
use crate::support::process::kill;
use crate::support::session::Session;
use crate::support::wait::{LATER, until};

/// As long as all applications of the demo may take.
const THE_DEMO: Duration = Duration::from_secs(120);
/// In how many places the demo's applications run.
const PLACES: usize = 30;

#[tokio::test]
async fn the_old_version_answers_until_the_new_one_is_well() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    create(&api, "shop", "miso/hello:1.0", json!([])).await;
    let url = healthy(&api, "shop").await;

    // It takes some seconds to be well.
    let request = json!({ "environment": "dev", "image": "miso/slow-start:2.0" });
    let path = "/api/applications/shop/deploy";
    let accepted = api.post(path, &request).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    let id = text(&accepted.json(), "id");
    let second = api.post(path, &request).await;
    assert_eq!(
        (second.status, second.code().as_str()),
        (409, "CONFLICT"),
        "one at a time: {second:?}"
    );

    let (mut old_while_starting, mut new) = (0, false);
    let ended = loop {
        let deployment = api.get(&format!("/api/deployments/{id}")).await.json();
        let page = api.get_with(&url, &[]).await;
        assert_eq!(page.status, 200, "{page:?}");
        let is_old = page.text.contains("Version 1.0");
        assert!(is_old || page.text.contains("Version 2.0"), "{page:?}");
        assert!(!(new && is_old), "it does not go back");
        new |= !is_old;
        if deployment["steps"][3]["status"] == "running" && is_old {
            old_while_starting += 1;
        }
        if old_while_starting == 1 {
            let application = application(&api, "shop").await;
            assert_eq!(application["status"], "deploying", "{application}");
            assert_eq!(application["url"], url, "the address stays: {application}");
        }
        if deployment["completedAt"].is_string() {
            break deployment;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(ended["status"], "completed", "{ended}");
    assert!(old_while_starting > 1, "it was seen to start");
    let page = api.get_with(&url, &[]).await;
    assert!(page.text.contains("Version 2.0"), "{page:?}");
    let waited = text(&ended["steps"][3], "message");
    assert!(waited.starts_with("well after "), "{ended}");
}

#[tokio::test]
async fn a_database_that_refuses_is_seen_and_configuration_reaches_the_process() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    let host = |name: &str| json!([{"name": "DB_HOST", "value": name, "location": "variable", "required": true}]);
    let image = "miso/failing-health:1.0";
    create(&api, "configured", image, host("db.test.internal")).await;
    healthy(&api, "configured").await;
    create(&api, "failing", image, host("10.0.3.7")).await;
    healthy(&api, "failing").await;

    let health = until("its database refuses", LATER, || async {
        let health = api.get("/api/applications/failing/health?environment=dev");
        let health = health.await.json();
        if health["status"] == "unhealthy" {
            Ok(health)
        } else {
            Err(health.to_string())
        }
    })
    .await;
    let check = &health["checks"][0];
    assert_eq!(
        (&check["name"], &check["status"]),
        (&json!("db"), &json!("unhealthy"))
    );
    let changes: Vec<&Value> = health["history"]
        .as_array()
        .expect("a history")
        .iter()
        .map(|change| &change["status"])
        .collect();
    assert_eq!(changes, ["healthy", "unhealthy"], "{health}");
    let entry = &application(&api, "failing").await["environments"][0];
    assert_eq!(entry["status"], "running", "it runs, unwell: {entry}");
    let message = text(entry, "healthMessage");
    assert!(message.contains("ECONNREFUSED"), "{entry}");
    let errors = api.get("/api/applications/failing/logs?level=error").await;
    assert!(errors.text.contains("ECONNREFUSED"), "{errors:?}");

    // The other is older, and was told of another host.
    healthy(&api, "configured").await;
    let logs = api.get("/api/applications/configured/logs").await;
    assert!(logs.text.contains("/health 200"), "{logs:?}");
    assert!(!logs.text.contains("ECONNREFUSED"), "{logs:?}");
}

#[tokio::test]
async fn an_address_is_for_this_machine_and_its_own_pages() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    create(&api, "shop", "miso/hello:1.0", json!([])).await;
    let url = healthy(&api, "shop").await;
    for header in [
        ("host", "miso.example"),
        ("host", "127.0.0.1:1"),
        ("origin", "https://miso.example"),
        ("origin", "null"),
    ] {
        for method in ["GET", "POST", "OPTIONS"] {
            let answer = api.call(method, &url, &[header]).await;
            assert_eq!(answer.status, 403, "{method} with {header:?}: {answer:?}");
            assert!(!answer.text.contains("Version"), "{answer:?}");
        }
    }
    let own = ("origin", url.trim_end_matches('/'));
    for header in [own, ("origin", "http://localhost:3000")] {
        let answer = api.get_with(&url, &[header]).await;
        assert_eq!(answer.status, 200, "{header:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_demo_that_was_killed_while_it_was_made_is_made_to_its_end() {
    let session = Session::without_display();
    let serve = Serve::at(&session.home().join("data"))
        .account()
        .unlimited();
    let first = serve.start(&session);
    let api = first.account().await;
    until("deployments under way", LATER, || async {
        let running = total(&api, "/api/deployments?status=running").await;
        let done = total(&api, "/api/deployments?status=completed").await;
        if running > 0 && done > 0 {
            Ok(())
        } else {
            Err(format!("{running} run, {done} are done"))
        }
    })
    .await;
    kill(first.id());
    drop(first);

    let second = serve.start(&session);
    let api = second.account().await;
    until("all of the demo runs", THE_DEMO, || async {
        let list = api.get("/api/applications?pageSize=200").await.json();
        let applications = list["data"].as_array().into_iter().flatten();
        let entries: Vec<&Value> = applications
            .flat_map(|one| one["environments"].as_array().into_iter().flatten())
            .collect();
        let running = entries.iter().filter(|entry| entry["status"] == "running");
        let running = running.count();
        if (running, entries.len()) == (PLACES, PLACES) {
            Ok(())
        } else {
            Err(format!("{running} of {}", entries.len()))
        }
    })
    .await;
    // What was cut short is in the history, and so is that it was done again.
    let failed = api.get("/api/deployments?status=failed").await.json();
    let failed = failed["data"].as_array().expect("deployments").clone();
    assert!(!failed.is_empty(), "something was cut short");
    for deployment in failed {
        let path = format!(
            "/api/applications/{}/deployments?environment={}&status=completed",
            text(&deployment, "applicationKey"),
            text(&deployment, "environment")
        );
        let done = api.get(&path).await.json();
        let mut again = done["data"].as_array().into_iter().flatten();
        let is_same = |done: &Value| done["image"] == deployment["image"];
        assert!(again.any(is_same), "{deployment}");
    }
}

fn started(session: &Session) -> Instance {
    let serve = Serve::new(session, "data").account();
    // It may be asked as often as one likes.
    serve.unlimited().start(session)
}

async fn create(api: &Api, key: &str, image: &str, configuration: Value) {
    let manifest = json!({
        "key": key, "displayName": key, "type": "webapp", "image": image, "port": 3000,
        "configuration": configuration,
    });
    let answer = api.post("/api/applications", &manifest).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

async fn application(api: &Api, key: &str) -> Value {
    api.get(&format!("/api/applications/{key}")).await.json()
}

async fn total(api: &Api, path: &str) -> u64 {
    let list = api.get(path).await.json();
    list["meta"]["total"].as_u64().expect("a number")
}

/// Waits until an application is well in `dev` and gives its address there.
async fn healthy(api: &Api, key: &str) -> String {
    until(&format!("{key} is healthy"), LATER, || async {
        let entry = application(api, key).await["environments"][0].clone();
        if entry["health"] == "healthy" && entry["status"] == "running" {
            Ok(text(&entry, "url"))
        } else {
            Err(entry.to_string())
        }
    })
    .await
}

fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}
