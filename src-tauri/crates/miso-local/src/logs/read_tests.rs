use super::*;
use crate::logs::line::Said;
use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::Map;

const ENVIRONMENTS: [&str; 3] = ["dev", "test", "prod"];

fn said(message: &str, level: LogLevel) -> Said {
    Said {
        level,
        message: message.into(),
        source: "stdout".into(),
        instance: "a-1".into(),
        fields: Map::new(),
    }
}

fn start() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn logs(root: &std::path::Path, segment_bytes: u64) -> Vec<(String, Arc<PlaceLog>)> {
    ENVIRONMENTS
        .iter()
        .map(|key| {
            let log = PlaceLog::with_segments_of(root.join(key), segment_bytes).unwrap();
            ((*key).to_owned(), Arc::new(log))
        })
        .collect()
}

fn wanted(order: Order, limit: usize) -> Wanted {
    Wanted {
        order,
        limit,
        levels: None,
        search: None,
        since: None,
        until: None,
        cursor: None,
    }
}

fn ids(lines: &[LogLine]) -> Vec<(String, String)> {
    lines
        .iter()
        .map(|line| (line.environment.clone().unwrap(), line.id.clone()))
        .collect()
}

#[derive(Clone, Debug)]
enum Act {
    Write { environment: usize, level: usize },
    Page { limit: usize },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let write =
        (0..3usize, 0..4usize).prop_map(|(environment, level)| Act::Write { environment, level });
    let page = (1..9usize).prop_map(|limit| Act::Page { limit });
    prop::collection::vec(prop_oneof![4 => write, 1 => page], 1..120)
}

fn level(index: usize) -> LogLevel {
    LogLevel::from(LogLevel::KNOWN[index])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// A tail that pages while three environments write sees each line once, in each
    /// environment's order.
    #[test]
    fn a_tail_loses_and_repeats_nothing(acts in acts(), filter in prop::option::of(0..4usize)) {
        let root = tempfile::tempdir().unwrap();
        let logs = logs(root.path(), 2500);
        let filter = filter.map(level);
        let (mut written, mut seen, mut cursor, mut second) = (Vec::new(), Vec::new(), None, 0);
        let mut page = |cursor: &mut Option<Cursor>, limit| {
            let mut wanted = wanted(Order::Asc, limit);
            wanted.levels = filter.clone().map(|level| vec![level]);
            wanted.cursor = cursor.take();
            let found = read(&logs, &wanted).unwrap();
            assert!(found.lines.len() <= limit);
            // Through its text, as a client carries it.
            let text = found.next.unwrap().encode().unwrap();
            *cursor = Cursor::decode(&text, Order::Asc);
            seen.extend(ids(&found.lines));
            found.lines.len()
        };
        for act in acts {
            match act {
                Act::Write { environment, level: index } => {
                    second += 1;
                    let (key, log) = &logs[environment];
                    let at = start() + TimeDelta::seconds(second);
                    log.append(at, said("line", level(index))).unwrap();
                    let id = written.iter().filter(|(known, _, _)| known == key).count() + 1;
                    written.push((key.clone(), id.to_string(), level(index)));
                }
                Act::Page { limit } => {
                    page(&mut cursor, limit);
                }
            }
        }
        while page(&mut cursor, 7) > 0 {}
        // Few enough were written that none was rotated away: 8 files of 20 lines and more.
        for key in ENVIRONMENTS {
            let expected: Vec<_> = written
                .iter()
                .filter(|(known, _, level)| known == key && filter.as_ref().is_none_or(|wanted| wanted == level))
                .map(|(known, id, _)| (known.clone(), id.clone()))
                .collect();
            let got: Vec<_> = seen.iter().filter(|(known, _)| known == key).cloned().collect();
            prop_assert_eq!(got, expected);
        }
    }

    /// Paging backwards gives what one large page gives, ends with no cursor, and does not see what
    /// is written meanwhile.
    #[test]
    fn backwards_is_forwards_reversed(
        order in prop::collection::vec((0..3usize, 0..4usize), 0..60),
        limit in 1..9usize,
    ) {
        let root = tempfile::tempdir().unwrap();
        let logs = logs(root.path(), 2000);
        for (second, (environment, index)) in order.iter().enumerate() {
            let at = start() + TimeDelta::seconds(second as i64 / 3);
            logs[*environment].1.append(at, said("line", level(*index))).unwrap();
        }
        let mut forwards = ids(&read(&logs, &wanted(Order::Asc, 10_000)).unwrap().lines);
        forwards.reverse();
        let (mut backwards, mut cursor) = (Vec::new(), None);
        loop {
            let mut wanted = wanted(Order::Desc, limit);
            wanted.cursor = cursor;
            let found = read(&logs, &wanted).unwrap();
            backwards.extend(ids(&found.lines));
            logs[0].1.append(start() + TimeDelta::days(1), said("later", LogLevel::Info)).unwrap();
            let Some(next) = found.next else { break };
            prop_assert!(!found.lines.is_empty());
            cursor = Some(next);
        }
        prop_assert_eq!(backwards, forwards);
    }

    /// Bounds of time are kept whatever segment they fall in.
    #[test]
    fn time_bounds_hold(since in 0i64..40, until in 0i64..40, count in 0i64..40) {
        let root = tempfile::tempdir().unwrap();
        let logs = logs(root.path(), 700);
        for second in 0..count {
            logs[1].1.append(start() + TimeDelta::seconds(second), said("line", LogLevel::Info)).unwrap();
        }
        let expected: Vec<String> =
            (0..count).filter(|at| *at >= since && *at <= until).map(|at| (at + 1).to_string()).collect();
        for order in [Order::Asc, Order::Desc] {
            let mut wanted = wanted(order, 1000);
            wanted.since = Some(start() + TimeDelta::seconds(since));
            wanted.until = Some(start() + TimeDelta::seconds(until));
            let mut got: Vec<String> = ids(&read(&logs, &wanted).unwrap().lines).into_iter().map(|(_, id)| id).collect();
            if order == Order::Desc {
                got.reverse();
            }
            prop_assert_eq!(&got, &expected);
        }
    }
}

