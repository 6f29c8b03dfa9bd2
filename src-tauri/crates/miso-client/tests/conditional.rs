//! Conditional requests: what the server says is still so is of now, and is not sent again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::Duration;

use miso_client::{Code, Resource, Source};
use serde_json::json;

use crate::far_end::{Answer, Asked, FarEnd, Start, restored, restored_at, tokens};
use crate::flying::Flying;

fn me(version: u32) -> Answer {
    let body = json!({"id": "u-1", "username": format!("aino-{version}")});
    Answer::json(200, body).with("etag", &format!("\"{version}\""))
}

/// Unchanged where the version is the one that is named.
fn at_version(version: u32, asked: &Asked) -> Answer {
    match asked.unless.as_deref() == Some(&format!("\"{version}\"")) {
        true => Answer::text(304, ""),
        false => me(version),
    }
}

fn named(far_end: &FarEnd, line: &str) -> Vec<Option<String>> {
    let asked = far_end.asked(line).into_iter();
    asked.map(|asked| asked.unless).collect()
}

#[tokio::test]
async fn what_has_not_changed_is_of_now_and_what_has_is_new() {
    let version = Arc::new(AtomicU32::new(1));
    let now = version.clone();
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => at_version(now.load(Ordering::SeqCst), asked),
    })
    .await;
    let clock = Arc::new(Flying::new());
    let here = restored_at(&far_end, clock.clone()).await;
    let first = here.client.me().await.unwrap();
    clock.pass(Duration::from_secs(40));
    here.client.refresh(&Resource::Me).await.unwrap();
    let second = here.client.me().await.unwrap();
    assert_eq!(second.value, first.value);
    let older = second.as_of - first.as_of;
    assert!(older.num_seconds() >= 40, "{older}");
    assert_eq!((second.source, second.failure), (Source::Live, None));
    version.store(2, Ordering::SeqCst);
    clock.pass(Duration::from_secs(1));
    here.client.refresh(&Resource::Me).await.unwrap();
    let third = here.client.me().await.unwrap();
    assert_eq!(third.value.username, "aino-2");
    clock.pass(Duration::from_secs(1));
    here.client.refresh(&Resource::Me).await.unwrap();
    let tags = [None, Some("\"1\""), Some("\"1\""), Some("\"2\"")];
    let asked = named(&far_end, "GET /api/users/me");
    let asked: Vec<Option<&str>> = asked.iter().map(Option::as_deref).collect();
    assert_eq!(asked, tags);
    println!("figure: of 4 questions 2 were answered without a body");
}

/// After a failure too: what was kept is of now again.
#[tokio::test]
async fn an_unchanged_answer_after_a_failure_clears_it() {
    let status = Arc::new(AtomicU16::new(200));
    let now = status.clone();
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => match now.load(Ordering::SeqCst) {
            200 => at_version(1, asked),
            other => Answer::error(other, "FORBIDDEN_HERE"),
        },
    })
    .await;
    let here = restored(&far_end).await;
    here.client.me().await.unwrap();
    status.store(409, Ordering::SeqCst);
    assert!(here.client.refresh(&Resource::Me).await.is_err());
    assert!(here.client.me().await.unwrap().failure.is_some());
    status.store(200, Ordering::SeqCst);
    here.client.refresh(&Resource::Me).await.unwrap();
    let reading = here.client.me().await.unwrap();
    assert_eq!((reading.source, reading.failure), (Source::Live, None));
    assert_eq!(
        named(&far_end, "GET /api/users/me")[2].as_deref(),
        Some("\"1\"")
    );
}

#[tokio::test]
async fn unchanged_without_having_been_asked_is_no_answer() {
    for headers in [None, Some(("etag", "\"1\""))] {
        let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
            "POST /token" => tokens(1),
            _ => match headers {
                None => Answer::text(304, ""),
                Some((name, value)) => Answer::text(304, "").with(name, value),
            },
        })
        .await;
        let here = restored(&far_end).await;
        let failure = here.client.me().await.unwrap_err();
        assert_eq!(failure.code, Code::NotMiso);
        assert_eq!(failure.params["status"], "304");
    }
}

/// The list brings what is newer, so the version of before is not of what is shown.
#[tokio::test]
async fn what_another_reading_changed_is_asked_for_whole() {
    let status = Arc::new(AtomicU32::new(0));
    let now = status.clone();
    let far_end = FarEnd::start(move |asked| {
        let words = ["running", "error", "running"];
        let status = words[now.load(Ordering::SeqCst) as usize];
        let one = json!({"key": "orders", "displayName": "O", "type": "webapp", "status": status});
        match asked.line.split('?').next().unwrap() {
            "POST /token" => tokens(1),
            "GET /api/applications" => Answer::json(200, json!({"data": [one]})),
            // A server that counts changes of the manifest alone.
            _ if asked.unless.is_some() => Answer::text(304, ""),
            _ => Answer::json(200, one).with("etag", "\"1\""),
        }
    })
    .await;
    let here = restored(&far_end).await;
    let resource = Resource::Application {
        application: "orders".to_owned(),
    };
    let status_now = async || {
        let reading = here.client.application("orders".to_owned()).await.unwrap();
        reading.value.status.to_string()
    };
    assert_eq!(status_now().await, "running");
    status.store(1, Ordering::SeqCst);
    here.client.refresh(&Resource::Applications).await.unwrap();
    assert_eq!(status_now().await, "error");
    here.client.refresh(&resource).await.unwrap();
    assert_eq!(status_now().await, "error");
    assert_eq!(
        named(&far_end, "GET /api/applications/orders"),
        [None, None]
    );
}

/// Where the value is another's, or may lack parts, it is asked for whole.
#[tokio::test]
async fn a_version_goes_to_no_other_connection_and_to_no_other_run() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => at_version(1, asked),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let cache = || miso_client::Cache::open(&folder.path().join("cache")).unwrap();
    let start = Start {
        cache: cache(),
        ..Start::of(&far_end)
    };
    let id = start.id.clone();
    let here = start.go().await;
    here.client.me().await.unwrap();
    here.connections.flush(Duration::from_secs(5));
    // The next run has the value from the disk.
    let again = Start {
        id,
        cache: cache(),
        ..Start::of(&far_end)
    };
    let again = again.go().await;
    assert_eq!(again.client.me().await.unwrap().source, Source::Cache);
    again.client.refresh(&Resource::Me).await.unwrap();
    // Another connection to the same instance.
    restored(&far_end).await.client.me().await.unwrap();
    assert_eq!(named(&far_end, "GET /api/users/me"), [None, None, None]);
}
