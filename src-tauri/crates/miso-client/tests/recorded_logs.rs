//! Logs that are recorded while no page shows them.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use miso_client::{
    Code, Event, LogPlace, LogPlaces, Recording, RecordingState, SessionState, TailState,
};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::far_end::{Answer, Asked, FarEnd, Restored, restored, tokens, until};
use crate::live_logs::Lines;

/// The streams that were opened, by the path and query that were asked for.
#[derive(Clone, Default)]
struct Streams(Arc<Mutex<Vec<Opened>>>);

type Opened = (String, UnboundedSender<io::Result<Bytes>>);

impl Streams {
    fn stream(&self, asked: &Asked) -> Answer {
        let (answer, write) = Answer::events();
        self.0.lock().unwrap().push((asked.line.clone(), write));
        answer
    }

    /// Those that are open now, of an application in an environment.
    fn open(&self, application: &str, environment: &str) -> usize {
        let path = format!("/{application}/logs?");
        let query = format!("environment={environment}&");
        let all = self.0.lock().unwrap();
        let of_it = all
            .iter()
            .filter(|(line, write)| !write.is_closed() && line.contains(&path))
            .filter(|(line, _)| line.contains(&query));
        of_it.count()
    }

    fn all_open(&self) -> usize {
        let all = self.0.lock().unwrap();
        all.iter().filter(|(_, write)| !write.is_closed()).count()
    }

    /// Writes a line to each of them.
    fn write(&self, id: &str) {
        let line = json!({"id": id, "timestamp": "2026-11-25T10:00:00Z", "message": "m"});
        let event = format!("event: line\nid: {id}\ndata: {line}\n\n");
        for (_, write) in self.0.lock().unwrap().iter() {
            // Those that are closed take nothing any more.
            let _ = write.send(Ok(event.clone().into()));
        }
    }
}

/// What was kept, by application and environment.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<ByLog>>);

type ByLog = HashMap<(String, String), Arc<Lines>>;

impl Kept {
    fn places(&self) -> LogPlaces {
        let kept = self.clone();
        Arc::new(move |application, environment| Ok(kept.place(application, environment)))
    }

    fn place(&self, application: &str, environment: &str) -> LogPlace {
        let key = (application.to_owned(), environment.to_owned());
        LogPlace {
            sink: self.0.lock().unwrap().entry(key).or_default().clone(),
            cursor: Some("0".to_owned()),
            keep_cursor: Arc::new(|_| {}),
        }
    }

    fn of(&self, application: &str, environment: &str) -> Vec<String> {
        let key = (application.to_owned(), environment.to_owned());
        let all = self.0.lock().unwrap();
        all.get(&key)
            .map(|lines| lines.0.lock().unwrap().clone())
            .unwrap_or_default()
    }
}

/// A far end with these applications in these environments; `live` answers who asks for a stream.
async fn with_applications(
    applications: &'static [(&'static str, &'static [&'static str])],
    live: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
) -> FarEnd {
    FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.starts_with("GET /api/applications?") => {
            let rows: Vec<Value> = applications.iter().map(row).collect();
            let total = rows.len();
            Answer::json(
                200,
                json!({"data": rows, "meta": {"page": 1, "pageSize": 200, "total": total,
                    "totalPages": 1}}),
            )
        }
        _ if asked.is_live => live(asked),
        _ => Answer::json(200, json!({"data": [], "nextCursor": "0"})),
    })
    .await
}

fn row((key, environments): &(&str, &[&str])) -> Value {
    let entry = |environment: &&str| json!({"environment": environment, "status": "running", "health": "healthy"});
    let environments: Vec<Value> = environments.iter().map(entry).collect();
    json!({"key": key, "displayName": key, "type": "api", "status": "running",
        "environments": environments})
}

fn states(here: &Restored) -> Vec<(String, String, RecordingState)> {
    let all = here.client.recordings().into_iter();
    all.map(
        |Recording {
             application,
             environment,
             state,
         }| (application, environment, state),
    )
    .collect()
}

fn are_recorded(here: &Restored, count: usize) -> bool {
    let states = states(here);
    states.len() == count
        && states
            .iter()
            .all(|(.., state)| matches!(state, RecordingState::Recorded { .. }))
}

#[tokio::test]
async fn an_application_is_recorded_in_each_environment_until_it_is_not_wanted() {
    let (streams, kept) = (Streams::default(), Kept::default());
    let inside = streams.clone();
    let far_end = with_applications(
        &[("orders", &["dev", "prod"]), ("till", &["dev"])],
        move |asked| inside.stream(asked),
    )
    .await;
    let here = restored(&far_end).await;
    here.client.record(vec!["orders".to_owned()], kept.places());
    // Where it runs is not known before somebody has asked for it.
    assert_eq!(states(&here), []);
    here.client.applications().await.unwrap();
    until("both are recorded", || are_recorded(&here, 2)).await;
    until("both have a stream", || {
        streams.open("orders", "dev") == 1 && streams.open("orders", "prod") == 1
    })
    .await;
    assert_eq!(streams.all_open(), 2, "and nothing else has");
    streams.write("one");
    until("its lines are kept", || {
        kept.of("orders", "dev") == ["one"] && kept.of("orders", "prod") == ["one"]
    })
    .await;
    let told = here.heard.all();
    let changes = told
        .iter()
        .filter(|event| matches!(event, Event::RecordingsChanged { .. }));
    assert!(changes.count() >= 3, "it begins, and each is recorded");

    // Another one in its place.
    here.client.record(vec!["till".to_owned()], kept.places());
    until("the other one is recorded", || {
        streams.open("till", "dev") == 1 && streams.all_open() == 1
    })
    .await;
    streams.write("two");
    until("its lines are kept", || kept.of("till", "dev") == ["two"]).await;
    assert_eq!(kept.of("orders", "dev"), ["one"]);
    let states = states(&here);
    assert_eq!(states.len(), 1);
    assert_eq!(states[0].0, "till");
}

