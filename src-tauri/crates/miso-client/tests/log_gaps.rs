//! What is missing in a log: where a tail notes it, and where it does not.

use std::io::{self, ErrorKind};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use miso_api::{Appended, LineSink, LogGap, LogLine};
use miso_client::{Code, LogPlace, TailProgress, TailState};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, Restored, restored, tokens, until};
use crate::numbered::{Log, event, moment};

/// What a sink was given: lines by their number, and gaps between them.
#[derive(Clone, Debug, PartialEq)]
enum Entry {
    Lines(Range<usize>),
    Gap { is_gone: bool },
}

use Entry::{Gap, Lines};

#[derive(Default)]
struct Kept {
    entries: Mutex<Vec<Entry>>,
    is_full: AtomicBool,
}

impl Kept {
    fn with(numbers: Range<usize>) -> Arc<Self> {
        let kept = Self::default();
        kept.entries.lock().unwrap().push(Lines(numbers));
        Arc::new(kept)
    }

    fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap().clone()
    }

    fn is(&self, expected: &[Entry]) -> bool {
        *self.entries.lock().unwrap() == expected
    }

    fn total(&self) -> usize {
        let entries = self.entries.lock().unwrap();
        entries
            .iter()
            .map(|entry| {
                if let Lines(lines) = entry {
                    lines.len()
                } else {
                    0
                }
            })
            .sum()
    }
}

impl LineSink for Kept {
    fn append(&self, lines: &[LogLine]) -> io::Result<Appended> {
        if self.is_full.load(Ordering::SeqCst) && !lines.is_empty() {
            return Err(ErrorKind::StorageFull.into());
        }
        let mut new = 0;
        for line in lines.iter().filter(|line| !self.has(&line.id)) {
            let number: usize = line.id.strip_prefix("l-").unwrap().parse().unwrap();
            let mut entries = self.entries.lock().unwrap();
            new += 1;
            match entries.last_mut() {
                Some(Lines(last)) if last.end == number => last.end += 1,
                _ => entries.push(Lines(number..number + 1)),
            }
        }
        let total = self.total() as u64;
        Ok(Appended { total, new })
    }

    fn newest(&self) -> Option<DateTime<Utc>> {
        let entries = self.entries.lock().unwrap();
        entries.iter().rev().find_map(|entry| match entry {
            Lines(lines) => Some(moment(lines.end - 1)),
            Gap { .. } => None,
        })
    }

    fn has(&self, id: &str) -> bool {
        let number: usize = id.strip_prefix("l-").unwrap().parse().unwrap();
        let entries = self.entries.lock().unwrap();
        entries
            .iter()
            .any(|entry| matches!(entry, Lines(lines) if lines.contains(&number)))
    }

    fn note_gap(&self, _: &LogGap, is_gone: bool) -> io::Result<()> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err(ErrorKind::StorageFull.into());
        }
        self.entries.lock().unwrap().push(Gap { is_gone });
        Ok(())
    }
}

/// What a tail told.
type Told = Arc<Mutex<Vec<TailProgress>>>;

fn follow(here: &Restored, kept: &Arc<Kept>, cursor: Option<usize>) -> Told {
    follow_of(here, "orders", kept, cursor)
}

fn follow_of(here: &Restored, application: &str, kept: &Arc<Kept>, cursor: Option<usize>) -> Told {
    let told = Told::default();
    let place = LogPlace {
        sink: kept.clone(),
        cursor: cursor.map(|cursor| cursor.to_string()),
        keep_cursor: Arc::new(|_| {}),
    };
    let hear = told.clone();
    here.client.follow_log(
        application.to_owned(),
        "dev".to_owned(),
        place,
        move |step| {
            hear.lock().unwrap().push(step);
        },
    );
    told
}

fn wake(here: &Restored) {
    here.client
        .refresh_log("orders".to_owned(), "dev".to_owned());
}

