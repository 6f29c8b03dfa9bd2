//! What is on screen follows what happens: lists a deployment, a log its tail.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use miso_api::{Appended, DeployRequest, LineSink, LogLine};
use miso_client::{Cache, Code, Event, LogPlace, Resource, TailProgress, TailState};
use serde_json::{Value, json};

use crate::far_end::{Answer, FarEnd, Restored, Start, restored, tokens, until};

fn deployment(status: &str, progress: u8) -> serde_json::Value {
    json!({"id": "d-1", "applicationKey": "checkout", "environment": "dev", "image": "a:1",
        "status": status, "progress": progress})
}

fn checkout() -> Value {
    json!({"key": "checkout", "displayName": "C", "type": "webapp", "status": "running"})
}

#[tokio::test]
async fn lists_say_what_a_deployment_says_and_are_read_again_when_it_ends() {
    let has_failed = Arc::new(AtomicBool::new(false));
    let now = has_failed.clone();
    let far_end = FarEnd::start(move |asked| {
        let failed = now.load(Ordering::SeqCst);
        let path = asked.line.split('?').next().unwrap_or_default();
        match path {
            "POST /token" => tokens(1),
            "POST /api/applications/checkout/deploy" => Answer::json(202, deployment("pending", 0)),
            "GET /api/deployments/d-1" if failed => Answer::json(200, deployment("failed", 40)),
            "GET /api/deployments/d-1" => Answer::json(200, deployment("running", 40)),
            // The lists are behind, as they may be.
            "GET /api/deployments" | "GET /api/applications/checkout/deployments" => {
                Answer::json(200, json!({"data": [deployment("running", 10)]}))
            }
            "GET /api/applications" => Answer::json(200, json!({"data": [checkout()]})),
            "GET /api/applications/checkout" => Answer::json(200, checkout()),
            "GET /api/applications/checkout/health" => {
                Answer::json(200, json!({"status": "healthy"}))
            }
            _ => Answer::json(200, json!({"data": []})),
        }
    })
    .await;
    let here = restored(&far_end).await;
    let shown = [
        Resource::Applications,
        Resource::Application {
            application: "checkout".to_owned(),
        },
        Resource::Health {
            application: "checkout".to_owned(),
            environment: "dev".to_owned(),
        },
        Resource::Deployments { application: None },
    ];
    // The list brings the application; the deployment's own reading is put into the lists.
    let paths = [
        "GET /api/applications?",
        "GET /api/applications/checkout/health",
    ];
    for resource in shown {
        here.client.watch(resource);
    }
    let asked = || paths.map(|path| far_end.asked(path).len());
    until("all that is shown was read", || {
        asked().iter().all(|count| *count > 0)
    })
    .await;
    let request = DeployRequest {
        environment: "dev".to_owned(),
        image: Some("a:1".to_owned()),
        note: None,
        ..DeployRequest::default()
    };
    let before = asked();
    here.client.deploy("checkout", &request).await.unwrap();
    until("all that is shown was read again when it began", || {
        asked()
            .iter()
            .zip(before)
            .all(|(now, before)| *now > before)
    })
    .await;
    until("it goes on", || {
        far_end.asked("GET /api/deployments/d-1").len() > 1
    })
    .await;
    let before = asked();
    has_failed.store(true, Ordering::SeqCst);
    until("its end is announced", || {
        here.heard
            .all()
            .iter()
            .any(|event| matches!(event, Event::DeploymentEnded { .. }))
    })
    .await;
    until("all that is shown was read again when it ended", || {
        asked()
            .iter()
            .zip(before)
            .all(|(now, before)| *now > before)
    })
    .await;
}

/// A client over the cache in a file, as the app has it in each of its runs.
async fn run_over(file: &std::path::Path, far_end: &FarEnd, like: &Restored) -> Restored {
    let start = Start {
        id: like.connections.to_save()[0].id.clone(),
        shelf: like.shelf.clone(),
        cache: Cache::open(file).unwrap(),
        ..Start::of(far_end)
    };
    start.go().await
}

/// The first run over that cache: it has just begun a deployment.
async fn deploys_over(file: &std::path::Path, far_end: &FarEnd) -> Restored {
    let start = Start {
        cache: Cache::open(file).unwrap(),
        ..Start::of(far_end)
    };
    let first = start.go().await;
    let request = DeployRequest {
        environment: "dev".to_owned(),
        image: Some("a:1".to_owned()),
        note: None,
        ..DeployRequest::default()
    };
    first.client.deploy("checkout", &request).await.unwrap();
    first.connections.flush(Duration::from_secs(5));
    first
}

/// What the file holds of deployments that are followed.
fn kept_in(file: &std::path::Path) -> i64 {
    let database = rusqlite::Connection::open(file).unwrap();
    let count = database.query_row("select count(*) from followed", [], |row| row.get(0));
    count.unwrap()
}

fn ends(here: &Restored) -> usize {
    let heard = here.heard.all();
    let ends = heard.iter().filter(|event| match event {
        Event::DeploymentEnded { deployment, .. } => deployment.id == "d-1",
        _ => false,
    });
    ends.count()
}

