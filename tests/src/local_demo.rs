//! The demo: a team whose applications really run, differ between environments and have a past.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::support::api::Api;
use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::wait::{LATER, until};

#[tokio::test]
async fn the_demo_is_a_team_with_a_past_and_keeps_it() {
    let session = Session::without_display();
    let serve = Serve::at(&session.home().join("data")).account();
    let serve = serve.unlimited();
    let instance = serve.start(&session);
    let api = instance.account().await;
    let applications = until("all that is seeded was deployed", LATER, || async {
        let applications = list(&api, "/api/applications").await;
        let deployments = list(&api, "/api/deployments").await;
        let open = deployments
            .iter()
            .filter(|one| matches!(one["status"].as_str(), Some("pending" | "running")));
        if places(&applications).count() >= 24 && open.count() == 0 {
            Ok(applications)
        } else {
            Err(format!("{} places", places(&applications).count()))
        }
    })
    .await;
    assert!(
        (11..=13).contains(&applications.len()),
        "{}",
        applications.len()
    );
    for environment in ["dev", "test", "prod"] {
        let there = places(&applications).filter(|place| place["environment"] == environment);
        assert!(there.count() >= 5, "{environment}");
    }
    let differ = |application: &&Value| {
        let mut images = entries(application).map(|place| &place["image"]);
        let first = images.next();
        images.any(|image| Some(image) != first)
    };
    let differing = applications.iter().filter(differ).count();
    assert!(differing >= 3, "{differing} differ between environments");

    let unwell = until("one is found unwell", LATER, || async {
        let applications = list(&api, "/api/applications").await;
        let unwell = places(&applications).find(|place| place["health"] == "unhealthy");
        unwell
            .map(|place| place["healthMessage"].clone())
            .ok_or_else(|| "all are well".to_owned())
    })
    .await;
    assert!(
        unwell.as_str().is_some_and(|message| !message.is_empty()),
        "it says why"
    );

    let past = list(&api, "/api/deployments").await;
    assert!(past.iter().any(|one| one["previousImage"].is_string()));
    assert!(past.iter().all(|one| one["requestedBy"].is_string()));
    until("a page of its log is full", LATER, || async {
        let lines = api.get("/api/applications/orders-api/logs?limit=50").await;
        match lines.json()["data"].as_array().map(Vec::len) {
            Some(50) => Ok(()),
            other => Err(format!("{other:?} lines")),
        }
    })
    .await;
    let metrics = "/api/applications/orders-api/metrics";
    let first = until("something was measured", LATER, || async {
        first_measured(&api, metrics)
            .await
            .ok_or_else(|| "nothing yet".to_owned())
    })
    .await;
    assert_eq!(instance.stop(), Some(0));

    let restarted = Utc::now();
    let instance = serve.start(&session);
    let api = instance.account().await;
    let kept = until("what was measured before is there", LATER, || async {
        let measured = first_measured(&api, metrics).await;
        measured
            .filter(|at| *at < restarted)
            .ok_or_else(|| "nothing yet".to_owned())
    })
    .await;
    assert!(
        (kept - first).abs() <= chrono::TimeDelta::minutes(1),
        "{kept} {first}"
    );
    let after = list(&api, "/api/deployments").await;
    assert_eq!(after.len(), past.len(), "nothing is deployed anew");
    assert_eq!(instance.stop(), Some(0));
}

/// All of a list, which is not longer than a page.
async fn list(api: &Api, path: &str) -> Vec<Value> {
    let mut answer = api.get(&format!("{path}?pageSize=200")).await.json();
    let pages = answer["meta"]["totalPages"].as_u64();
    assert!(pages.is_some_and(|pages| pages <= 1), "{path}: {pages:?}");
    match answer["data"].take() {
        Value::Array(data) => data,
        other => panic!("{path}: {other}"),
    }
}

fn entries(application: &Value) -> impl Iterator<Item = &Value> {
    application["environments"].as_array().into_iter().flatten()
}

fn places(applications: &[Value]) -> impl Iterator<Item = &Value> {
    applications.iter().flat_map(entries)
}

/// When the first point of the memory's series is.
async fn first_measured(api: &Api, path: &str) -> Option<DateTime<Utc>> {
    let answer = api.get(path).await.json();
    let series = answer["series"].as_array()?;
    let memory = series.iter().find(|one| one["name"] == "memory_bytes")?;
    memory["points"][0][0].as_str()?.parse().ok()
}