#[tokio::test]
async fn signing_out_ends_what_is_recorded() {
    let (streams, kept) = (Streams::default(), Kept::default());
    let inside = streams.clone();
    let far_end = with_applications(&[("orders", &["dev"])], move |asked| inside.stream(asked));
    let far_end = far_end.await;
    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    here.client.record(vec!["orders".to_owned()], kept.places());
    until("it is recorded", || streams.all_open() == 1).await;
    here.client.sign_out().await.unwrap();
    assert_eq!(states(&here), []);
    until("its stream is closed", || streams.all_open() == 0).await;
    assert!(matches!(
        here.client.session(),
        SessionState::SignedOut { .. }
    ));
}

/// Four streams at once, and the page that is looked at has one of them.
#[tokio::test]
async fn what_is_looked_at_takes_the_place_of_what_is_only_recorded() {
    let (streams, kept) = (Streams::default(), Kept::default());
    let inside = streams.clone();
    let far_end = with_applications(
        &[
            ("orders", &["dev", "test", "stage", "prod"]),
            ("till", &["dev"]),
        ],
        move |asked| inside.stream(asked),
    )
    .await;
    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    here.client.record(vec!["orders".to_owned()], kept.places());
    until("all places are taken", || streams.all_open() == 4).await;
    until("all are recorded", || are_recorded(&here, 4)).await;

    // A log that is recorded is looked at as it is.
    let asked = far_end.asked("GET /api/applications/").len();
    let told = Arc::new(Mutex::new(Vec::new()));
    let hear = told.clone();
    let looked_at = here.client.follow_log(
        "orders".to_owned(),
        "dev".to_owned(),
        kept.place("orders", "dev"),
        move |progress| hear.lock().unwrap().push(progress.state),
    );
    until("it is told how far it is", || {
        told.lock().unwrap().last() == Some(&TailState::Live)
    })
    .await;
    assert_eq!(far_end.asked("GET /api/applications/").len(), asked);

    // Another one takes a place of those that nobody looks at.
    let other = here.client.follow_log(
        "till".to_owned(),
        "dev".to_owned(),
        kept.place("till", "dev"),
        |_| {},
    );
    until("it has a stream", || streams.open("till", "dev") == 1).await;
    assert_eq!(streams.all_open(), 4);
    assert_eq!(streams.open("orders", "dev"), 1);

    // Whoever leaves leaves what is recorded as it was.
    here.client.end(&looked_at.id);
    here.client.end(&other.id);
    until("the other one is closed", || {
        streams.open("till", "dev") == 0
    })
    .await;
    streams.write("more");
    until("it goes on", || kept.of("orders", "dev") == ["more"]).await;
}

#[tokio::test]
async fn why_a_log_is_not_recorded_is_said() {
    let kept = Kept::default();
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.starts_with("GET /api/applications?") => {
            let rows = json!([row(&("orders", &["dev"]))]);
            Answer::json(200, json!({"data": rows}))
        }
        _ => Answer::error(403, "FORBIDDEN"),
    })
    .await;
    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    here.client.record(vec!["orders".to_owned()], kept.places());
    until("it is said", || {
        states(&here).iter().any(|(.., state)| {
            matches!(state, RecordingState::Held { since: None, failure }
                if failure.code == Code::Forbidden)
        })
    })
    .await;
}

/// More than can be recorded are told from those that are, the first ones of those that are wanted.
#[tokio::test]
async fn as_many_as_can_be_are_recorded() {
    const EIGHT: &[&str] = &["a", "b", "c", "d", "e", "f", "g", "h"];
    let kept = Kept::default();
    let far_end = with_applications(
        &[
            ("one", EIGHT),
            ("two", EIGHT),
            ("three", EIGHT),
            ("four", EIGHT),
        ],
        |_| Answer::error(405, "METHOD_NOT_ALLOWED"),
    )
    .await;
    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    let wanted = ["one", "two", "three", "four"].map(str::to_owned);
    here.client.record(wanted.to_vec(), kept.places());
    until("it is said", || states(&here).len() == 32).await;
    let beyond: Vec<_> = states(&here)
        .into_iter()
        .filter(|(.., state)| *state == RecordingState::TooMany)
        .map(|(application, ..)| application)
        .collect();
    assert_eq!(beyond, ["four"; 8]);
    // There is room for them where others are not wanted any more.
    here.client.record(vec!["four".to_owned()], kept.places());
    until("they begin", || {
        let states = states(&here);
        states.len() == 8
            && states
                .iter()
                .all(|(.., state)| *state != RecordingState::TooMany)
    })
    .await;
}