#[tokio::test]
async fn a_deployment_in_progress_survives_a_restart_of_the_app() {
    let has_failed = Arc::new(AtomicBool::new(false));
    let now = has_failed.clone();
    let far_end = FarEnd::start(move |asked| {
        let failed = now.load(Ordering::SeqCst);
        match asked.line.split('?').next().unwrap_or_default() {
            "POST /token" => tokens(1),
            "POST /api/applications/checkout/deploy" => Answer::json(202, deployment("pending", 0)),
            "GET /api/deployments/d-1" if failed => Answer::json(200, deployment("failed", 40)),
            "GET /api/deployments/d-1" => Answer::json(200, deployment("running", 40)),
            _ => Answer::json(200, json!({"data": []})),
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.sqlite");
    let first = deploys_over(&file, &far_end).await;

    // Still under way at the next start, and over at the one after.
    let asked = || far_end.asked("GET /api/deployments/d-1").len();
    let before = asked();
    let second = run_over(&file, &far_end, &first).await;
    until("it is followed on", || asked() > before).await;
    assert_eq!(ends(&second), 0);
    second.connections.flush(Duration::from_secs(5));
    drop(second);
    has_failed.store(true, Ordering::SeqCst);
    let third = run_over(&file, &far_end, &first).await;
    until("its end is announced, though it ended meanwhile", || {
        ends(&third) == 1
    })
    .await;
    third.connections.flush(Duration::from_secs(5));
    drop(third);

    assert_eq!(kept_in(&file), 0, "told once");
}

#[tokio::test]
async fn who_signs_out_follows_nothing_on() {
    let far_end = FarEnd::start(
        |asked| match asked.line.split('?').next().unwrap_or_default() {
            "POST /token" => tokens(1),
            "POST /api/applications/checkout/deploy" => Answer::json(202, deployment("pending", 0)),
            "GET /api/deployments/d-1" => Answer::json(200, deployment("running", 40)),
            _ => Answer::json(200, json!({"data": []})),
        },
    )
    .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.sqlite");
    let first = deploys_over(&file, &far_end).await;
    assert_eq!(kept_in(&file), 1);
    first.client.sign_out().await.unwrap();
    first.connections.flush(Duration::from_secs(5));
    assert_eq!(kept_in(&file), 0);
}

#[tokio::test]
async fn a_list_is_brought_to_what_a_single_deployment_said() {
    let far_end = FarEnd::start(
        |asked| match asked.line.split('?').next().unwrap_or_default() {
            "POST /token" => tokens(1),
            "GET /api/deployments/d-1" => Answer::json(200, deployment("failed", 40)),
            "GET /api/deployments" => {
                Answer::json(200, json!({"data": [deployment("running", 40)]}))
            }
            _ => Answer::error(404, "NOT_FOUND"),
        },
    )
    .await;
    let here = restored(&far_end).await;
    here.client.deployments(None).await.unwrap();
    here.client.deployment("d-1".to_owned()).await.unwrap();
    let list = here.client.deployments(None).await.unwrap();
    assert_eq!(list.value.data[0].status.to_string(), "failed");
}

#[tokio::test]
async fn a_new_lease_asks_for_nothing_that_is_fresh() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::json(200, json!({"data": []})),
    })
    .await;
    let here = restored(&far_end).await;
    here.client.environments().await.unwrap();
    for _ in 0..5 {
        let lease = here.client.watch(Resource::Environments);
        here.client.watch(Resource::Environments);
        here.client.end(&lease.id);
    }
    // What is not fresh is asked for at once.
    here.client.watch(Resource::Me);
    until("another thing is asked for", || {
        !far_end.asked("GET /api/users/me").is_empty()
    })
    .await;
    assert_eq!(far_end.asked("GET /api/environments").len(), 1);
}

#[tokio::test]
async fn the_first_answer_after_failures_wakes_all_that_fail() {
    let is_down = Arc::new(AtomicBool::new(true));
    let down = is_down.clone();
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ if down.load(Ordering::SeqCst) => Answer::error(500, "INTERNAL_ERROR"),
        _ => Answer::json(200, json!({"data": []})),
    })
    .await;
    let here = restored(&far_end).await;
    // Both would be asked again after a minute.
    here.client.watch(Resource::Environments);
    here.client
        .watch(Resource::Deployments { application: None });
    let asked =
        || ["GET /api/environments", "GET /api/deployments"].map(|path| far_end.asked(path).len());
    until("both have failed", || asked() == [1, 1]).await;
    is_down.store(false, Ordering::SeqCst);
    until("the other one is asked too", || {
        let refreshed = here.client.clone();
        tokio::spawn(async move { refreshed.refresh(&Resource::Environments).await });
        asked()[1] >= 2
    })
    .await;
}

/// A sink that counts.
#[derive(Default)]
struct Counting {
    lines: AtomicUsize,
    kept: Mutex<Vec<Option<String>>>,
}

