//! Logs as server-sent events.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::*;
use crate::logs::place_log::PlaceLog;

/// An event, its fields taken apart.
#[derive(Debug, Default, PartialEq)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

/// A stream that is read event by event.
struct Events {
    body: Body,
    read: String,
}

impl Events {
    async fn open(bench: &Bench, token: &str, query: &str, last: Option<&str>) -> Self {
        let mut request = Request::get(format!("/api/applications/shop/logs?{query}"))
            .header(header::HOST, HOST)
            .header(header::ACCEPT, "text/event-stream")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let response = router(Arc::clone(&bench.site), PORT)
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            body: response.into_body(),
            read: String::new(),
        }
    }

    async fn next(&mut self) -> Event {
        timeout(Duration::from_secs(20), self.next_or_end())
            .await
            .unwrap()
            .unwrap()
    }

    async fn next_or_end(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let mut found = Event::default();
                for line in event.lines() {
                    match line.split_once(':').unwrap() {
                        ("event", name) => found.name = name.trim().to_owned(),
                        ("id", id) => found.id = id.trim().to_owned(),
                        ("data", data) => found.data = serde_json::from_str(data).unwrap(),
                        _ => {}
                    }
                }
                self.read = rest.to_owned();
                if found != Event::default() {
                    return Some(found);
                }
                continue;
            }
            let frame = self.body.frame().await?.unwrap();
            let data = frame.into_data().unwrap();
            self.read.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    async fn messages(&mut self, count: usize) -> Vec<String> {
        let mut messages = Vec::new();
        while messages.len() < count {
            let event = self.next().await;
            assert_eq!(event.name, "line", "{event:?}");
            messages.push(text(&event.data, "message"));
        }
        messages
    }
}

async fn shop(environments: &[&str]) -> (Bench, String) {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    let mut sent = manifest("shop");
    sent["type"] = json!("external");
    sent.as_object_mut().unwrap().shift_remove("image");
    let created = bench.post(&token, "/api/applications", &sent).await;
    assert_eq!(created.status, 201, "{}", created.text);
    for environment in environments {
        deployed(&bench, environment).await;
    }
    (bench, token)
}

async fn deployed(bench: &Bench, environment: &str) {
    let row = format!(
        "INSERT INTO placements (application, environment, deployment)
         VALUES ('shop', '{environment}', 'x')"
    );
    let write = bench.site.store.call(move |db| Ok(db.execute(&row, [])?));
    write.await.unwrap();
}

fn log(bench: &Bench, environment: &str) -> Arc<PlaceLog> {
    bench
        .site
        .platform
        .logs
        .of(&Place::new("shop", environment))
        .unwrap()
}

/// Prints a line a millisecond after the one before, whatever log that went to: lines of one moment
/// come in the order of the environments.
fn print(log: &PlaceLog, message: &str) {
    static PRINTED: AtomicI64 = AtomicI64::new(0);
    let after = TimeDelta::milliseconds(PRINTED.fetch_add(1, Ordering::Relaxed));
    let said = Said::printed(Stream::Stdout, "shop-1", message);
    log.append(Utc::now() + after, said).unwrap();
}

#[tokio::test]
async fn what_is_printed_comes_and_a_broken_stream_goes_on_where_it_was() {
    let (bench, token) = shop(&["dev", "prod"]).await;
    let (dev, prod) = (log(&bench, "dev"), log(&bench, "prod"));
    print(&dev, "before");
    let mut events = Events::open(&bench, &token, "", None).await;
    print(&dev, "one");
    let first = events.next().await;
    assert_eq!(
        (first.name.as_str(), &first.data["message"]),
        ("line", &json!("one"))
    );
    assert_eq!(first.data["environment"], "dev");
    print(&prod, "two");
    print(&dev, "three");
    assert_eq!(events.messages(2).await, ["two", "three"]);
    drop(events);

    print(&prod, "four");
    let mut again = Events::open(&bench, &token, "", Some(&first.id)).await;
    assert_eq!(again.messages(3).await, ["two", "three", "four"]);
    // The id of a line is a cursor of the JSON answer too, and the other way round.
    let path = format!("/api/applications/shop/logs?order=asc&cursor={}", first.id);
    let page = bench.get(&token, &path).await.json();
    assert_eq!(page["data"][0]["message"], "two");
    let cursor = format!("cursor={}", text(&page, "nextCursor"));
    let mut after = Events::open(&bench, &token, &cursor, None).await;
    print(&dev, "five");
    assert_eq!(after.messages(1).await, ["five"]);
    let hour_ago = (Utc::now() - TimeDelta::hours(1))
        .to_rfc3339()
        .replace('+', "%2B");
    let mut since = Events::open(&bench, &token, &format!("since={hour_ago}"), None).await;
    assert_eq!(since.messages(2).await, ["before", "one"]);
}

