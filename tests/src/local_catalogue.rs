//! What of the catalogue can be seen from outside: versions that differ, what depends on others,
//! what visits them, what leaks.

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::instance::{Instance, Serve};
use crate::support::session::Session;
use crate::support::wait::{LATER, until};

#[tokio::test]
async fn the_next_version_looks_different() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    create(&api, "shop", "miso/hello:1.0", json!([])).await;
    let url = running(&api, "shop").await;
    let old = api.get_with(&url, &[]).await.text;
    let request = json!({ "environment": "dev", "image": "miso/hello:1.1" });
    let accepted = api.post("/api/applications/shop/deploy", &request).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    let new = until("version 1.1 answers", LATER, || async {
        let page = api.get_with(&url, &[]).await.text;
        if page.contains("Version 1.1") {
            Ok(page)
        } else {
            Err(page)
        }
    })
    .await;
    assert_ne!(colour(&old), colour(&new));
    assert!(!old.contains("since it started"), "{old}");
    assert!(new.contains("since it started"), "{new}");
}

#[tokio::test]
async fn what_depends_on_others_says_how_they_are() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    let depends = json!([{
        "name": "DEPENDS_ON", "value": "base, absent", "location": "variable", "required": true
    }]);
    create(&api, "base", "miso/failing-health:1.0", json!([])).await;
    running(&api, "base").await;
    create(&api, "needs", "miso/dependent:1.0", depends).await;
    running(&api, "needs").await;
    // Its database refuses after some seconds; then its health answers 503.
    let seen = until("base is found unwell", LATER, || async {
        let health = health(&api, "needs").await;
        let message = check(&health, "base")["message"].as_str();
        if message == Some("it answers 503") {
            Ok(health)
        } else {
            Err(health.to_string())
        }
    })
    .await;
    assert_eq!(seen["status"], "degraded", "{seen}");
    let absent = check(&seen, "absent");
    assert_eq!(absent["status"], "unhealthy", "{seen}");
    assert_eq!(absent["message"], "it was not deployed to dev", "{seen}");

    let request = json!({ "environment": "dev", "image": "miso/hello:1.0" });
    let accepted = api.post("/api/applications/base/deploy", &request).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    until("base is found well again", LATER, || async {
        let health = health(&api, "needs").await;
        if check(&health, "base")["status"] == "healthy" {
            Ok(())
        } else {
            Err(health.to_string())
        }
    })
    .await;
}

#[tokio::test]
async fn a_visitor_finds_the_others_by_their_addresses() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    let fast = json!([{
        "name": "VISITS_PER_SECOND", "value": "50", "location": "variable", "required": true
    }]);
    create(&api, "guest", "miso/visitor:1.0", fast).await;
    running(&api, "guest").await;
    // One that comes later is found too.
    create(&api, "shop", "miso/hello:1.0", json!([])).await;
    running(&api, "shop").await;
    until(
        "the shop is visited, lost pages among it",
        LATER,
        || async {
            let logs = api.get("/api/applications/shop/logs?limit=200").await.text;
            if logs.contains("GET / 200") && logs.contains("GET /lost-page 404") {
                Ok(())
            } else {
                Err(logs)
            }
        },
    )
    .await;
    // As its next probe finds it.
    until("it says whom it visits", LATER, || async {
        let visits = health(&api, "guest").await;
        let message = check(&visits, "visits")["message"].as_str();
        if message.is_some_and(|message| message.contains("to 1 applications")) {
            Ok(())
        } else {
            Err(visits.to_string())
        }
    })
    .await;
}

#[tokio::test]
async fn a_leak_stops_at_256_mib() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    let fast = json!([{
        "name": "LEAK_MIB_PER_SECOND", "value": "64", "location": "variable", "required": true
    }]);
    create(&api, "leaky", "miso/leaking:1.0", fast).await;
    running(&api, "leaky").await;
    let full = until("it is full", LATER, || async {
        let health = health(&api, "leaky").await;
        if health["status"] == "unhealthy" {
            Ok(health)
        } else {
            Err(health.to_string())
        }
    })
    .await;
    let memory = check(&full, "memory");
    assert_eq!(memory["message"], "256 of 256 MiB in use", "{full}");
    let entry = application(&api, "leaky").await["environments"][0].clone();
    assert_eq!(entry["status"], "running", "it runs on: {entry}");
}

#[tokio::test]
async fn health_is_asked_for_as_the_manifest_says() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    let manifest = json!({
        "key": "shop", "displayName": "Shop", "type": "webapp", "image": "miso/hello:1.0",
        "port": 3000,
        "healthCheck": {"path": "/up", "probePath": "/ready", "probeRequestType": "HEAD", "interval": 10},
    });
    let answer = api.post("/api/applications", &manifest).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    running(&api, "shop").await;
    let asked = until("two probes of one that is well", LATER, || async {
        let logs = api
            .get("/api/applications/shop/logs?search=%2Fready&order=asc")
            .await
            .json();
        let lines = logs["data"].as_array().cloned().unwrap_or_default();
        if lines.len() >= 3 {
            Ok(lines)
        } else {
            Err(logs.to_string())
        }
    })
    .await;
    for line in &asked {
        let message = line["message"].as_str().unwrap_or_default();
        assert!(message.starts_with("HEAD /ready 200"), "{line}");
    }
    let second = |line: &Value| -> f64 {
        let at = line["timestamp"].as_str().expect("a time");
        let clock = at.split('T').nth(1).expect("a clock").trim_end_matches('Z');
        clock.split(':').fold(0.0, |sum, part| {
            sum * 60.0 + part.parse::<f64>().expect("a number")
        })
    };
    let last = asked.len() - 1;
    let apart = (second(&asked[last]) - second(&asked[last - 1])).rem_euclid(86_400.0);
    assert!((9.0..20.0).contains(&apart), "{apart} s: {asked:?}");
}

fn started(session: &Session) -> Instance {
    let serve = Serve::new(session, "data").account();
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

async fn health(api: &Api, key: &str) -> Value {
    let path = format!("/api/applications/{key}/health?environment=dev");
    api.get(&path).await.json()
}

fn check<'a>(health: &'a Value, name: &str) -> &'a Value {
    let checks = health["checks"].as_array().into_iter().flatten();
    let mut named = checks.filter(|check| check["name"] == name);
    named.next().unwrap_or(&Value::Null)
}

/// Waits until an application runs in `dev` and gives its address there.
async fn running(api: &Api, key: &str) -> String {
    until(&format!("{key} runs"), LATER, || async {
        let entry = application(api, key).await["environments"][0].clone();
        match entry["url"].as_str() {
            Some(url) if entry["status"] == "running" => Ok(url.to_owned()),
            _ => Err(entry.to_string()),
        }
    })
    .await
}

fn colour(page: &str) -> &str {
    let (_, rest) = page.split_once("hsl(").expect("a colour");
    rest.split(')').next().expect("its end")
}
