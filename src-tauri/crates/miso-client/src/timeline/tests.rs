use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{Event, EventKind, Health, HealthStatus, MetricPoint, MetricSeries, Metrics};
use proptest::prelude::*;
use serde_json::json;

use super::health::{Changes, spans};
use super::marks::marks;
use super::series::Grid;
use super::*;
use crate::Source;
use crate::fleet::tests::deployment as deployed;

const BEGUN: i64 = 1_800_000_000;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(BEGUN + seconds, 0).unwrap()
}

fn health(status: &str, history: &[(i64, &str)]) -> Health {
    let history: Vec<_> = history
        .iter()
        .map(|(second, status)| json!({"at": at(*second), "status": status}))
        .collect();
    serde_json::from_value(json!({"status": status, "history": history})).unwrap()
}

fn series(name: &str, unit: &str, points: &[(i64, Option<f64>)]) -> MetricSeries {
    MetricSeries {
        name: name.to_owned(),
        unit: Some(unit.to_owned()),
        points: points
            .iter()
            .map(|(second, value)| MetricPoint(at(*second), *value))
            .collect(),
    }
}

fn event(second: i64, kind: EventKind, reference: &str) -> Event {
    Event {
        at: at(second),
        kind,
        by: None,
        summary: format!("at {second}"),
        reference: Some(reference.to_owned()),
    }
}

fn reading<T>(value: T) -> Reading<T> {
    Reading {
        value,
        as_of: at(0),
        source: Source::Live,
        failure: None,
    }
}

fn parts(health: Health) -> Parts {
    Parts {
        health: reading(health),
        history: None,
        listed: None,
        probe: Probe::default(),
        deployments: Vec::new(),
        metrics: Ok(reading(Metrics { series: Vec::new() })),
        events: Ok(reading(Events { data: Vec::new() })),
    }
}

fn words(line: &Timeline) -> Vec<(i64, &str)> {
    let spans = line.health.iter();
    spans
        .map(|span| ((span.from - at(0)).num_seconds(), span.status.as_str()))
        .collect()
}

#[test]
fn the_health_has_no_hole_and_what_nobody_said_is_unknown() {
    let now = health("unhealthy", &[(-600, "healthy"), (-60, "unhealthy")]);
    let line = timeline_of(parts(now.clone()), TimeRange::QuarterHour, at(0));
    let expected = [(-900, "unknown"), (-600, "healthy"), (-60, "unhealthy")];
    assert_eq!(words(&line), expected);
    assert_eq!(line.health[2].to, None, "it still is");
    assert_eq!(line.unwell_from, Some(at(-60)));
    // An instance that could not be reached since says nothing of now.
    let mut away = parts(now);
    (away.health.source, away.health.as_of) = (Source::Offline, at(-300));
    let line = timeline_of(away, TimeRange::QuarterHour, at(0));
    assert_eq!(
        words(&line),
        [(-900, "unknown"), (-600, "healthy"), (-300, "unknown")]
    );
}

#[test]
fn what_changed_before_the_range_is_how_it_began() {
    let mut known = parts(health("healthy", &[]));
    known.history = Some(health(
        "healthy",
        &[(-90_000, "degraded"), (-80_000, "healthy")],
    ));
    let line = timeline_of(known, TimeRange::Hour, at(0));
    assert_eq!(words(&line), [(-3600, "healthy")]);
    assert!(line.moments.is_empty(), "nothing changed here");
    // Where no history says it, the list does.
    let mut listed = parts(health("healthy", &[]));
    listed.listed = Some((HealthStatus::Healthy, at(-1800)));
    let line = timeline_of(listed, TimeRange::Hour, at(0));
    assert_eq!(words(&line), [(-3600, "unknown"), (-1800, "healthy")]);
}

#[test]
fn it_opens_around_the_last_change() {
    let opens = |seconds: i64| opening(Some(at(-seconds)), at(0));
    assert_eq!(opening(None, at(0)), TimeRange::Hour);
    assert_eq!(
        opens(-5),
        TimeRange::QuarterHour,
        "the server's clock is ahead"
    );
    assert_eq!(opens(9 * 60), TimeRange::QuarterHour);
    assert_eq!(opens(10 * 60), TimeRange::Hour);
    assert_eq!(opens(3600), TimeRange::SixHours);
    assert_eq!(opens(14 * 3600), TimeRange::Day);
    assert_eq!(opens(4 * 86_400), TimeRange::Week);
    assert_eq!(opens(60 * 86_400), TimeRange::Day);
}

