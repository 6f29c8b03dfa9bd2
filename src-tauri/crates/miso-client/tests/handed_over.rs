//! What is handed over to another process is left first: no line is put away any more, and a call that
//! was called off does not leave.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use miso_api::{Appended, LineSink, LogLine};
use miso_client::LogPlace;
use miso_client::transport::{Leave, Passing};
use serde_json::json;

use crate::explored::with_body;
use crate::far_end::{Answer, FarEnd, restored, tokens, until};

/// Takes lines when it is let.
struct Slow {
    asked: AtomicUsize,
    go: Mutex<mpsc::Receiver<()>>,
}

impl LineSink for Slow {
    fn append(&self, lines: &[LogLine]) -> io::Result<Appended> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        // Where the test has gone nobody waits for it.
        let _gone = self.go.lock().unwrap().recv();
        let new = lines.len();
        Ok(Appended {
            total: new as u64,
            new,
        })
    }
}

#[tokio::test]
async fn who_waits_for_the_logs_waits_for_the_last_line_that_is_put_away() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::json(
            200,
            json!({"data": [{"id": "l-1", "timestamp": "2026-11-25T10:00:00Z", "message": "m"}],
                "nextCursor": "1"}),
        ),
    })
    .await;
    let here = restored(&far_end).await;
    let (let_go, go) = mpsc::channel();
    let sink = Arc::new(Slow {
        asked: AtomicUsize::new(0),
        go: Mutex::new(go),
    });
    let place = LogPlace {
        sink: sink.clone(),
        cursor: Some("0".to_owned()),
        keep_cursor: Arc::new(|_| {}),
    };
    let log = ("orders".to_owned(), "dev".to_owned());
    // Its lease is held: somebody follows it still.
    let _lease = here.client.follow_log(log.0, log.1, place, |_| {});
    until("a line is put away", || {
        sink.asked.load(Ordering::SeqCst) == 1
    })
    .await;
    let mut settled = Box::pin(here.connections.logs_settled(Duration::ZERO));
    let in_between = tokio::time::timeout(Duration::from_millis(20), &mut settled).await;
    assert!(in_between.is_err(), "the line is not there yet");
    drop(let_go);
    tokio::time::timeout(Duration::from_secs(10), settled)
        .await
        .unwrap();
    assert_eq!(Arc::strong_count(&sink), 1, "nobody holds the log any more");
}

#[tokio::test]
async fn a_call_that_may_not_leave_stays_here_until_it_is_dropped() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.starts_with("GET /api/environments") => {
            Answer::json(200, json!([{"key": "dev", "status": "healthy"}]))
        }
        _ => Answer::json(200, json!({})),
    })
    .await;
    let here = restored(&far_end).await;
    let write = with_body("PUT", "/api/applications/orders", &json!({}));
    let asked = Arc::new(AtomicUsize::new(0));
    let passing = |may_leave: bool| {
        let asked = asked.clone();
        Passing {
            leave: Some(Leave::when(move || {
                asked.fetch_add(1, Ordering::SeqCst);
                may_leave
            })),
            ..Passing::default()
        }
    };
    let mut staying = Box::pin(here.client.send_call_passing(&write, None, passing(false)));
    let stays = tokio::select! {
        _ = &mut staying => false,
        () = until("it is about to leave", || asked.load(Ordering::SeqCst) == 1) => true,
    };
    assert!(stays);
    drop(staying);
    assert!(far_end.asked("PUT /api").is_empty());
    assert!(here.client.sent_calls().is_empty());
    let left = here.client.send_call_passing(&write, None, passing(true));
    assert_eq!(left.await.unwrap().status, 200);
    assert_eq!(far_end.asked("PUT /api").len(), 1);
}
