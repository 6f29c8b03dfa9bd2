//! Platforms that start again, fill up and end.

use std::time::Instant;

use miso_api::HealthStatus;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::testing::{Bench, script};

/// Long enough for everything here, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn there_is_room_for_so_many_and_no_more() {
    let platform = Bench::new().await.platform;
    let place = |number: usize| Place::new(&format!("app-{number}"), "dev");
    for number in 0..MOST {
        platform.take_room(&place(number)).unwrap();
    }
    assert!(matches!(
        platform.take_room(&place(MOST)),
        Err(NotPrepared::Full)
    ));
    platform.take_room(&place(0)).unwrap();
    platform.give_room(&place(0));
    platform.take_room(&place(MOST)).unwrap();
}

#[tokio::test]
async fn as_many_processes_run_as_may_and_not_one_more() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&folder.path().join("miso.db")).unwrap();
    let platform = crate::testing::platform(folder.path(), &store, script("true"));
    let mut rooms = Vec::new();
    for _ in 0..64 {
        rooms.push(platform.room_for_instances(1).await.unwrap());
    }
    let mut one_more = Box::pin(platform.room_for_instances(1));
    let given = timeout(Duration::from_millis(100), &mut one_more).await;
    assert!(given.is_err(), "it waits for one that ends");
    // What ends meanwhile makes room.
    drop(rooms.pop());
    drop(timeout(PATIENCE, one_more).await.unwrap().unwrap());
}

#[tokio::test]
async fn what_ran_runs_again() {
    let bench = Bench::new().await;
    bench.deploy("miso/hello:1.0").await;
    let bench = bench.started_again().await;
    assert!(bench.platform.port(&bench.place).is_none());
    bench.platform.resume().await.unwrap();
    let healthy = async {
        while bench.platform.live(&bench.place).unwrap().status != HealthStatus::Healthy {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, healthy).await.unwrap();
    assert_eq!(
        bench.platform.port(&bench.place),
        bench.placement().await.port
    );
    // A second one at the same place takes over, and the first one ends.
    let tasks = bench.platform.tasks.len();
    bench.deploy("miso/hello:2.0").await;
    assert_eq!(bench.platform.tasks.len(), tasks);
    bench.platform.shut_down().await;
}

#[tokio::test]
async fn who_starts_slowly_is_not_called_unwell_meanwhile() {
    let bench = Bench::new().await;
    bench.deploy("miso/slow-start:1.0").await;
    let bench = bench.started_again().await;
    bench.platform.resume().await.unwrap();
    let mut messages = Vec::new();
    let healthy = async {
        loop {
            let live = bench.platform.live(&bench.place).unwrap();
            match live.status {
                HealthStatus::Healthy => return,
                HealthStatus::NotKnown => messages.extend(live.message),
                other => panic!("{other}: {:?}", live.message),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, healthy).await.unwrap();
    assert!(
        messages.iter().any(|text| text.contains("warming up")),
        "{messages:?}"
    );
    let place = bench.place.clone();
    let history = bench
        .store
        .call(move |db| crate::store::health::history(db, &place, None, None));
    let history = history.await.unwrap();
    let statuses: Vec<&str> = history
        .iter()
        .map(|change| change.status.as_str())
        .collect();
    assert_eq!(statuses, ["healthy", "unknown", "healthy"], "{history:?}");
    bench.platform.shut_down().await;
}

#[tokio::test]
async fn a_deployment_made_meanwhile_stays() {
    let bench = Bench::new().await;
    bench.deploy("miso/hello:1.0").await;
    let bench = bench.started_again().await;
    bench.deploy("miso/hello:2.0").await;
    let tasks = bench.platform.tasks.len();
    let live = bench.platform.live(&bench.place).unwrap();
    bench.platform.resume().await.unwrap();
    assert_eq!(
        bench.platform.tasks.len(),
        tasks,
        "nothing more was started"
    );
    assert_eq!(
        bench.platform.live(&bench.place).unwrap().since,
        live.since,
        "it stayed well"
    );
    // The same where what ran before cannot be started at all.
    let (place, reason) = (bench.place.clone(), "it is gone".to_owned());
    bench
        .platform
        .could_not_resume(place, reason)
        .await
        .unwrap();
    assert_eq!(bench.placement().await.error, None);
    bench.platform.shut_down().await;
}

#[tokio::test]
async fn workloads_that_do_not_listen_end_side_by_side() {
    let stubborn = "trap '' TERM; while :; do sleep 1; done";
    let bench = Bench::with(script(stubborn), json!({})).await;
    for number in 0..4 {
        let place = Place::new("orders-api", &format!("dev{number}"));
        let launch = bench
            .platform
            .prepare_now(&place, "miso/hello:1.0")
            .await
            .unwrap();
        let at = place.clone();
        bench
            .store
            .call(move |db| {
                Ok(db.execute(
                    "INSERT INTO placements (application, environment, deployment) VALUES (?1, ?2, 'x')",
                    [at.application, at.environment],
                )?)
            })
            .await
            .unwrap();
        let slot = bench.platform.slot(&place).await.unwrap();
        let room = bench.platform.room_for_instances(1).await.unwrap();
        let workload = bench
            .platform
            .start(&slot, launch, FirstCrash::IsFinal, room);
        let mut state = workload.watch();
        state.wait_for(|state| state.is_up()).await.unwrap();
        assert!(slot.adopt(workload).await.is_none());
    }
    let began = Instant::now();
    bench.platform.shut_down().await;
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    assert!(bench.platform.tasks.is_empty());
}

#[tokio::test]
async fn an_override_replaces_the_item_whatever_kind_either_is_of() {
    let item = |name: &str, value: Value, location: &str| json!({"name": name, "value": value, "location": location, "required": true});
    let manifest = json!({
        "configuration": [
            item("A", json!("base secret"), "keyvault"),
            item("B", json!("base plain"), "variable"),
            item("C", json!("base secret"), "keyvault"),
            item("D", json!("base secret"), "keyvault"),
        ],
        "environments": {"dev": {"configuration": [
            item("A", json!("own plain"), "variable"),
            item("B", json!("own secret"), "keyvault"),
            item("D", Value::Null, "keyvault"),
        ]}},
    });
    let bench = Bench::with(script("true"), manifest).await;
    let launch = bench.platform.prepare_now(&bench.place, "miso/hello:1.0");
    let values = launch.await.unwrap().configuration;
    let expected = [
        ("A", "own plain"),
        ("B", "own secret"),
        ("C", "base secret"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    // D is shown as not set in dev, and is not.
    assert_eq!(values, BTreeMap::from(expected));
}
