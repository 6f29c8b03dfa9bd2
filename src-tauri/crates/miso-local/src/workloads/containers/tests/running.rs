//! What runs in containers is deployed, seen and replaced as what runs in processes.

use std::time::Instant;

use chrono::Utc;
use miso_api::{LogLevel, StepStatus};
use serde_json::json;

use super::engine::TestEngine;
use super::*;
use crate::workloads::containers::keeper::LAST_WORDS;

#[tokio::test]
async fn containers_run_as_the_catalogue_does() {
    let Some(engine) = TestEngine::start().await else {
        return;
    };
    engine.import(&["1.0", "2.0"]).await;
    let manifest = json!({"scaling": {"minInstances": 2}});
    let values = [("COLOUR", "teal"), ("PORT", "1"), ("MISO_CPUS", "0.5")];
    let bench = bench(engine.choice(), manifest, &values).await;
    let began = Utc::now();
    let first = bench.runs("tests/box:1.0").await;
    let names: Vec<&str> = first.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(
        names,
        ["validate", "pull", "prepare", "start", "health", "switch"]
    );
    assert!(
        first
            .steps
            .iter()
            .all(|step| step.status == StepStatus::Completed)
    );
    let pulled = step(&first, "pull").message.as_deref();
    assert_eq!(pulled, Some("Docker has it already"));

    // Its address leads to both, which have what the configuration says.
    let said = bench.ask("/cgi-bin/env").await.unwrap();
    let other = bench.ask("/cgi-bin/env").await.unwrap();
    assert!(said.contains("COLOUR=teal\n"), "{said}");
    assert!(!said.contains("PORT=1\n"), "the platform has the last word");
    let instances = [&said, &other].map(|said| {
        let named = said.lines().find(|line| line.starts_with("MISO_INSTANCE="));
        named.unwrap().to_owned()
    });
    assert_ne!(instances[0], instances[1]);
    assert_eq!(bench.health(), (HealthStatus::Healthy, String::new()));

    // Its log has lines with their own times.
    let log = bench.log();
    let line = log
        .iter()
        .find(|line| line.message.starts_with("listening on"))
        .unwrap_or_else(|| panic!("{log:?}"));
    assert_eq!(line.level, LogLevel::Warn);
    assert!(line.timestamp >= began - chrono::Duration::seconds(1) && line.timestamp <= Utc::now());

    // It is measured, and so is the engine.
    let platform = std::sync::Arc::clone(&bench.platform);
    bench
        .platform
        .tasks
        .spawn(async move { platform.measure().await });
    let measured = async {
        loop {
            let usage = bench.platform.metrics.usage(&bench.place, Utc::now());
            match usage.filter(|usage| usage.cpu_percent.is_some()) {
                Some(usage) => return usage,
                None => sleep(Duration::from_millis(100)).await,
            }
        }
    };
    let usage = timeout(PATIENCE, measured).await.unwrap();
    assert!(usage.memory_bytes.unwrap() > 100_000, "{usage:?}");
    assert_eq!(usage.memory_limit_bytes, Some(2 << 30), "a GiB each");
    let seen = bench.platform.engines.seen().unwrap();
    assert!(seen.name.starts_with("Docker ") && seen.answers, "{seen:?}");

    // It is replaced without a gap, and back.
    let (stop, mut ended) = tokio::sync::oneshot::channel::<()>();
    let asking = async {
        let mut answers = 0;
        while ended.try_recv().is_err() {
            bench.ask("/health").await.unwrap();
            answers += 1;
        }
        answers
    };
    let replacing = async {
        bench.runs("tests/box:2.0").await;
        bench.runs("tests/box:1.0").await;
        stop.send(()).unwrap();
    };
    let (answers, ()) = tokio::join!(asking, replacing);
    assert!(answers > 10, "{answers}");
    let names = engine.names().await;
    assert_eq!(names.len(), 2, "of the version that runs: {names:?}");
    assert!(names[0].starts_with("/miso-orders-api-"), "{names:?}");
    bench.platform.shut_down().await;
    assert_eq!(engine.names().await, [""; 0], "nothing is left");
}