#[test]
fn a_tail_can_begin_before_the_first_line() {
    let root = tempfile::tempdir().unwrap();
    let logs = logs(root.path(), 1000);
    let first = read(&logs, &wanted(Order::Asc, 10)).unwrap();
    assert!(first.lines.is_empty());
    logs[2]
        .1
        .append(start(), said("the first", LogLevel::Info))
        .unwrap();
    let mut wanted = wanted(Order::Asc, 10);
    wanted.cursor = first.next;
    assert_eq!(read(&logs, &wanted).unwrap().lines[0].message, "the first");
}

#[test]
fn a_tail_from_now_passes_what_was() {
    let root = tempfile::tempdir().unwrap();
    let logs = logs(root.path(), 1000);
    for second in 0..30 {
        logs[0]
            .1
            .append(
                start() + TimeDelta::seconds(second),
                said("old", LogLevel::Info),
            )
            .unwrap();
    }
    let mut from_now = wanted(Order::Asc, 10);
    from_now.since = Some(start() + TimeDelta::seconds(60));
    let first = read(&logs, &from_now).unwrap();
    assert!(first.lines.is_empty());
    logs[0]
        .1
        .append(
            start() + TimeDelta::seconds(61),
            said("new", LogLevel::Info),
        )
        .unwrap();
    let mut after = wanted(Order::Asc, 10);
    after.cursor = first.next;
    let found = read(&logs, &after).unwrap();
    assert_eq!(
        found
            .lines
            .iter()
            .map(|line| line.message.as_str())
            .collect::<Vec<_>>(),
        ["new"]
    );
}

#[test]
fn ids_go_on_after_a_restart_and_a_torn_line_is_cut() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("dev");
    {
        let log = PlaceLog::with_segments_of(folder.clone(), 300).unwrap();
        for _ in 0..7 {
            log.append(start(), said("whole", LogLevel::Info)).unwrap();
        }
    }
    let last = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .max()
        .unwrap();
    let mut content = std::fs::read(&last).unwrap();
    content.extend_from_slice(b"{\"id\":8,\"at\":\"2026-01-0");
    std::fs::write(&last, content).unwrap();

    let log = PlaceLog::with_segments_of(folder, 300).unwrap();
    // A clock that was set back does not put a line before those that are there.
    log.append(start() - TimeDelta::days(1), said("after", LogLevel::Info))
        .unwrap();
    let logs = vec![("dev".to_owned(), Arc::new(log))];
    let found = read(&logs, &wanted(Order::Asc, 100)).unwrap();
    let ids: Vec<_> = found.lines.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5", "6", "7", "8"]);
    assert_eq!(found.lines[7].timestamp, start());
}

#[test]
fn old_files_go_and_the_rest_stays_readable() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("dev");
    let log = PlaceLog::with_segments_of(folder.clone(), 500).unwrap();
    for _ in 0..200 {
        log.append(start(), said("line", LogLevel::Info)).unwrap();
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 8);
    let logs = vec![("dev".to_owned(), Arc::new(log))];
    let found = read(&logs, &wanted(Order::Desc, 1000)).unwrap();
    assert_eq!(found.lines[0].id, "200");
    assert!(found.lines.len() >= 28 && found.next.is_none());
    let mut stale = wanted(Order::Asc, 1);
    stale.cursor = Some(Cursor {
        order: Order::Asc,
        passed: [("dev".to_owned(), 3)].into(),
    });
    assert_eq!(
        read(&logs, &stale).unwrap().lines[0].id,
        found.lines.last().unwrap().id
    );
}