#[test]
fn a_deployment_is_one_mark_whoever_tells_of_it_and_others_are_their_own() {
    let mut known = deployed("orders", "dev", "1.4", 0, "completed");
    (known.started_at, known.completed_at) = (Some(at(-600)), Some(at(-580)));
    let events = vec![
        event(-580, EventKind::Deployment, &known.id),
        event(-600, EventKind::Configuration, &known.id),
        event(-600, EventKind::Deployment, &known.id),
        event(-400, EventKind::Deployment, "elsewhere"),
        event(-410, EventKind::Deployment, "elsewhere"),
        event(-300, EventKind::Configuration, "dev"),
        event(-200, EventKind::Health, ""),
        event(-200, EventKind::Access, "bo"),
    ];
    let found = marks(&[known], events, at(-900), at(0));
    let kinds: Vec<_> = found
        .iter()
        .map(|mark| {
            let kind = match &mark.what {
                MarkKind::Deployment { to, .. } => to.as_deref().unwrap_or("unnamed"),
                MarkKind::Configuration => "configuration",
                MarkKind::Instance { .. } => "instance",
            };
            ((mark.at - at(0)).num_seconds(), kind.to_owned())
        })
        .collect();
    let image = found[0].what.clone();
    let MarkKind::Deployment {
        to: Some(image), ..
    } = image
    else {
        panic!("{image:?}");
    };
    let expected = [
        (-600, image.as_str()),
        (-410, "unnamed"),
        (-300, "configuration"),
    ];
    let expected = expected.map(|(second, kind)| (second, kind.to_owned()));
    assert_eq!(kinds, expected);
}

#[test]
fn instances_that_end_again_and_again_are_few_marks_with_their_number() {
    let ends: Vec<Event> = (0..900)
        .map(|second| event(-900 + second, EventKind::Instance, "orders-1"))
        .collect();
    let found = marks(&[], ends, at(-900), at(0));
    assert!((100..=121).contains(&found.len()), "{}", found.len());
    let counted: u32 = found
        .iter()
        .map(|mark| match mark.what {
            MarkKind::Instance { count } => count,
            MarkKind::Deployment { .. } | MarkKind::Configuration => 0,
        })
        .sum();
    assert_eq!(counted, 900);
}

#[test]
fn what_is_wrong_is_looked_at_from_the_deployment_shortly_before() {
    let mut parts = parts(health(
        "unhealthy",
        &[(-900, "healthy"), (-60, "degraded"), (-30, "unhealthy")],
    ));
    let mut last = deployed("orders", "dev", "1.4", 0, "completed");
    (last.started_at, last.completed_at) = (Some(at(-120)), Some(at(-100)));
    parts.deployments = vec![last];
    let line = timeline_of(parts, TimeRange::QuarterHour, at(0));
    assert_eq!(line.unwell_from, Some(at(-120)), "degraded is unwell too");
    assert_eq!(
        line.moments,
        [at(-900), at(-120), at(-60), at(-30)].map(|at| at).to_vec()[1..]
    );
}

#[test]
fn units_are_told_in_one_way() {
    let measured = vec![
        series("queue_depth", "jobs", &[(-30, Some(7.0))]),
        series("error_rate", "ratio", &[(-30, Some(0.25))]),
        series("response_ms_p95", "s", &[(-30, Some(1.5))]),
        series("log_errors", "lines", &[(-40, Some(2.0)), (-30, Some(3.0))]),
    ];
    let grid = Grid::over(&measured, TimeRange::QuarterHour.step(), at(-900), at(0));
    let found = grid.series(measured);
    let told: Vec<_> = found
        .iter()
        .map(|one| (one.name.as_str(), one.unit.clone(), one.latest))
        .collect();
    let word = Some("jobs".to_owned());
    assert_eq!(
        told,
        [
            ("log_errors", Unit::Lines, Some(3.0)),
            ("error_rate", Unit::Percent, Some(25.0)),
            ("response_ms_p95", Unit::Milliseconds, Some(1500.0)),
            ("queue_depth", Unit::Other { word }, Some(7.0)),
        ]
    );
    assert_eq!(found[0].total, Some(5.0));
}

