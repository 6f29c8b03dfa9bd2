//! What is written down about requests, what is carried to people, and what is given up.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use miso_client::{Code, Resource};
use serde_json::json;
use tokio::sync::Notify;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::far_end::{Answer, FarEnd, restored, tokens, until};
use crate::hostile::{Act, answer, hostile};

/// A trace that can be read.
#[derive(Clone, Default)]
struct Trace(Arc<Mutex<Vec<u8>>>);

impl Trace {
    /// Has everything of that level and above written into it, as long as what is given is held.
    fn begin(&self, level: LevelFilter) -> DefaultGuard {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_writer(self.clone())
            .with_ansi(false)
            .finish();
        subscriber.set_default()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Trace {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Trace {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Everything that anybody says at the finest level, the HTTP library included.
#[tokio::test]
async fn a_trace_has_every_request_and_no_secret() {
    let trace = Trace::default();
    let _guard = trace.begin(LevelFilter::TRACE);
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/users/me" => Answer::json(200, json!({"id": "u-1", "username": "aino"})),
        _ => {
            let mut answer = Answer::error(500, "INTERNAL_ERROR");
            let id = ("x-request-id", "from-the-header".to_owned());
            answer.headers.push(id);
            answer
        }
    })
    .await;
    let here = restored(&far_end).await;
    here.client.me().await.unwrap();
    here.client.examine(&|_| ()).await;
    let failed = here.client.refresh(&Resource::Environments).await;
    assert_eq!(failed.unwrap_err().request_id.as_deref(), Some("req-1"));
    here.client.sign_out().await.unwrap();
    let text = trace.text();
    for expected in [
        "/token",
        "/api/users/me",
        "/api/environments",
        "from-the-header",
        "500",
    ] {
        assert!(text.contains(expected), "{expected} is in the trace");
    }
    for secret in ["access-1", "refresh-1", "refresh-2", "Bearer"] {
        assert!(!text.contains(secret), "{secret} is in the trace");
    }
    println!(
        "figure: a trace of {} lines without a token",
        text.lines().count()
    );
}

/// What is kept of the log for who looks for a mistake says nothing that a server answered.
#[tokio::test]
async fn promise_a_log_that_is_handed_on_has_nothing_of_what_was_answered() {
    let trace = Trace::default();
    let _guard = trace.begin(LevelFilter::DEBUG);
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/environments" => Answer::text(500, "<html>canary-in-a-page</html>"),
        "GET /api/users/me" => Answer::json(200, json!({"id": ["canary-in-a-shape"]})),
        line if line.starts_with("GET /api/applications") => {
            Answer::text(200, "{\"data\": [canary-in-what-is-no-json")
        }
        _ => Answer::json(
            500,
            json!({"error": {"code": "CANARY", "message": "canary-in-a-message",
                "details": [{"field": "f", "message": "canary-in-a-detail"}],
                "requestId": "req-7"}}),
        ),
    })
    .await;
    let here = restored(&far_end).await;
    let watched = [
        Resource::Environments,
        Resource::Me,
        Resource::Applications,
        Resource::Deployments { application: None },
    ];
    let _leases: Vec<_> = watched.map(|resource| here.client.watch(resource)).into();
    let is_told = |resource: &str| {
        let text = trace.text();
        let mut lines = text.lines();
        lines.any(|line| line.contains("could not be read") && line.contains(resource))
    };
    let each = [
        "resource=Environments",
        "resource=Me",
        "resource=Applications",
        "resource=Deployments",
    ];
    until("that none could be read is written down", || {
        each.iter().all(|resource| is_told(resource))
    })
    .await;
    let text = trace.text();
    for expected in ["NotMiso", "500", "req-7", "/api/environments"] {
        assert!(text.contains(expected), "{expected} is in the log");
    }
    let told = text.lines().find(|line| line.contains("canary-"));
    assert_eq!(told, None);
}

#[tokio::test]
async fn a_request_id_in_the_headers_is_carried_where_the_body_has_none() {
    for (header, expected) in [
        ("x-request-id", Some("abc-1")),
        ("x-correlation-id", Some("abc-1")),
        ("x-other", None),
    ] {
        let (far_end, _) = hostile(move |_| {
            answer(
                502,
                &[("content-type", "text/html"), (header, "abc-1")],
                b"<html>",
            )
        })
        .await;
        let failure = restored(&far_end).await.client.me().await.unwrap_err();
        assert_eq!(failure.code, Code::NotMiso);
        assert_eq!(failure.request_id.as_deref(), expected, "{header}");
    }
}

/// Whoever gives a call up gives it up down to the socket, and does not hinder the next.
#[tokio::test]
async fn a_call_that_is_given_up_closes_its_connection() {
    for (name, begin) in [
        ("before the answer", ""),
        ("in the headers", "HTTP/1.1 200 OK\r\ncontent-"),
        (
            "in the body",
            "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"id\"",
        ),
    ] {
        let gone = Arc::new(Notify::new());
        let first = Mutex::new(Some(Act::Hold(begin.into(), gone.clone())));
        let (far_end, seen) = hostile(move |_| {
            let held = first.lock().unwrap().take();
            held.unwrap_or_else(|| crate::hostile::json(200, r#"{"id": "u", "username": "a"}"#))
        })
        .await;
        let here = restored(&far_end).await;
        let client = here.client.clone();
        let asking = tokio::spawn(async move { client.me().await });
        until("it was asked", || !seen.lock().unwrap().is_empty()).await;
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
        let closed = tokio::time::timeout(Duration::from_secs(5), gone.notified()).await;
        assert!(closed.is_ok(), "{name}: the connection is closed");
        assert_eq!(
            here.client.me().await.unwrap().value.username,
            "a",
            "{name}"
        );
    }
}