#[test]
fn search_ignores_case() {
    let root = tempfile::tempdir().unwrap();
    let logs = logs(root.path(), 1000);
    logs[0]
        .1
        .append(
            start(),
            said("connect ECONNREFUSED 10.0.3.7:5432", LogLevel::Error),
        )
        .unwrap();
    logs[0]
        .1
        .append(start(), said("GET / 200", LogLevel::Info))
        .unwrap();
    let mut search = wanted(Order::Desc, 10);
    search.search = Some("econnrefused".into());
    assert_eq!(read(&logs, &search).unwrap().lines.len(), 1);
}

/// The files of a log, oldest first.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn written(folder: &std::path::Path, lines: i64) {
    let log = PlaceLog::with_segments_of(folder.to_owned(), 500).unwrap();
    for second in 0..lines {
        let at = start() + TimeDelta::seconds(second);
        log.append(at, said("line", LogLevel::Info)).unwrap();
    }
}

/// Spoils a line of a file, counted from its beginning or, negative, from its end.
fn spoil(file: &std::path::Path, line: isize) {
    let content = std::fs::read_to_string(file).unwrap();
    let mut lines: Vec<&str> = content.lines().collect();
    let index = line.rem_euclid(lines.len() as isize) as usize;
    lines[index] = "\u{0}\u{0}not a line";
    std::fs::write(file, lines.join("\n") + "\n").unwrap();
}

#[test]
fn a_spoilt_line_is_left_out_and_the_others_stay() {
    for line in [0, 1, -1] {
        for which in [0, 1, usize::MAX] {
            let root = tempfile::tempdir().unwrap();
            let folder = root.path().join("dev");
            written(&folder, 20);
            let files = files(&folder);
            spoil(&files[which.min(files.len() - 1)], line);
            let log = PlaceLog::with_segments_of(folder, 500).unwrap();
            log.append(start(), said("after", LogLevel::Info)).unwrap();
            let logs = vec![("dev".to_owned(), Arc::new(log))];
            let forwards = read(&logs, &wanted(Order::Asc, 100)).unwrap();
            assert_eq!(forwards.lines.len(), 20, "{line} of {which}");
            assert_eq!(forwards.lines[19].id, "21", "no id comes again");
            let backwards = read(&logs, &wanted(Order::Desc, 100)).unwrap();
            let mut reversed = ids(&backwards.lines);
            reversed.reverse();
            assert_eq!(reversed, ids(&forwards.lines));
            // A page at a time sees the same, and a tail that stands at a spoilt line goes on.
            let (mut paged, mut cursor) = (Vec::new(), None);
            loop {
                let mut wanted = wanted(Order::Asc, 1);
                wanted.cursor = cursor;
                let found = read(&logs, &wanted).unwrap();
                if found.lines.is_empty() {
                    break;
                }
                paged.extend(ids(&found.lines));
                cursor = found.next;
            }
            assert_eq!(paged, ids(&forwards.lines));
        }
    }
}

#[test]
fn a_file_of_rubbish_is_set_aside_and_the_log_goes_on() {
    for which in [0, 1, usize::MAX] {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("dev");
        written(&folder, 20);
        let before = files(&folder);
        let spoilt = &before[which.min(before.len() - 1)];
        std::fs::write(spoilt, b"rubbish\xff\nand more\n").unwrap();
        let log = PlaceLog::with_segments_of(folder.clone(), 500).unwrap();
        log.append(start(), said("after", LogLevel::Info)).unwrap();
        let kept = files(&folder)
            .into_iter()
            .find(|file| file.to_string_lossy().contains(".unreadable-"));
        let kept = std::fs::read(kept.expect("it is kept")).unwrap();
        assert!(kept.starts_with(b"rubbish"));
        let logs = vec![("dev".to_owned(), Arc::new(log))];
        let found = read(&logs, &wanted(Order::Asc, 100)).unwrap();
        assert!(found.lines.len() > 10, "{:?}", ids(&found.lines));
        let numbers: Vec<u64> = found
            .lines
            .iter()
            .map(|line| line.id.parse().unwrap())
            .collect();
        assert!(
            numbers.is_sorted_by(|one, other| one < other),
            "{numbers:?}"
        );
        assert!(
            *numbers.last().unwrap() >= 21,
            "no id comes again: {numbers:?}"
        );
    }
}

#[test]
fn a_cursor_of_a_log_that_is_gone_does_not_wait_for_its_ids() {
    let root = tempfile::tempdir().unwrap();
    let logs = logs(root.path(), 1000);
    let mut tail = wanted(Order::Asc, 10);
    tail.cursor = Some(Cursor {
        order: Order::Asc,
        passed: [("dev".to_owned(), 5_000)].into(),
    });
    let found = read(&logs, &tail).unwrap();
    assert!(found.lines.is_empty());
    tail.cursor = found.next;
    logs[0]
        .1
        .append(start(), said("begun anew", LogLevel::Info))
        .unwrap();
    assert_eq!(read(&logs, &tail).unwrap().lines[0].message, "begun anew");
}