#[tokio::test]
async fn containers_that_keep_to_a_port_of_their_own_are_replaced_with_a_gap() {
    let Some(engine) = TestEngine::start().await else {
        return;
    };
    engine.import(&["fixed-1", "fixed-2", "crash"]).await;
    let port = {
        let free = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await;
        free.unwrap().local_addr().unwrap().port()
    };
    let manifest = json!({"port": port, "scaling": {"minInstances": 3}});
    let bench = bench(
        engine.choice(),
        manifest,
        &[("OWN_PORT", &port.to_string())],
    )
    .await;
    let first = bench.runs("tests/box:fixed-1").await;
    let said = step(&first, "health").message.clone().unwrap();
    assert!(said.contains("one instance"), "{said}");
    assert!(bench.logged("whatever PORT says"));
    assert_eq!(engine.names().await.len(), 1, "of three");
    bench.runs("tests/box:fixed-2").await;
    assert!(bench.logged("tests/box:fixed-1 is ended before"));
    let said = bench.ask("/cgi-bin/env").await.unwrap();
    assert!(said.contains("MISO_VERSION=fixed-2"), "{said}");
    // What does not come up gives way to what ran.
    let why = bench.fails("tests/box:crash").await;
    assert!(why.contains("no database"), "{why}");
    bench.until_health(HealthStatus::Healthy, "").await;
    let said = bench.ask("/cgi-bin/env").await.unwrap();
    assert!(said.contains("MISO_VERSION=fixed-2"), "{said}");
    bench.platform.shut_down().await;
    assert_eq!(engine.names().await, [""; 0]);
}

#[test]
fn containers_of_a_killed_instance_are_cleared_at_the_next_start() {
    let begun = tokio::runtime::Runtime::new().unwrap();
    let Some((engine, bench, before)) = begun.block_on(async {
        let engine = TestEngine::start().await?;
        engine.import(&["1.0"]).await;
        let bench = bench(engine.choice(), json!({}), &[]).await;
        bench.runs("tests/box:1.0").await;
        let names = engine.names().await;
        assert_eq!(names.len(), 1);
        Some((engine, bench, names))
    }) else {
        return;
    };
    // As a kill would: nothing gets to its end.
    begun.shutdown_background();
    let next = tokio::runtime::Runtime::new().unwrap();
    next.block_on(async {
        assert_eq!(engine.names().await, before, "it is left");
        let bench = bench.next_start();
        bench.platform.resume().await.unwrap();
        bench.until_health(HealthStatus::Healthy, "").await;
        let names = engine.names().await;
        assert_eq!(names.len(), 1);
        assert_ne!(names, before);
        // An application that is removed leaves nothing.
        let live = bench.platform.live(&bench.place).unwrap();
        assert_eq!(live.status, HealthStatus::Healthy);
        bench.platform.close("orders-api").await;
        assert_eq!(engine.names().await, [""; 0]);
        bench.platform.shut_down().await;
    });
}

#[tokio::test]
async fn containers_that_do_not_listen_are_killed_in_time() {
    let Some(engine) = TestEngine::start().await else {
        return;
    };
    engine.import(&["stubborn"]).await;
    let bench = bench(engine.choice(), json!({}), &[]).await;
    bench.runs("tests/box:stubborn").await;
    let began = Instant::now();
    bench.platform.shut_down().await;
    let took = began.elapsed();
    assert!(took >= LAST_WORDS, "it was asked first: {took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(engine.names().await, [""; 0]);
}

#[tokio::test]
async fn containers_that_print_without_end_do_not_fill_anything() {
    let Some(engine) = TestEngine::start().await else {
        return;
    };
    engine.import(&["loud"]).await;
    let bench = bench(engine.choice(), json!({}), &[("MISO_CPUS", "0.5")]).await;
    bench.runs("tests/box:loud").await;
    // More than is ever kept of it in a second, and it is asked and answers meanwhile.
    let log = bench.platform.logs.of(&bench.place).unwrap();
    let mut next = log.watch();
    let printed = timeout(PATIENCE, next.wait_for(|next| *next > 6_000)).await;
    drop(printed.unwrap().unwrap());
    assert_eq!(bench.health(), (HealthStatus::Healthy, String::new()));
    bench.ask("/health").await.unwrap();
    let began = Instant::now();
    bench.platform.shut_down().await;
    let took = began.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(engine.names().await, [""; 0]);
}