impl LineSink for Counting {
    fn append(&self, lines: &[LogLine]) -> io::Result<Appended> {
        let before = self.lines.fetch_add(lines.len(), Ordering::SeqCst);
        Ok(Appended {
            total: (before + lines.len()) as u64,
            new: lines.len(),
        })
    }
}

#[tokio::test]
async fn two_who_follow_the_same_log_share_one_tail() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.contains("order=desc") => Answer::json(200, json!({"data": []})),
        _ => Answer::json(200, json!({"data": [], "nextCursor": "c-1"})),
    })
    .await;
    let here = restored(&far_end).await;
    let sink = Arc::new(Counting::default());
    let follow = |heard: Arc<Mutex<Vec<TailProgress>>>| {
        let keeper = sink.clone();
        let place = LogPlace {
            sink: sink.clone(),
            cursor: None,
            keep_cursor: Arc::new(move |cursor| keeper.kept.lock().unwrap().push(cursor)),
        };
        here.client.follow_log(
            "orders".to_owned(),
            "dev".to_owned(),
            place,
            move |progress| {
                heard.lock().unwrap().push(progress);
            },
        )
    };
    let (first, second) = (Arc::default(), Arc::default());
    let is_live = |heard: &Arc<Mutex<Vec<TailProgress>>>| {
        let heard = heard.lock().unwrap();
        heard.last().is_some_and(|now| now.state == TailState::Live)
    };
    let lease = follow(Arc::clone(&first));
    until("the first one is told", || is_live(&first)).await;
    let another = follow(Arc::clone(&second));
    until("the second one is told at once", || is_live(&second)).await;
    // Beside them, a stream was asked for, which this far end does not have.
    let asked = far_end.asked("GET /api/applications/orders/logs");
    assert_eq!(asked.iter().filter(|asked| !asked.is_live).count(), 2);
    // Who leaves does not end it for the other; a click asks at once.
    here.client.end(&lease.id);
    let told = second.lock().unwrap().len();
    here.client
        .refresh_log("orders".to_owned(), "dev".to_owned());
    until("it goes on", || second.lock().unwrap().len() > told).await;
    assert_eq!(
        *sink.kept.lock().unwrap(),
        [Some("c-1".to_owned())],
        "where it goes on is kept once, where it stays the same"
    );
    here.client.sign_out().await.unwrap();
    let asked = far_end.asked("GET /api/applications/orders/logs").len();
    here.client
        .refresh_log("orders".to_owned(), "dev".to_owned());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(
        far_end.asked("GET /api/applications/orders/logs").len(),
        asked
    );
    let renewed = here.client.renew(&another.id);
    assert_eq!(
        renewed.unwrap_err().code,
        Code::NotFound,
        "it is to be asked for anew"
    );
}

#[tokio::test]
async fn what_shows_an_application_says_of_its_health_what_that_says_by_itself() {
    let entry = json!({"environment": "dev", "status": "running", "health": "healthy",
        "healthSince": "2026-11-24T10:00:00Z"});
    let mut known = checkout();
    known["environments"] =
        json!([{"environment": "test", "status": "running", "health": "healthy"}, entry]);
    let far_end =
        FarEnd::start(
            move |asked| match asked.line.split('?').next().unwrap_or_default() {
                "POST /token" => tokens(1),
                "GET /api/applications" => Answer::json(200, json!({"data": [known]})),
                "GET /api/applications/checkout" => Answer::json(200, known.clone()),
                "GET /api/applications/checkout/health" => Answer::json(
                    200,
                    json!({"status": "unhealthy", "checkedAt": "2026-11-24T10:05:00Z",
                    "checks": [{"name": "db", "status": "unhealthy", "message": "refused"}],
                    "history": [{"at": "2026-11-24T10:00:00Z", "status": "healthy"},
                        {"at": "2026-11-24T10:04:00Z", "status": "unhealthy"}]}),
                ),
                _ => Answer::json(200, json!({"data": []})),
            },
        )
        .await;
    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    here.client
        .application("checkout".to_owned())
        .await
        .unwrap();
    let health = here.client.health("checkout".to_owned(), "dev".to_owned());
    health.await.unwrap();
    let listed = here
        .client
        .applications()
        .await
        .unwrap()
        .value
        .data
        .remove(0);
    let own = here
        .client
        .application("checkout".to_owned())
        .await
        .unwrap();
    for told in [listed, own.value] {
        let [test, dev] = &told.environments[..] else {
            panic!("{told:?}");
        };
        assert_eq!(test.health.to_string(), "healthy", "another environment");
        assert_eq!(dev.health.to_string(), "unhealthy");
        assert_eq!(dev.health_since, "2026-11-24T10:04:00Z".parse().ok());
        assert_eq!(dev.health_message.as_deref(), Some("check db refused"));
    }
    let announced = here.heard.all().into_iter().filter(|event| {
        matches!(
            event,
            Event::ResourceChanged {
                resource: Resource::Applications,
                ..
            }
        )
    });
    assert_eq!(announced.count(), 2, "pages hear of it");
    assert_eq!(
        far_end.asked("GET /api/applications?").len(),
        1,
        "nobody is asked for it"
    );
}
