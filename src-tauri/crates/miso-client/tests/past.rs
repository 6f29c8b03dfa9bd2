//! What was: each reading is kept, costs no request, and can be asked for as of any time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use miso_client::{ActivityKind, PlaceThen, Resource, State};
use serde_json::json;

use crate::far_end::{Answer, Asked, FarEnd, restored_at, tokens};
use crate::flying::Flying;

/// What `orders` runs in dev, by how it is now, and how its health is.
const WAYS: [(&str, &str); 3] = [
    ("shop/orders:1.0", "healthy"),
    ("shop/orders:1.1", "healthy"),
    ("shop/orders:1.1", "unhealthy"),
];

fn answer(asked: &Asked, way: usize) -> Answer {
    let (image, health) = WAYS[way];
    if asked.line == "POST /token" {
        return tokens(1);
    }
    if asked.line.starts_with("GET /api/applications?") {
        let entry = json!({"environment": "dev", "status": "running", "health": health,
            "image": image});
        return Answer::json(
            200,
            json!({"data": [{"key": "orders", "type": "api", "environments": [entry]}]}),
        );
    }
    if asked.line.starts_with("GET /api/deployments") {
        return Answer::json(200, json!({"data": []}));
    }
    Answer::text(404, "")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_can_be_asked_for_as_of_any_time_without_a_request() {
    let way = Arc::new(AtomicUsize::new(0));
    let now = way.clone();
    let far_end = FarEnd::start(move |asked| answer(asked, now.load(Ordering::SeqCst))).await;
    let clock = Arc::new(Flying::new());
    let here = restored_at(&far_end, clock.clone()).await;
    let client = &here.client;
    assert_eq!(client.observed().unwrap().from, None);

    let mut read = Vec::new();
    for (number, minutes) in [(0, 1), (1, 60), (2, 2)] {
        way.store(number, Ordering::SeqCst);
        client.refresh(&Resource::Applications).await.unwrap();
        read.push(client.applications().await.unwrap().as_of);
        clock.pass(Duration::from_secs(60 * minutes));
    }
    let asked = far_end.asked("GET /api/").len();

    let then = |time| {
        let fleet = client.fleet_at(time).unwrap();
        assert_eq!(fleet.rows.len(), 1);
        fleet.rows[0].cells[0].then.clone()
    };
    let tag_and_state = |time| match then(time) {
        PlaceThen::Known { tag, state, .. } => (tag.unwrap_or_default(), state),
        other => panic!("{other:?}"),
    };
    let second = chrono::TimeDelta::seconds(1);
    assert_eq!(then(read[0] - second), PlaceThen::NotObserved);
    assert_eq!(
        tag_and_state(read[0] + second),
        ("1.0".to_owned(), State::Well)
    );
    assert_eq!(tag_and_state(read[1]), ("1.1".to_owned(), State::Well));
    // An hour without a reading.
    assert_eq!(then(read[1] + second * 600), PlaceThen::NotObserved);
    assert_eq!(
        tag_and_state(read[2] + second),
        ("1.1".to_owned(), State::Bad)
    );

    let observed = client.observed().unwrap();
    assert_eq!(observed.spans.len(), 2);
    assert_eq!(observed.marks.len(), 3);
    assert_eq!(
        observed.from.map(|from| from.timestamp_millis()),
        Some(read[0].timestamp_millis())
    );
    assert_eq!(far_end.asked("GET /api/").len(), asked, "it costs nothing");

    let told = client.activity(Some(read[0])).await.unwrap().value;
    let kinds: Vec<&ActivityKind> = told.changes.iter().map(|change| &change.what).collect();
    let turned = ActivityKind::Turned {
        from: State::Well,
        to: State::Bad,
    };
    let image = ActivityKind::Image {
        from: Some(WAYS[0].0.to_owned()),
        to: Some(WAYS[1].0.to_owned()),
    };
    assert_eq!(kinds, [&turned, &image], "the newest first");

    client.sign_out().await.unwrap();
    assert_eq!(
        client.observed().unwrap().from,
        None,
        "it goes with the account"
    );
}
