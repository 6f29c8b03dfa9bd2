//! Logs as they are written: what a tail makes of a stream of events, whatever the server does.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use miso_api::{Appended, LineSink, LogLine};
use miso_client::{Capability, Lease, LogPlace, TailProgress, TailState};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::far_end::{Answer, Asked, FarEnd, Restored, restored, restored_at, tokens, until};
use crate::flying::Flying;
use crate::hostile::{endless_stream, hostile};

type Write = UnboundedSender<io::Result<Bytes>>;

/// The log of a far end: its lines are numbered, and a cursor is how many there were.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    lines: usize,
    streams: Vec<Write>,
}

impl Log {
    fn write(&self, lines: usize) {
        self.0.lock().unwrap().lines += lines;
    }

    /// As a stream says the lines after a cursor.
    fn events(&self, after: usize) -> String {
        let all = self.0.lock().unwrap().lines;
        let events = (after..all).map(|number| {
            let line = line(number);
            format!("event: line\nid: {}\ndata: {line}\n\n", number + 1)
        });
        events.collect()
    }

    fn page(&self, after: usize) -> Answer {
        let all = self.0.lock().unwrap().lines;
        let lines: Vec<Value> = (after..all).map(line).collect();
        let next = all.max(after).to_string();
        Answer::json(200, json!({"data": lines, "nextCursor": next}))
    }

    /// A stream that a test writes.
    fn stream(&self) -> Answer {
        let (answer, write) = Answer::events();
        self.0.lock().unwrap().streams.push(write);
        answer
    }

    /// The same, which says first what there is after the cursor.
    fn stream_from(&self, asked: &Asked) -> Answer {
        let answer = self.stream();
        let events = self.events(cursor(asked));
        self.writer(self.streams() - 1)
            .send(Ok(events.into()))
            .unwrap();
        answer
    }

    fn streams(&self) -> usize {
        self.0.lock().unwrap().streams.len()
    }

    fn writer(&self, number: usize) -> Write {
        self.0.lock().unwrap().streams[number].clone()
    }
}

fn line(number: usize) -> Value {
    json!({"id": format!("l-{number}"), "timestamp": "2026-11-25T10:00:00Z",
        "message": format!("number {number} \u{1f44d}"), "environment": "dev"})
}

fn cursor(asked: &Asked) -> usize {
    let query = asked.line.split(['?', '&']);
    let mut cursors = query.filter_map(|pair| pair.strip_prefix("cursor="));
    cursors.next().map_or(0, |cursor| cursor.parse().unwrap())
}

/// What came, in the order in which it came, repetitions too.
#[derive(Default)]
pub struct Lines(pub Mutex<Vec<String>>);

impl LineSink for Lines {
    fn append(&self, lines: &[LogLine]) -> io::Result<Appended> {
        let mut all = self.0.lock().unwrap();
        all.extend(lines.iter().map(|line| line.id.clone()));
        let (total, new) = (all.len() as u64, lines.len());
        Ok(Appended { total, new })
    }
}

impl Lines {
    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Each of the first so many, once, in order.
    fn are_the_first(&self, count: usize) {
        let expected: Vec<String> = (0..count).map(|number| format!("l-{number}")).collect();
        assert_eq!(*self.0.lock().unwrap(), expected);
    }
}

/// Somebody who follows a log.
struct Follower {
    lease: Lease,
    lines: Arc<Lines>,
    told: Arc<Mutex<Vec<TailProgress>>>,
}

impl Follower {
    fn of(here: &Restored, application: &str) -> Self {
        let lines = Arc::new(Lines::default());
        let told: Arc<Mutex<Vec<TailProgress>>> = Arc::default();
        let place = LogPlace {
            sink: lines.clone(),
            cursor: Some("0".to_owned()),
            keep_cursor: Arc::new(|_| {}),
        };
        let hear = told.clone();
        let follow = here.client.follow_log(
            application.to_owned(),
            "dev".to_owned(),
            place,
            move |progress| hear.lock().unwrap().push(progress),
        );
        Self {
            lease: follow,
            lines,
            told,
        }
    }

    fn last(&self) -> Option<TailProgress> {
        self.told.lock().unwrap().last().cloned()
    }
}

fn wake(here: &Restored) {
    here.client
        .refresh_log("orders".to_owned(), "dev".to_owned());
}

