//! Events, metrics, health and environments over the API.

use chrono::{TimeDelta, Utc};
use miso_api::{HealthEvent, HealthStatus};

use super::*;
use crate::metrics::meter::Meter;
use crate::metrics::{Sample, Usage};
use crate::store::health;

/// An application `shop` that was deployed to dev and prod, without a workload.
async fn shop() -> (Bench, String) {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    let mut sent = manifest("shop");
    sent["type"] = json!("external");
    sent.as_object_mut().unwrap().shift_remove("image");
    let created = bench.post(&token, "/api/applications", &sent).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let rows = "INSERT INTO placements (application, environment, deployment)
        VALUES ('shop', 'dev', 'x'), ('shop', 'prod', 'y')";
    let write = bench.site.store.call(move |db| Ok(db.execute(rows, [])?));
    write.await.unwrap();
    (bench, token)
}

fn measured(cpu: f32, requests: u32) -> Sample {
    let meter = Meter::default();
    for number in 0..requests {
        meter.request(std::time::Duration::from_millis(10), number == 0);
    }
    Sample {
        usage: Some(Usage {
            cpu_percent: Some(cpu),
            memory_bytes: 64_000_000,
            memory_limit_bytes: None,
        }),
        counted: meter.take(),
    }
}

#[tokio::test]
async fn metrics_are_what_was_measured() {
    let (bench, token) = shop().await;
    let path = "/api/applications/shop/metrics";
    assert_eq!(bench.get(&token, path).await.json(), json!({"series": []}));
    let now = Utc::now();
    let metrics = &bench.site.platform.metrics;
    metrics.add(&Place::new("shop", "dev"), now, &measured(10.0, 4));
    metrics.add(&Place::new("shop", "prod"), now, &measured(30.0, 0));
    let all = bench.get(&token, path).await.json();
    let names: Vec<&str> = all["series"]
        .as_array()
        .unwrap()
        .iter()
        .map(|series| series["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "cpu_percent",
            "memory_bytes",
            "requests_per_second",
            "response_ms_p50",
            "response_ms_p95",
            "error_rate",
            "log_errors"
        ]
    );
    assert_eq!(all["series"][0]["points"][0][1], 40.0);
    assert!(
        all["series"][0]["points"][0][0]
            .as_str()
            .unwrap()
            .ends_with('Z')
    );
    let dev = bench
        .get(&token, &format!("{path}?environment=dev&step=60"))
        .await
        .json();
    assert_eq!(dev["series"][0]["points"][0][1], 10.0);
    assert_eq!(dev["series"][5]["points"][0][1], 0.25);
    let past = bench
        .get(&token, &format!("{path}?to=2020-01-01T00:00:00Z"))
        .await
        .json();
    assert_eq!(past, json!({"series": []}));
    for query in [
        "step=0",
        "step=86401",
        "step=fast",
        "from=now",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    ] {
        assert_eq!(
            bench.get(&token, &format!("{path}?{query}")).await.status,
            400,
            "{query}"
        );
    }
    assert_eq!(
        bench
            .get(&token, &format!("{path}?environment=moon"))
            .await
            .status,
        404
    );
    assert_eq!(
        bench
            .get(&token, "/api/applications/none/metrics")
            .await
            .status,
        404
    );

    let environment = bench.get(&token, "/api/environments/prod").await.json();
    assert_eq!(
        environment["resources"],
        json!([{"name": "shop", "kind": "process", "status": "unknown", "message": null,
            "usage": {"cpuPercent": 30.0, "memoryBytes": 64_000_000, "memoryLimitBytes": null}}])
    );
    let nothing = bench.get(&token, "/api/environments/test").await.json();
    assert_eq!(nothing["resources"], json!([]));
}

