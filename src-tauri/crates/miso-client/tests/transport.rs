//! What the transport promises: writes once, the same read once, bounded answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use miso_api::DeployRequest;
use miso_client::{
    Code, ConnectionEdit, ConnectionWay, Event, Hue, Resource, Source, address, signin,
};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, restored, restored_at, tokens, until};
use crate::hand_clock::HandClock;

fn deploy() -> DeployRequest {
    DeployRequest {
        environment: "dev".to_owned(),
        image: Some("a:1".to_owned()),
        note: None,
        ..DeployRequest::default()
    }
}

#[tokio::test]
async fn a_write_goes_again_after_a_401_that_did_nothing() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" if asked.body.contains("refresh-1") => tokens(1),
        "POST /token" => tokens(2),
        "GET /api/environments" => Answer::json(200, json!([])),
        _ if asked.token.as_deref() == Some("access-1") => Answer::error(401, "UNAUTHORIZED"),
        _ => Answer::json(
            202,
            json!({"id": "d-1", "applicationKey": "orders", "environment": "dev",
            "status": "completed"}),
        ),
    })
    .await;
    let here = restored(&far_end).await;
    let deployment = here.client.deploy("orders", &deploy()).await.unwrap();
    assert_eq!(deployment.id, "d-1");
    let sent = far_end.asked("POST /api/applications/orders/deploy");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].body, r#"{"environment":"dev","image":"a:1"}"#);
}

/// What a test does while somebody waits for a token.
type Meanwhile = Mutex<Option<Box<dyn FnOnce() + Send>>>;

/// The quarter of an hour of an unlocked connection ends, or somebody locks it, while a write waits.
#[tokio::test]
async fn a_write_that_waits_does_not_leave_once_the_connection_is_locked() {
    for by_hand in [true, false] {
        let meanwhile: Arc<Meanwhile> = Arc::default();
        let asked_for = meanwhile.clone();
        let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
            "POST /token" => {
                let meanwhile = asked_for.lock().unwrap().take();
                meanwhile.into_iter().for_each(|act| act());
                tokens(1)
            }
            _ => Answer::json(200, json!({"items": []})),
        })
        .await;
        let clock = HandClock::ahead_by(TimeDelta::zero());
        let here = restored_at(&far_end, clock.clone()).await;
        let id = here.connections.to_save()[0].id.clone();
        let locked = ConnectionEdit {
            name: "Orders".to_owned(),
            hue: Hue::Plum,
            production: false,
            read_only: true,
        };
        let way = ConnectionWay::default();
        here.connections.change(&id, locked, way).unwrap();
        let client = here.connections.client(&id).unwrap();
        client.unlock();
        let theirs = client.clone();
        *meanwhile.lock().unwrap() = Some(Box::new(move || match by_hand {
            true => theirs.lock_again(),
            false => clock.pass(Duration::from_secs(15 * 60)),
        }));
        let saved = client.save_configuration("orders", Some("dev"), &[], None);
        assert_eq!(saved.await.unwrap_err().code, Code::ReadOnly, "{by_hand}");
        assert!(
            meanwhile.lock().unwrap().is_none(),
            "it was let through before"
        );
        assert_eq!(far_end.asked("PUT /api").len(), 0, "{by_hand}");
    }
}

#[tokio::test]
async fn the_same_read_at_the_same_time_is_one_request() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::json(200, json!([])),
    })
    .await;
    let here = restored(&far_end).await;
    let mut reads = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = here.client.clone();
        reads.spawn(async move { client.applications().await.unwrap() });
    }
    while let Some(read) = reads.join_next().await {
        assert_eq!(read.unwrap().source, Source::Live);
    }
    assert_eq!(far_end.asked("GET /api/applications").len(), 1);
}

#[tokio::test]
async fn a_watched_resource_is_read_at_once_and_announced() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::json(200, json!({"data": []})),
    })
    .await;
    let here = restored(&far_end).await;
    let lease = here.client.watch(Resource::Applications);
    let connection = here.connections.list()[0].0.id.clone();
    let expected = Event::ResourceChanged {
        connection,
        resource: Resource::Applications,
        changed: true,
    };
    until("the change is announced", || {
        here.heard.all().contains(&expected)
    })
    .await;
    assert_eq!(here.client.renew(&lease.id), Ok(()));
    here.client.end(&lease.id);
    assert_eq!(
        here.client.renew(&lease.id).unwrap_err().code,
        Code::NotFound
    );
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused() {
    let page = "x".repeat(11 * 1024 * 1024);
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::text(200, &page),
    })
    .await;
    let here = restored(&far_end).await;
    assert_eq!(here.client.me().await.unwrap_err().code, Code::TooLarge);
}

