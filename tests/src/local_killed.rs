//! `kill -9` of the instance while it serves writes, at moments of no choosing: what it
//! acknowledged is there at the next start, and nothing it started is left.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::api::Api;
use crate::support::instance::{ACCOUNT, Instance, Serve};
use crate::support::process::{descendants, kill};
use crate::support::session::Session;
use crate::support::wait::{SOON, until_true};

#[tokio::test]
async fn no_acknowledged_write_is_lost_by_ten_kills() {
    kills(10).await;
}

#[tokio::test]
#[ignore = "takes long: in `cargo xtask test full`"]
async fn no_acknowledged_write_is_lost_by_fifty_kills() {
    kills(50).await;
}

/// What was acknowledged: applications by their keys, deployments by their ids.
#[derive(Default)]
struct Acknowledged {
    applications: Vec<String>,
    deployments: Vec<String>,
}

async fn kills(times: u32) {
    let session = Session::without_display();
    let serve = Serve::new(&session, "data").account();
    let serve = serve.unlimited();
    let mut moments = Moments::new();
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    let mut instance = serve.start(&session);
    let api = instance.account().await;
    // Something runs, so that there is something to leave behind.
    let answer = api
        .post("/api/applications", &manifest("shop", "webapp"))
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    for round in 0..times {
        let api = instance.account().await;
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let (api, acknowledged) = (api.clone(), Arc::clone(&acknowledged));
                tokio::spawn(async move { write(&api, round, writer, &acknowledged).await })
            })
            .collect();
        sleep(moments.next()).await;
        let started = descendants(instance.id());
        kill(instance.id());
        for writer in writers {
            writer.abort();
        }
        drop(instance);
        until_true("what it started has ended", SOON, || {
            started.iter().all(|process| !process.runs())
        })
        .await;
        instance = serve.start(&session);
        // Not only the last round's: nothing may be lost by a later kill either.
        if round % 10 == 9 || round + 1 == times {
            all_there(&instance, &acknowledged).await;
        }
        newest_there(&instance, &acknowledged).await;
    }
    let counts = {
        let known = acknowledged.lock().expect("the list");
        (known.applications.len(), known.deployments.len())
    };
    assert!(
        counts.0 > times as usize && counts.1 > 0,
        "enough was written to lose something: {counts:?}"
    );
    assert_eq!(instance.stop(), Some(0));
}

/// Writes until the instance is gone, and notes what it acknowledged.
async fn write(api: &Api, round: u32, writer: u32, acknowledged: &Mutex<Acknowledged>) {
    for number in 0.. {
        let key = format!("app-{round}-{writer}-{number}");
        let Some(created) = api
            .try_post("/api/applications", &manifest(&key, "external"))
            .await
        else {
            return;
        };
        assert_eq!(created.status, 201, "{created:?}");
        acknowledged
            .lock()
            .expect("the list")
            .applications
            .push(key);
        if writer != 0 {
            continue;
        }
        let request = json!({ "environment": "test", "image": format!("miso/hello:1.{number}") });
        let Some(deployed) = api
            .try_post("/api/applications/shop/deploy", &request)
            .await
        else {
            return;
        };
        // One at a time: the one before may be under way still.
        if deployed.status == 202 {
            let id = deployed.json()["id"].as_str().expect("an id").to_owned();
            acknowledged.lock().expect("the list").deployments.push(id);
        }
    }
}

async fn all_there(instance: &Instance, acknowledged: &Mutex<Acknowledged>) {
    let api = instance.api().signed_in(ACCOUNT.0, ACCOUNT.1).await;
    let mut there = Vec::new();
    for page in 1.. {
        let list = api
            .get(&format!("/api/applications?pageSize=200&page={page}"))
            .await
            .json();
        let data = list["data"].as_array().expect("applications");
        there.extend(
            data.iter()
                .filter_map(|one| one["key"].as_str().map(str::to_owned)),
        );
        if data.len() < 200 {
            break;
        }
    }
    let there: std::collections::HashSet<String> = there.into_iter().collect();
    let known = acknowledged.lock().expect("the list").applications.clone();
    let lost: Vec<&String> = known.iter().filter(|key| !there.contains(*key)).collect();
    assert!(lost.is_empty(), "of {}: {lost:?}", known.len());
    let deployments = acknowledged.lock().expect("the list").deployments.clone();
    for id in deployments {
        let answer = api.get(&format!("/api/deployments/{id}")).await;
        assert_eq!(answer.status, 200, "{id}: {answer:?}");
    }
}

async fn newest_there(instance: &Instance, acknowledged: &Mutex<Acknowledged>) {
    let api = instance.account().await;
    let newest: Vec<String> = {
        let known = acknowledged.lock().expect("the list");
        known.applications.iter().rev().take(6).cloned().collect()
    };
    for key in newest {
        let answer = api.get(&format!("/api/applications/{key}")).await;
        assert_eq!(answer.status, 200, "{key}: {answer:?}");
    }
}

fn manifest(key: &str, kind: &str) -> Value {
    json!({
        "key": key, "displayName": key, "type": kind, "image": "miso/hello:1.0", "port": 3000
    })
}

/// Moments of no choosing, the same for nobody: from the clock.
struct Moments(u64);

impl Moments {
    fn new() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let seed = u64::try_from(now.expect("a clock").as_nanos() % u128::from(u64::MAX));
        let seed = seed.expect("it fits") | 1;
        eprintln!("moments from {seed}");
        Self(seed)
    }

    fn next(&mut self) -> Duration {
        // Xorshift, as in Marsaglia's paper of 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(20 + self.0 % 700)
    }
}