#[tokio::test]
async fn events_tell_what_happened_newest_first() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    // Nothing can be started here: its first deployment fails.
    assert_eq!(bench.create(&token, "shop").await.status, 201);
    bench.rolled_out().await;
    let changed = HealthEvent {
        at: Utc::now() + TimeDelta::seconds(60),
        status: HealthStatus::Unhealthy,
        message: Some("db: refused".to_owned()),
    };
    let at = Place::new("shop", "dev");
    let add = bench
        .site
        .store
        .call(move |db| health::add(db, &at, &changed));
    add.await.unwrap();
    let path = "/api/applications/shop/events";
    let events = bench.get(&token, path).await.json();
    let told: Vec<(&str, &str)> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            (
                event["kind"].as_str().unwrap(),
                event["summary"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told[0], ("health", "unhealthy in dev: db: refused"));
    assert_eq!(told.last().unwrap().0, "configuration");
    let asked = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|event| event["summary"].as_str().unwrap().ends_with("asked for"))
        .unwrap();
    assert_eq!(asked["by"], "aino.laine");
    assert!(asked["ref"].is_string());
    let failed = "miso/hello:1.0 to dev: failed: ";
    assert!(
        told.iter().any(|(_, summary)| summary.starts_with(failed)),
        "{told:?}"
    );
    let times: Vec<&str> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|one, other| one >= other), "{times:?}");
    let elsewhere = bench
        .get(&token, &format!("{path}?environment=test"))
        .await
        .json();
    assert_eq!(elsewhere, json!({"data": []}));
    let before = bench
        .get(&token, &format!("{path}?to=2020-01-01T00:00:00Z"))
        .await
        .json();
    assert_eq!(before, json!({"data": []}));
    assert_eq!(
        bench
            .get(&token, "/api/applications/none/events")
            .await
            .status,
        404
    );
    assert_eq!(
        bench.get(&token, &format!("{path}?from=x")).await.status,
        400
    );
}

#[tokio::test]
async fn health_has_a_history_between_two_times() {
    let (bench, token) = shop().await;
    let day = |day: u32| format!("2026-03-{day:02}T12:00:00Z");
    for (number, environment, status) in [
        (1, "dev", HealthStatus::Healthy),
        (2, "prod", HealthStatus::Healthy),
        (3, "dev", HealthStatus::Unhealthy),
    ] {
        let at = Place::new("shop", environment);
        let change = HealthEvent {
            at: day(number).parse().unwrap(),
            status,
            message: None,
        };
        let add = bench
            .site
            .store
            .call(move |db| health::add(db, &at, &change));
        add.await.unwrap();
    }
    let history = async |query: String| {
        let path = format!("/api/applications/shop/health?{query}");
        let health = bench.get(&token, &path).await.json();
        let days = health["history"].as_array().unwrap().iter();
        let days: Vec<String> = days
            .map(|change| text(change, "at")[8..10].to_owned())
            .collect();
        (days, health)
    };
    let (all, health) = history(String::new()).await;
    assert_eq!(all, ["01", "02", "03"]);
    assert_eq!(health["checks"][0]["name"], "dev");
    assert_eq!(health["checks"][1]["name"], "prod");
    assert_eq!(
        health["status"], "unknown",
        "nothing was probed since the start"
    );
    assert_eq!(history("environment=dev".to_owned()).await.0, ["01", "03"]);
    assert_eq!(history(format!("from={}", day(2))).await.0, ["02", "03"]);
    assert_eq!(
        history(format!("from={}&to={}", day(2), day(2))).await.0,
        ["02"]
    );
}

#[tokio::test]
async fn lists_are_sorted_filtered_and_paged() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    for key in ["alpha", "beta", "gamma"] {
        assert_eq!(bench.create(&token, key).await.status, 201);
    }
    bench.rolled_out().await;
    let keys = async |path: &str, field: &str| {
        let page = bench.get(&token, path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        let data = page.json()["data"].as_array().unwrap().clone();
        data.iter()
            .map(|entry| text(entry, field))
            .collect::<Vec<_>>()
    };
    let deployments =
        async |query: &str| keys(&format!("/api/deployments?{query}"), "applicationKey").await;
    assert_eq!(deployments("").await, ["gamma", "beta", "alpha"]);
    assert_eq!(
        deployments("sort=createdAt").await,
        ["alpha", "beta", "gamma"]
    );
    assert_eq!(
        deployments("sort=applicationKey&pageSize=2").await,
        ["alpha", "beta"]
    );
    assert_eq!(
        deployments("sort=-applicationKey&pageSize=2&page=2").await,
        ["alpha"]
    );
    assert_eq!(deployments("search=BET").await, ["beta"]);
    assert_eq!(deployments("search=%25").await, [""; 0]);
    assert_eq!(
        deployments("search=aino&status=failed&environment=dev")
            .await
            .len(),
        3
    );
    assert_eq!(deployments("status=completed").await, [""; 0]);
    let environments = async |query: &str| keys(&format!("/api/environments?{query}"), "key").await;
    assert_eq!(environments("").await, ["dev", "test", "prod"]);
    assert_eq!(environments("sort=key").await, ["dev", "prod", "test"]);
    assert_eq!(environments("sort=-displayName&pageSize=1").await, ["test"]);
    assert_eq!(environments("search=PRODUC").await, ["prod"]);
    assert_eq!(environments("status=healthy").await, [""; 0]);
    for path in [
        "/api/deployments?sort=by",
        "/api/environments?sort=age",
        "/api/environments?status=fine",
    ] {
        assert_eq!(bench.get(&token, path).await.status, 400, "{path}");
    }
}