#[tokio::test]
async fn limits_are_taken_from_the_server() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => {
            let mut answer = Answer::json(200, json!({"id": "u", "username": "a"}));
            answer.headers.push((
                "ratelimit-policy",
                "\"hour\";q=2;w=3600, \"minute\";q=2;w=60".to_owned(),
            ));
            answer
        }
    })
    .await;
    let here = restored(&far_end).await;
    here.client.me().await.unwrap();
    let failure = here
        .client
        .refresh(&Resource::Environments)
        .await
        .unwrap_err();
    assert_eq!(failure.code, Code::RateLimited);
    assert_eq!(
        far_end.asked("GET /api").len(),
        1,
        "the second was never sent"
    );
}

#[tokio::test]
async fn a_deployment_whose_answer_was_lost_is_found_by_its_key() {
    let sent = std::sync::Arc::new(std::sync::Mutex::new(None));
    let seen = sent.clone();
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "POST /api/applications/orders/deploy" => {
            *seen.lock().unwrap() = asked.key.clone();
            Answer::lost()
        }
        "GET /api/environments" => Answer::json(200, json!([])),
        _ => {
            let key = seen.lock().unwrap().clone();
            Answer::json(
                200,
                json!({"data": [{"id": "d-7", "applicationKey": "orders",
                "environment": "dev", "status": "running", "idempotencyKey": key}]}),
            )
        }
    })
    .await;
    let here = restored(&far_end).await;
    let found = here.client.deploy("orders", &deploy()).await.unwrap();
    assert_eq!(found.id, "d-7");
    assert_eq!(
        far_end.asked("POST /api/applications/orders/deploy").len(),
        1
    );
}

#[tokio::test]
async fn what_the_server_refuses_is_said_beside_what_is_kept() {
    let broken = std::sync::Arc::new(std::sync::atomic::AtomicU16::new(200));
    let status = broken.clone();
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => match status.load(std::sync::atomic::Ordering::SeqCst) {
            200 => Answer::json(200, json!({"data": []})),
            404 => Answer::error(404, "NOT_FOUND"),
            _ => Answer::error(500, "INTERNAL_ERROR"),
        },
    })
    .await;
    let here = restored(&far_end).await;
    assert_eq!(here.client.applications().await.unwrap().failure, None);
    broken.store(500, std::sync::atomic::Ordering::SeqCst);
    assert!(here.client.refresh(&Resource::Applications).await.is_err());
    let reading = here.client.applications().await.unwrap();
    assert_eq!(reading.failure.unwrap().code, Code::ServerError);
    broken.store(404, std::sync::atomic::Ordering::SeqCst);
    assert!(here.client.refresh(&Resource::Applications).await.is_err());
    assert_eq!(
        here.client.applications().await.unwrap_err().code,
        Code::NotFound
    );
}

#[tokio::test]
async fn an_answer_that_is_not_said_to_be_json_is_none_and_keeps_its_status() {
    for (status, body) in [
        (200, r#"{"id": "u-1", "username": "aino"}"#),
        (203, r#"{"id": "u-1", "username": "aino"}"#),
        (
            401,
            r#"{"error": {"code": "UNAUTHORIZED", "message": "a gateway's"}}"#,
        ),
        (
            404,
            r#"{"error": {"code": "NOT_FOUND", "message": "a gateway's"}}"#,
        ),
    ] {
        let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
            "POST /token" => tokens(1),
            _ => {
                let mut answer = Answer::text(status, body);
                answer
                    .headers
                    .push(("content-type", "text/html".to_owned()));
                answer
            }
        })
        .await;
        let here = restored(&far_end).await;
        let failure = here.client.me().await.unwrap_err();
        assert_eq!(failure.code, Code::NotMiso);
        assert_eq!(failure.params["status"], status.to_string());
        assert_eq!(failure.params["excerpt"], body);
    }
}

#[tokio::test]
async fn an_instance_may_live_below_a_path() {
    let far_end = FarEnd::below("/tools/miso/", |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/environments/dev" => {
            Answer::json(200, json!({"key": "dev", "status": "healthy"}))
        }
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await;
    let typed = format!("{}applications/orders/dev?x=1", far_end.url);
    let found = signin::probe(&address::instance_from(&typed).unwrap()).await;
    assert_eq!(found.unwrap().url, far_end.url);
    let here = restored(&far_end).await;
    let environment = here.client.environment("dev".to_owned()).await.unwrap();
    assert_eq!(environment.value.key, "dev");
    let root = FarEnd::start(|_| Answer::error(404, "NOT_FOUND")).await;
    let typed = root.url.join("/some/page/of/it").unwrap();
    let found = signin::probe(&address::instance_from(typed.as_str()).unwrap()).await;
    assert_eq!(found.unwrap().url, root.url);
}