/// A far end that signs in and has one log; `live` answers who asks for a stream.
async fn with_log(log: &Log, live: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> FarEnd {
    let log = log.clone();
    FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ if asked.is_live => live(asked),
        _ => log.page(cursor(asked)),
    })
    .await
}

fn asked(far_end: &FarEnd, is_live: bool) -> usize {
    let all = far_end.asked("GET /api/applications/");
    all.iter().filter(|asked| asked.is_live == is_live).count()
}

#[tokio::test]
async fn lines_arrive_by_one_request_and_gaps_are_told() {
    let log = Log::default();
    log.write(3);
    let stream = log.clone();
    let far_end = with_log(&log, move |_| stream.stream()).await;
    let here = restored(&far_end).await;
    let follower = Follower::of(&here, "orders");
    until("a stream is open", || log.streams() == 1).await;
    let write = log.writer(0);
    follower.lines.are_the_first(3);
    let polls = asked(&far_end, false);
    // What is no line of this environment, and what says nothing, changes nothing.
    for number in 3..200 {
        let other = json!({"id": "other", "timestamp": "2026-11-25T10:00:00Z", "message": "m",
            "environment": "prod"});
        let said = format!(
            ":alive\n\nevent: line\ndata: {other}\n\nevent: news\ndata: x\n\nevent: line\nid: {}\ndata: {}\n\n",
            number + 1,
            line(number)
        );
        write.send(Ok(said.into())).unwrap();
    }
    until("all lines are there", || follower.lines.count() == 200).await;
    follower.lines.are_the_first(200);
    let gap = json!({"from": null, "to": "2026-11-25T10:00:05Z"});
    let said = format!("event: gap\ndata: {gap}\n\n");
    write.send(Ok(said.into())).unwrap();
    until("the gap is told", || {
        follower.last().is_some_and(|told| told.gap.is_some())
    })
    .await;
    // A sign of life says again that all is here: what is shown is of now.
    let told = follower.told.lock().unwrap().len();
    write.send(Ok(":alive\n\n".into())).unwrap();
    until("it is said again", || {
        follower.told.lock().unwrap().len() > told
    })
    .await;
    let last = follower.last().unwrap();
    assert_eq!((last.state, last.total), (TailState::Live, Some(200)));
    assert_eq!(json!(last.gap), gap);
    assert_eq!((asked(&far_end, false), asked(&far_end, true)), (polls, 1));
    let calls = far_end.asked("GET /api/applications/");
    assert_eq!(calls.last().unwrap().token.as_deref(), Some("access-1"));
    println!("figure: 197 lines came by 1 request");
    // Who leaves leaves down to the socket.
    here.client.end(&follower.lease.id);
    until("the stream is closed", || write.is_closed()).await;
}

#[tokio::test]
async fn signing_out_closes_a_stream_at_once() {
    let log = Log::default();
    let stream = log.clone();
    let far_end = with_log(&log, move |_| stream.stream()).await;
    let here = restored(&far_end).await;
    let _follower = Follower::of(&here, "orders");
    until("a stream is open", || log.streams() == 1).await;
    let closed = log.writer(0);
    let asked = far_end.asked("GET /api/applications/").len();
    here.client.sign_out().await.unwrap();
    let at_once = tokio::time::timeout(Duration::from_secs(2), closed.closed()).await;
    assert!(at_once.is_ok());
    assert_eq!(far_end.asked("GET /api/applications/").len(), asked);
}

