//! What goes wrong is a state and a reason, and nothing of it is left.

use serde_json::json;

use super::engine::{TestEngine, foreign, tar};
use super::registry::{Manners, Registry};
use super::*;

#[tokio::test]
async fn containers_without_an_engine_fail_with_what_to_do() {
    for (engine, expected) in [
        (
            ContainerEngine::At("unix:///nowhere/docker.sock".into()),
            "no container engine answers at unix:///nowhere/docker.sock",
        ),
        (ContainerEngine::None, "uses no container engine"),
    ] {
        let bench = bench(engine, json!({}), &[]).await;
        let why = bench.fails("nginx:1.27").await;
        assert!(
            why.starts_with("nginx:1.27 is not of this instance's catalogue"),
            "{why}"
        );
        assert!(why.contains(expected), "{why}");
        assert_eq!(bench.platform.engines.seen(), None);
    }
}

#[tokio::test]
async fn containers_that_end_say_why() {
    let Some(engine) = TestEngine::start().await else {
        return;
    };
    engine.import(&["crash", "hog", "closed", "1.0"]).await;
    let manners = Manners {
        machine: Some("arm64"),
        ..Manners::default()
    };
    let registry = Registry::start(tar(&foreign()), manners).await;
    let arm = format!("{}/box:1.0", registry.host);
    let values = [
        ("MISO_MEMORY_MIB", "32"),
        ("WEBSITES_CONTAINER_START_TIME_LIMIT", "3"),
    ];
    let limited = bench(engine.choice(), json!({}), &values).await;
    let missing = json!({"startupCommand": "/nowhere/missing --now"});
    let missing = bench(engine.choice(), missing, &[]).await;
    let shell = json!({"startupCommand": "echo \"$COLOUR\" >&2; exit 4"});
    let shell = bench(engine.choice(), shell, &[("COLOUR", "teal")]).await;
    let foreign = bench(engine.choice(), json!({}), &[]).await;
    for (bench, image, expected) in [
        (
            &limited,
            "tests/box:crash",
            vec!["exited with code 3 after", ": no database"],
        ),
        (
            &limited,
            "tests/box:hog",
            vec!["more than its 32 MiB of memory"],
        ),
        (
            &limited,
            "tests/box:closed",
            vec!["not well within 3 s", "no answer"],
        ),
        (
            &missing,
            "tests/box:1.0",
            vec!["could not be started", "/nowhere/missing"],
        ),
        (
            &shell,
            "tests/box:1.0",
            vec!["exited with code 4", ": teal"],
        ),
        (
            &foreign,
            arm.as_str(),
            vec![
                "exec format error",
                "made for linux/arm64, the engine runs linux/",
            ],
        ),
    ] {
        let why = bench.fails(image).await;
        for part in expected {
            assert!(why.contains(part), "{image}: {why}");
        }
        assert_eq!(engine.names().await, [""; 0], "nothing is left of {image}");
    }
    // A limit that makes no sense is named before anything is tried.
    let senseless = bench(engine.choice(), json!({}), &[("MISO_CPUS", "many")]).await;
    let why = senseless.fails("tests/box:1.0").await;
    assert!(why.starts_with("MISO_CPUS in the configuration"), "{why}");
}

#[tokio::test]
async fn containers_come_back_with_their_engine() {
    let Some(mut engine) = TestEngine::start().await else {
        return;
    };
    engine.import(&["1.0"]).await;
    let bench = bench(engine.choice(), json!({}), &[]).await;
    bench.runs("tests/box:1.0").await;
    engine.end();
    let gone = "no container engine answers";
    bench.until_health(HealthStatus::Unhealthy, gone).await;
    assert!(bench.ask("/health").await.is_err());
    engine.begin_again().await;
    bench.until_health(HealthStatus::Healthy, "").await;
    bench.ask("/health").await.unwrap();
    assert_eq!(engine.names().await.len(), 1, "the one before is removed");
    bench.platform.shut_down().await;
    assert_eq!(engine.names().await, [""; 0]);
}