async fn comes_to(here: &Restored, kept: &Kept, expected: &[Entry]) {
    for round in 0..600 {
        if kept.is(expected) {
            return;
        }
        // Not so often that the budget runs out.
        if round % 20 == 0 {
            wake(here);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(kept.entries(), expected);
}

const SKIPPED: Entry = Gap { is_gone: false };
const GONE: Entry = Gap { is_gone: true };

#[tokio::test]
async fn a_beginning_says_what_lies_before_it() {
    type Row<'a> = (
        &'a str,
        Range<usize>,
        Option<Range<usize>>,
        bool,
        &'a [Entry],
    );
    let rows: [Row<'_>; 7] = [
        ("nothing older", 0..500, None, false, &[Lines(0..500)]),
        (
            "older lines",
            0..5_000,
            None,
            false,
            &[SKIPPED, Lines(4_000..5_000)],
        ),
        ("it joins", 0..900, Some(0..10), true, &[Lines(0..900)]),
        (
            "it joins in the middle",
            0..5_000,
            Some(3_000..4_200),
            true,
            &[Lines(3_000..5_000)],
        ),
        (
            "more than is asked for",
            0..5_000,
            Some(0..10),
            true,
            &[Lines(0..10), SKIPPED, Lines(4_000..5_000)],
        ),
        (
            "the server has dropped some",
            2_000..2_300,
            Some(0..10),
            true,
            &[Lines(0..10), GONE, Lines(2_000..2_300)],
        ),
        (
            "nothing is known of the server",
            2_000..2_300,
            Some(0..10),
            false,
            &[Lines(0..10), SKIPPED, Lines(2_000..2_300)],
        ),
    ];
    for (name, there, kept, had_cursor, expected) in rows {
        println!("{name}");
        let log = Log::of(there);
        log.change(|log| log.refuses_cursors = had_cursor);
        let far_end = log.start().await;
        let here = restored(&far_end).await;
        let kept = kept.map_or_else(Arc::default, Kept::with);
        let _told = follow(&here, &kept, had_cursor.then_some(7));
        // The first question is the old cursor's.
        until("the cursor was refused", || {
            !had_cursor
                || far_end
                    .asked("GET")
                    .iter()
                    .any(|asked| asked.line.contains("desc"))
        })
        .await;
        log.change(|log| log.refuses_cursors = false);
        comes_to(&here, &kept, expected).await;
        // What comes next is joined.
        log.change(|log| log.lines.end += 5);
        let mut longer = expected.to_vec();
        if let Some(Lines(last)) = longer.last_mut() {
            last.end += 5;
        }
        comes_to(&here, &kept, &longer).await;
    }
}

#[tokio::test]
async fn after_a_long_absence_the_newest_lines_come_first() {
    for streams in [false, true] {
        let log = Log::of(0..60_000);
        log.change(|log| log.streams = streams);
        let far_end = log.start().await;
        let here = restored(&far_end).await;
        if streams {
            // Once it is known that there are streams, it goes on by one.
            let _told = follow_of(&here, "others", &Kept::with(0..60_000), Some(60_000));
            until("a stream is open", || {
                far_end.asked("GET").iter().any(|asked| asked.is_live)
            })
            .await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let before = far_end.asked("GET /api/applications/").len();
        let kept = Kept::with(0..10);
        let _told = follow(&here, &kept, Some(10));
        until("it is at the end", || kept.entries().len() == 3).await;
        let fetched = match &kept.entries()[..] {
            [Lines(first), Gap { is_gone: false }, Lines(last)] => {
                assert_eq!(*last, 59_000..60_000);
                first.end
            }
            other => panic!("{other:?}"),
        };
        assert!((20_000..=22_000).contains(&fetched), "{fetched}");
        let requests = far_end.asked("GET /api/applications/").len() - before;
        assert!(requests <= 8, "{requests}");
        println!(
            "figure: streams {streams}: of 60,000 lines {fetched} and the newest 1,000 by {requests} requests"
        );
    }
}

#[tokio::test]
async fn a_burst_that_is_followed_leaves_no_gap() {
    let log = Log::of(0..10);
    log.change(|log| log.streams = true);
    let far_end = log.start().await;
    let here = restored(&far_end).await;
    let kept = Arc::new(Kept::default());
    let _told = follow(&here, &kept, None);
    comes_to(&here, &kept, &[Lines(0..10)]).await;
    log.change(|log| log.lines.end = 15_000);
    comes_to(&here, &kept, &[Lines(0..15_000)]).await;
}

#[tokio::test]
async fn what_a_stream_says_is_gone_is_noted_once_and_where_it_is() {
    let gap = "event: gap\ndata: {\"from\": null, \"to\": null}\n\n";
    let far_end = FarEnd::start(move |asked| {
        if asked.line == "POST /token" {
            return tokens(1);
        }
        if !asked.is_live {
            return Answer::json(200, json!({"data": [], "nextCursor": "5"}));
        }
        // As after a break: it begins at the same place each time, says it again, and ends.
        let events = [3, 4].map(event).concat() + gap + &[8, 9].map(event).concat();
        let (answer, write) = Answer::events();
        write.send(Ok(events.into())).unwrap();
        write.send(Ok(gap.into())).unwrap();
        answer
    })
    .await;
    let here = restored(&far_end).await;
    let kept = Kept::with(0..3);
    let told = follow(&here, &kept, Some(3));
    let expected = [Lines(0..5), GONE, Lines(8..10)];
    comes_to(&here, &kept, &expected).await;
    until("the page is told of it", || {
        let told = told.lock().unwrap();
        told.last().is_some_and(|last| last.gap.is_some())
    })
    .await;
    // Another tail over the same sink, with the cursor from before.
    let again = restored(&far_end).await;
    let _told = follow(&again, &kept, Some(3));
    until("it is heard again", || {
        far_end
            .asked("GET")
            .iter()
            .filter(|asked| asked.is_live)
            .count()
            > 1
    })
    .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(kept.entries(), expected);
}

#[tokio::test]
async fn a_full_disk_pauses_the_tail_and_nothing_is_asked_meanwhile() {
    for streams in [false, true] {
        let log = Log::of(0..40);
        log.change(|log| log.streams = streams);
        let far_end = log.start().await;
        let here = restored(&far_end).await;
        let kept = Kept::with(0..30);
        kept.is_full.store(true, Ordering::SeqCst);
        let told = follow(&here, &kept, Some(30));
        let last = || told.lock().unwrap().last().cloned();
        until("it says so", || {
            last().is_some_and(|told| {
                let code = told.failure.map(|failure| failure.code);
                told.state == TailState::Waiting && code == Some(Code::LogStoreFull)
            })
        })
        .await;
        let asked = far_end.asked("GET").len();
        for _ in 0..20 {
            wake(&here);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(far_end.asked("GET").len(), asked, "streams {streams}");
        assert_eq!(kept.entries(), [Lines(0..30)]);
        log.change(|log| log.lines.end = 60);
        kept.is_full.store(false, Ordering::SeqCst);
        comes_to(&here, &kept, &[Lines(0..60)]).await;
        until("it says that too", || {
            last().is_some_and(|told| told.state == TailState::Live && told.failure.is_none())
        })
        .await;
    }
}