/// Wherever a stream is cut, each line comes once and in order.
#[tokio::test]
async fn a_stream_that_is_cut_anywhere_loses_and_repeats_no_line() {
    const CUTS: usize = 60;
    let log = Log::default();
    let (stream, cuts) = (log.clone(), Mutex::new(0_usize));
    let far_end = with_log(&log, move |asked| {
        let mut cut = cuts.lock().unwrap();
        *cut += 1;
        stream.write(1 + *cut % 7);
        let events = stream.events(cursor(asked)).into_bytes();
        // Any place, in the middle of a character or a name too.
        let at = (*cut * 7919) % (events.len() + 1);
        let answer = stream.stream();
        let write = stream.writer(stream.streams() - 1);
        let (first, second) = events[..at].split_at(at / 2);
        for piece in [first, second] {
            write.send(Ok(Bytes::copy_from_slice(piece))).unwrap();
        }
        if cut.is_multiple_of(2) {
            write.send(Err(io::Error::other("cut"))).unwrap();
        }
        // The log lets go of it: what is not cut ends.
        stream.0.lock().unwrap().streams.pop();
        answer
    })
    .await;
    let clock = Arc::new(Flying::new());
    let here = restored_at(&far_end, clock.clone()).await;
    let follower = Follower::of(&here, "orders");
    for cut in 1..=CUTS {
        // Until it may ask for a stream again.
        for _ in 0..20 {
            clock.pass(Duration::from_secs(40));
            here.client.renew(&follower.lease.id).unwrap();
        }
        wake(&here);
        until("another stream was cut", || asked(&far_end, true) >= cut).await;
        let written = log.0.lock().unwrap().lines;
        until("what was written came", || {
            wake(&here);
            follower.lines.count() >= written
        })
        .await;
    }
    let written = log.0.lock().unwrap().lines;
    follower.lines.are_the_first(written);
    println!("figure: {CUTS} cuts, {written} lines, none lost, none twice");
}

/// It is asked for once, and again on demand.
#[tokio::test]
async fn a_server_without_streams_is_asked_for_one_once() {
    type Say = fn(&Log, &Asked) -> Answer;
    let page: Say = |log, asked| log.page(cursor(asked));
    let rows: [(&str, Say); 5] = [
        ("a page", page),
        ("404", |_, _| Answer::text(404, "no such page")),
        ("405", |_, _| Answer::error(405, "METHOD_NOT_ALLOWED")),
        ("406", |_, _| Answer::text(406, "")),
        ("501", |_, _| Answer::error(501, "NOT_IMPLEMENTED")),
    ];
    for (name, say) in rows {
        let log = Log::default();
        let inside = log.clone();
        let far_end = with_log(&log, move |asked| say(&inside, asked)).await;
        let here = restored(&far_end).await;
        let follower = Follower::of(&here, "orders");
        for round in 1..=3 {
            log.write(2);
            until(name, || {
                wake(&here);
                follower.lines.count() == 2 * round
            })
            .await;
        }
        follower.lines.are_the_first(6);
        until("it is up to date", || {
            follower
                .last()
                .is_some_and(|told| told.state == TailState::Live)
        })
        .await;
        assert_eq!(asked(&far_end, true), 1, "{name}");
        assert_eq!(here.client.lacking(), [Capability::LiveLogs], "{name}");
        here.client.forget_lacking();
        until("it is asked for again", || {
            wake(&here);
            asked(&far_end, true) == 2
        })
        .await;
    }
}

/// What lies between may hold a stream back: the lines come all the same.
#[tokio::test]
async fn a_stream_without_a_sign_of_life_is_given_up() {
    let log = Log::default();
    let stream = log.clone();
    let far_end = with_log(&log, move |asked| stream.stream_from(asked)).await;
    let here = restored(&far_end).await;
    let follower = Follower::of(&here, "orders");
    until("a stream is open", || log.streams() == 1).await;
    let write = log.writer(0);
    log.write(1);
    write.send(Ok(log.events(0).into())).unwrap();
    until("a line came", || follower.lines.count() == 1).await;
    let begun = tokio::time::Instant::now();
    tokio::time::pause();
    // Signs of life keep it; time flies between them.
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(40)).await;
        assert!(!write.is_closed());
        here.client.renew(&follower.lease.id).unwrap();
        write.send(Ok(":alive\n\n".into())).unwrap();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    tokio::time::sleep(Duration::from_secs(30)).await;
    here.client.renew(&follower.lease.id).unwrap();
    write.closed().await;
    let lived = begun.elapsed();
    tokio::time::resume();
    assert!(lived > Duration::from_secs(160), "{lived:?}");
    assert!(lived < Duration::from_secs(190), "{lived:?}");
    log.write(5);
    until("the log goes on", || follower.lines.count() == 6).await;
    follower.lines.are_the_first(6);
    println!("figure: a stream silent after 120 s was given up after {lived:?}");
}