#[test]
fn a_hole_in_what_was_measured_is_a_gap_and_a_slower_server_is_none() {
    let measured = |every: i64, without: std::ops::Range<i64>| {
        let points: Vec<_> = (0..900 / every)
            .map(|number| -900 + number * every)
            .filter(|second| !without.contains(second))
            .map(|second| (second, Some(1.0)))
            .collect();
        let measured = vec![series("cpu_percent", "percent", &points)];
        let grid = Grid::over(&measured, TimeRange::QuarterHour.step(), at(-900), at(0));
        let values = grid.series(measured).remove(0).values;
        let first = values.iter().position(Option::is_some).unwrap();
        let last = values.iter().rposition(Option::is_some).unwrap();
        values[first..=last]
            .iter()
            .filter(|value| value.is_none())
            .count()
    };
    assert_eq!(measured(5, 0..0), 0);
    assert_eq!(measured(5, -300..-200), 20);
    assert_eq!(measured(60, 0..0), 0, "asked in steps of 5 s");
    assert_eq!(measured(60, -300..-180), 2);
}

fn state() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("healthy"),
        Just("degraded"),
        Just("unhealthy"),
        Just("unknown"),
        Just("odd")
    ]
}

proptest! {
    #[test]
    fn spans_follow_each_other_from_the_beginning_to_now(
        history in prop::collection::vec((-5000i64..100, state()), 0..12),
        now in state(),
        until in prop::option::of(-1000i64..0),
    ) {
        let mut changes = Changes::of([Some(&health(now, &history))]);
        changes.end_with(&health(now, &[]), None);
        let to = changes.last().map_or(at(0), |last| last.max(at(0)));
        let from = to - TimeDelta::minutes(15);
        let found = spans(&changes, from, to, until.map(at));
        prop_assert_eq!(found[0].from, from);
        prop_assert!(found.windows(2).all(|pair| pair[0].to == Some(pair[1].from)));
        prop_assert!(found.windows(2).all(|pair| pair[0].status != pair[1].status));
        prop_assert!(found.windows(2).all(|pair| pair[0].from < pair[1].from));
        prop_assert_eq!(found.last().unwrap().to, None);
    }

    #[test]
    fn points_that_are_not_quite_regular_leave_no_gap_and_none_is_lost(
        jitter in prop::collection::vec(-2i64..=2, 90),
        value in 0.0..1e9f64,
    ) {
        let points: Vec<_> = jitter
            .iter()
            .enumerate()
            .map(|(number, off)| (-900 + 10 * number as i64 + off, Some(value)))
            .collect();
        let measured = vec![series("cpu_percent", "percent", &points), series("log_errors", "lines", &points)];
        let grid = Grid::over(&measured, TimeRange::QuarterHour.step(), at(-900), at(0));
        let found = grid.series(measured);
        let cpu = found.iter().find(|one| one.name == "cpu_percent").unwrap();
        let first = cpu.values.iter().position(Option::is_some).unwrap();
        let last = cpu.values.iter().rposition(Option::is_some).unwrap();
        prop_assert!(cpu.values[first..=last].iter().all(Option::is_some), "{:?}", cpu.values);
        let lines = found.iter().find(|one| one.name == "log_errors").unwrap();
        let within = points.iter().filter(|(second, _)| *second >= (DateTime::from_timestamp_millis(grid.times()[0] as i64).unwrap() - at(0)).num_seconds());
        let expected = value * within.count() as f64;
        prop_assert!((lines.total.unwrap() - expected).abs() <= expected * 1e-9);
    }

    #[test]
    fn every_mark_and_every_counted_line_is_in_one_row(
        marked in prop::collection::vec(-900i64..=0, 0..20),
        counted in prop::collection::vec(0u32..9, 180),
    ) {
        let points: Vec<_> = counted
            .iter()
            .enumerate()
            .map(|(number, count)| (-900 + 5 * number as i64, Some(f64::from(*count))))
            .collect();
        let mut parts = parts(health("healthy", &[]));
        parts.metrics = Ok(reading(Metrics { series: vec![series("log_errors", "lines", &points)] }));
        let data = marked.iter().map(|second| event(*second, EventKind::Configuration, "dev")).collect();
        parts.events = Ok(reading(Events { data }));
        let line = timeline_of(parts, TimeRange::QuarterHour, at(0));
        prop_assert_eq!(line.marks.len(), marked.len());
        let mut in_rows: Vec<u32> = line.rows.iter().flat_map(|row| row.marks.clone()).collect();
        in_rows.sort_unstable();
        prop_assert_eq!(in_rows, (0..marked.len() as u32).collect::<Vec<_>>());
        let rows: f64 = line.rows.iter().filter_map(|row| row.values[0]).sum();
        prop_assert_eq!(rows, f64::from(counted.iter().sum::<u32>()));
        prop_assert!(line.rows.windows(2).all(|pair| pair[0].from == pair[1].to));
        prop_assert_eq!(line.times.len(), line.series[0].values.len());
    }
}
