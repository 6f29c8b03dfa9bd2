//! Images that come from a registry, and that do not.

use serde_json::json;

use super::engine::{TestEngine, credentials, root, tar};
use super::registry::{Manners, Registry};
use super::*;
use crate::workloads::containers::Engines;

/// A layer that takes a while, and some room.
fn large() -> Vec<u8> {
    let root = root();
    let noise: Vec<u8> = (0..8_000_000_u64)
        .map(|number| (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8)
        .collect();
    for number in 0..3 {
        std::fs::write(root.path().join(format!("data-{number}")), &noise).unwrap();
    }
    tar(&root)
}

#[tokio::test]
async fn containers_are_pulled_with_what_is_seen_of_it() {
    let Some(engine) = TestEngine::start().await else {
        return;
    };
    let manners = Manners {
        asks: true,
        pause: Duration::from_millis(50),
        ..Manners::default()
    };
    let registry = Registry::start(large(), manners).await;
    let image = format!("{}/box:1.0", registry.host);
    let stranger = bench(engine.choice(), json!({}), &[]).await;
    let why = stranger.fails(&image).await;
    assert!(
        why.contains(&format!("docker login {}", registry.host)),
        "{why}"
    );

    let mut known = bench(engine.choice(), json!({}), &[]).await;
    let auth = "bWU6bWluZQ==";
    let mut engines = Engines::new(engine.choice(), "known".to_owned());
    engines.credentials = Some(credentials(known.folder.path(), &registry.host, auth));
    known.with_engines(engines);
    let seen = async {
        loop {
            let message = known.message().await;
            if message.contains(" MB of 26.") {
                return message;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let (seen, pulled) = tokio::join!(timeout(PATIENCE, seen), known.runs(&image));
    assert!(seen.unwrap().starts_with(&format!("Pulling {image}: ")));
    let how = step(&pulled, "pull").message.clone().unwrap();
    assert!(
        how.contains(&format!(" MB from {} in ", registry.host)),
        "{how}"
    );
    known.platform.shut_down().await;
    assert_eq!(engine.names().await, [""; 0]);
}

#[tokio::test]
async fn containers_whose_image_cannot_be_had_say_why() {
    let Some(mut engine) = TestEngine::with_disk(Some(24)).await else {
        return;
    };
    let quick = Registry::start(large(), Manners::default()).await;
    let foreign = Manners {
        foreign: true,
        ..Manners::default()
    };
    let foreign = Registry::start(Vec::new(), foreign).await;
    for (image, expected) in [
        (
            format!("{}/none:1.0", quick.host),
            "push it there, or correct the name",
        ),
        (
            format!("{}/box:1.0", foreign.host),
            "is not made for linux/",
        ),
        (format!("{}/box:1.0", quick.host), "no space is left"),
        (
            "127.0.0.1:1/box:1.0".to_owned(),
            "could not be pulled from 127.0.0.1:1",
        ),
        ("tests/Box:1.0".to_owned(), "could not be pulled"),
    ] {
        let bench = bench(engine.choice(), json!({}), &[]).await;
        let why = bench.fails(&image).await;
        assert!(why.contains(expected), "{image}: {why}");
        assert_eq!(bench.newest().await.steps.len(), 6);
    }

    // The engine goes away in the middle.
    let slow = Manners {
        pause: Duration::from_millis(500),
        ..Manners::default()
    };
    let slow = Registry::start(large(), slow).await;
    let image = format!("{}/box:1.0", slow.host);
    let bench = bench(engine.choice(), json!({}), &[]).await;
    let ending = async {
        let is_pulled = async {
            while !bench.message().await.contains(" MB of ") {
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, is_pulled).await.unwrap();
        engine.end();
    };
    let (why, ()) = tokio::join!(bench.fails(&image), ending);
    assert!(why.contains("Docker"), "{why}");
    engine.begin_again().await;
    assert_eq!(engine.names().await, [""; 0]);
}