#[tokio::test]
async fn a_refusal_for_too_many_requests_is_obeyed() {
    let log = Log::default();
    let (stream, refuses) = (log.clone(), AtomicBool::new(true));
    let far_end = with_log(&log, move |_| match refuses.swap(false, Ordering::SeqCst) {
        true => Answer::error(429, "RATE_LIMITED").with("retry-after", "30"),
        false => stream.stream(),
    })
    .await;
    let clock = Arc::new(Flying::new());
    let here = restored_at(&far_end, clock.clone()).await;
    let _follower = Follower::of(&here, "orders");
    until("it is refused", || asked(&far_end, true) == 1).await;
    let before = far_end.asked("GET /api").len();
    for _ in 0..20 {
        wake(&here);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(far_end.asked("GET /api").len(), before);
    clock.pass(Duration::from_secs(31));
    until("then a stream opens", || {
        wake(&here);
        log.streams() == 1
    })
    .await;
}

#[tokio::test]
async fn a_token_that_does_not_count_any_more_is_renewed_once() {
    let log = Log::default();
    let inside = log.clone();
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" if asked.body.contains("refresh-1") => tokens(1),
        "POST /token" => tokens(2),
        _ if !asked.is_live => inside.page(cursor(asked)),
        _ if asked.token.as_deref() == Some("access-1") => Answer::error(401, "UNAUTHORIZED"),
        _ => inside.stream(),
    })
    .await;
    let here = restored(&far_end).await;
    let _follower = Follower::of(&here, "orders");
    until("a stream is open", || log.streams() == 1).await;
    assert_eq!(far_end.asked("POST /token").len(), 2);
}

#[tokio::test]
async fn only_a_few_streams_are_open_at_once_and_the_others_ask() {
    let log = Log::default();
    log.write(1);
    let stream = log.clone();
    let far_end = with_log(&log, move |asked| stream.stream_from(asked)).await;
    let here = restored(&far_end).await;
    let names = ["a", "b", "c", "d", "e", "f"];
    let followers = names.map(|name| Follower::of(&here, name));
    until("all have their lines", || {
        followers.iter().all(|one| one.lines.count() == 1)
    })
    .await;
    until("four streams are open", || log.streams() == 4).await;
    log.write(1);
    // Two of them are not told by a stream.
    let by_asking = || {
        followers
            .iter()
            .filter(|one| one.lines.count() == 2)
            .count()
    };
    until("the others ask", || by_asking() == 2).await;
    assert_eq!(log.streams(), 4);
    // Who ends makes room.
    for one in &followers {
        here.client.end(&one.lease.id);
    }
    let again = Follower::of(&here, "g");
    until("there is room", || log.streams() == 5).await;
    drop(again);
}

#[tokio::test]
async fn an_event_without_an_end_is_bounded_and_the_log_goes_on() {
    let (far_end, seen) = hostile(|asked| match asked.is_live {
        true => endless_stream("event: line\nid: 9\ndata: {\"id\": \"", "x"),
        false => crate::hostile::json(200, r#"{"data": [], "nextCursor": "1"}"#),
    })
    .await;
    let here = restored(&far_end).await;
    let follower = Follower::of(&here, "orders");
    let count = |is_live| {
        let seen = seen.lock().unwrap();
        seen.iter().filter(|asked| asked.is_live == is_live).count()
    };
    until("it is asked after the stream", || {
        count(true) == 1 && count(false) >= 2
    })
    .await;
    assert_eq!(follower.lines.count(), 0);
    assert_eq!(count(true), 1, "not at once again");
}

/// What is no line ends the stream, and what came before it counts.
#[tokio::test]
async fn a_broken_line_ends_the_stream_after_those_before_it() {
    for broken in ["{", "[]", "{\"id\": 1}", "\u{0}"] {
        let log = Log::default();
        let (stream, broken) = (
            log.clone(),
            format!("event: line\nid: 9\ndata: {broken}\n\n"),
        );
        let far_end = with_log(&log, move |asked| {
            stream.write(2);
            let events = stream.events(cursor(asked));
            let answer = stream.stream();
            let said = format!("{events}{broken}");
            stream.writer(0).send(Ok(said.into())).unwrap();
            answer
        })
        .await;
        let here = restored(&far_end).await;
        let follower = Follower::of(&here, "orders");
        until("the stream is left", || {
            log.streams() == 1 && log.writer(0).is_closed()
        })
        .await;
        until("it is asked", || asked(&far_end, false) >= 2).await;
        follower.lines.are_the_first(2);
        let calls = far_end.asked("GET /api/applications/");
        assert!(calls.last().unwrap().line.contains("cursor=2"), "{calls:?}");
    }
}
