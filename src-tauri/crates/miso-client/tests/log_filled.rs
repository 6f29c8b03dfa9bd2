//! What is missing in a log comes when somebody asks for it, as far as the server has it.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use miso_api::LogLine;
use miso_client::{Code, FillCost, Filled, MissingLines, StillMissing};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::far_end::{Answer, FarEnd, Restored, restored, tokens};
use crate::numbered::{Log, line, moment};

/// Pages as they were put into the gap, the newest first.
type Pages = Arc<Mutex<Vec<(Range<usize>, StillMissing)>>>;

async fn fill(
    here: &Restored,
    between: (Option<usize>, usize),
    off: &CancellationToken,
    calls_off: bool,
) -> (Filled, Vec<(Range<usize>, StillMissing)>) {
    let pages = Pages::default();
    let put = pages.clone();
    let (first, last) = (between.0.map_or(0, |from| from + 1), between.1);
    let filled = here
        .client
        .fill_gap(
            "orders".to_owned(),
            "dev".to_owned(),
            MissingLines {
                from: between.0.map(moment),
                to: Some(moment(last)),
            },
            Arc::new(move |given: &[LogLine], missing| {
                let before = put
                    .lock()
                    .unwrap()
                    .last()
                    .map_or(last, |(page, _)| page.start);
                let numbers = given
                    .iter()
                    .map(|line| line.id[2..].parse::<usize>().unwrap());
                // What is on either side is kept already.
                let fresh: Vec<usize> = numbers
                    .filter(|number| (first..before).contains(number))
                    .collect();
                let page = match (fresh.first(), fresh.last()) {
                    (Some(first), Some(last)) => *first..*last + 1,
                    _ => before..before,
                };
                assert_eq!(page.len(), fresh.len(), "each once, in order");
                assert_eq!(page.end, before, "nothing between");
                let new = page.len();
                put.lock().unwrap().push((page, missing));
                Ok(new)
            }),
            off,
            |_| {
                if calls_off {
                    off.cancel();
                }
            },
        )
        .await;
    let pages = pages.lock().unwrap().clone();
    (filled, pages)
}

#[tokio::test]
async fn a_gap_is_filled_from_its_newer_end_and_by_as_many_requests_as_it_said() {
    let log = Log::of(0..60_000);
    let far_end = log.start().await;
    let here = restored(&far_end).await;
    let off = CancellationToken::new();
    let (filled, pages) = fill(&here, (Some(20_000), 59_000), &off, false).await;
    assert_eq!(filled.failure, None);
    assert_eq!(
        (filled.lines, filled.missing),
        (38_999, StillMissing::Nothing)
    );
    assert_eq!(FillCost::of(Some(38_999)).requests, filled.requests);
    let (oldest, missing) = pages.last().unwrap();
    assert_eq!((oldest.start, *missing), (20_001, StillMissing::Nothing));
    let others = &pages[..pages.len() - 1];
    assert!(
        others
            .iter()
            .all(|(_, missing)| *missing == StillMissing::Older)
    );
    // To the oldest line, where nothing is kept before it.
    let (filled, pages) = fill(&here, (None, 4_000), &off, false).await;
    assert_eq!(
        (filled.requests, filled.missing),
        (1, StillMissing::Nothing)
    );
    assert_eq!(pages, [(0..4_000, StillMissing::Nothing)]);
}

#[tokio::test]
async fn what_could_not_be_fetched_stays_a_gap() {
    let log = Log::of(0..60_000);
    let far_end = log.start().await;
    let here = restored(&far_end).await;
    // Called off after the first page.
    let off = CancellationToken::new();
    let (filled, pages) = fill(&here, (Some(20_000), 59_000), &off, true).await;
    assert_eq!((filled.requests, filled.missing), (1, StillMissing::Older));
    assert_eq!(pages.len(), 1);
    // Before it began.
    let (filled, pages) = fill(&here, (Some(20_000), 59_000), &off, false).await;
    assert_eq!((filled.requests, pages.len()), (0, 0));
    // The server has dropped the older part by now.
    log.change(|log| log.lines.start = 57_500);
    let off = CancellationToken::new();
    let (filled, pages) = fill(&here, (Some(20_000), 59_000), &off, false).await;
    assert_eq!((filled.lines, filled.missing), (1_500, StillMissing::Gone));
    assert_eq!(pages, [(57_500..59_000, StillMissing::Gone)]);
    // All of it.
    log.change(|log| log.lines.start = 59_500);
    let (filled, _) = fill(&here, (Some(20_000), 59_000), &off, false).await;
    assert_eq!((filled.lines, filled.missing), (0, StillMissing::Gone));
}

/// A server that knows no bounds of time gives its newest lines: they are none of the gap's.
#[tokio::test]
async fn lines_that_were_not_asked_for_do_not_go_into_a_gap() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::json(200, json!((900..1_000).rev().map(line).collect::<Vec<_>>())),
    })
    .await;
    let here = restored(&far_end).await;
    let off = CancellationToken::new();
    let (filled, pages) = fill(&here, (Some(10), 500), &off, false).await;
    let code = filled.failure.map(|failure| failure.code);
    assert_eq!(
        (code, filled.missing),
        (Some(Code::NotOffered), StillMissing::Older)
    );
    assert!(pages.is_empty());
}

#[test]
fn the_cost_is_said_as_far_as_it_is_known() {
    let rows = [
        (None, 1, true),
        (Some(0), 1, false),
        (Some(5_000), 1, false),
        (Some(5_001), 2, false),
        (Some(100_000), 20, false),
        (Some(100_001), 20, true),
        (Some(u64::MAX), 20, true),
    ];
    for (lines, requests, or_more) in rows {
        assert_eq!(
            FillCost::of(lines),
            FillCost { requests, or_more },
            "{lines:?}"
        );
    }
}