#[tokio::test]
async fn filters_apply_and_an_environment_that_is_new_is_found() {
    let (bench, token) = shop(&["dev"]).await;
    let dev = log(&bench, "dev");
    let mut errors = Events::open(&bench, &token, "level=error,warn&search=DB", None).await;
    let mut dev_alone = Events::open(&bench, &token, "environment=dev", None).await;
    let mut all = Events::open(&bench, &token, "", None).await;
    print(&dev, r#"{"level":"info","message":"db: well"}"#);
    print(&dev, r#"{"level":"error","message":"cache: refused"}"#);
    print(&dev, r#"{"level":"error","message":"db: refused"}"#);
    assert_eq!(errors.messages(1).await, ["db: refused"]);
    assert_eq!(all.messages(3).await[0], "db: well");
    deployed(&bench, "prod").await;
    print(&log(&bench, "prod"), "from prod");
    assert_eq!(all.messages(1).await, ["from prod"]);
    print(&dev, "last");
    assert_eq!(dev_alone.messages(4).await[3], "last");
}

#[tokio::test]
async fn a_gap_is_told() {
    let (bench, token) = shop(&["dev"]).await;
    let dev = log(&bench, "dev");
    let mut events = Events::open(&bench, &token, "", None).await;
    print(&dev, "kept");
    let before = events.next().await;
    drop(events);
    // More than all files together hold.
    let long = "x".repeat(16 * 1024);
    for _ in 0..(8 * 128 + 200) {
        print(&dev, &long);
    }
    let mut again = Events::open(&bench, &token, "", Some(&before.id)).await;
    let gap = again.next().await;
    assert_eq!(
        (gap.name.as_str(), &gap.data["from"]),
        ("gap", &Value::Null)
    );
    let line = again.next().await;
    assert_eq!(line.name, "line");
    assert_eq!(gap.data["to"], line.data["timestamp"]);
    assert_eq!(again.next().await.name, "line", "it is told once");
}

#[tokio::test]
async fn a_stream_ends_with_the_token_and_with_the_instance() {
    let (bench, token) = shop(&["dev"]).await;
    let mut events = Events::open(&bench, &token, "", None).await;
    let mut other = Events::open(&bench, &token, "", None).await;
    let revoke = bench
        .site
        .store
        .call(|db| Ok(db.execute("UPDATE sessions SET revoked_at = 1", [])?));
    revoke.await.unwrap();
    let ended = timeout(Duration::from_secs(20), events.next_or_end()).await;
    assert_eq!(ended.unwrap(), None);
    bench.site.platform.stop.cancel();
    let ended = timeout(Duration::from_secs(20), other.next_or_end()).await;
    assert_eq!(ended.unwrap(), None);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_the_stream() {
    let (bench, token) = shop(&["dev"]).await;
    for (query, last, status) in [
        ("environment=moon", None, 404),
        ("cursor=x", None, 400),
        ("", Some("x"), 400),
        ("level=loud", None, 400),
    ] {
        let mut request = Request::get(format!("/api/applications/shop/logs?{query}"))
            .header(header::HOST, HOST)
            .header(header::ACCEPT, "text/html, text/event-stream;q=0.9")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let answer = bench.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{query} {last:?}");
    }
}
