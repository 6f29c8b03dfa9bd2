//! Health and logs.

use miso_api::*;
use serde_json::json;

use super::{at, both_ways, read, some, write};

#[test]
fn health() {
    let wire = json!({
        "status": "degraded", "checkedAt": "2026-11-24T08:00:00Z", "latencyMs": 12,
        "checks": [{"name": "database", "status": "unhealthy", "latencyMs": 5,
                    "message": "refused"}],
        "history": [{"at": "2026-11-24T07:30:00Z", "status": "healthy", "message": "started"}]
    });
    let health = Health {
        status: HealthStatus::Degraded,
        checked_at: Some(at(8, 0)),
        latency_ms: Some(12),
        checks: vec![HealthCheckResult {
            name: "database".to_owned(),
            status: HealthStatus::Unhealthy,
            latency_ms: Some(5),
            message: some("refused"),
        }],
        history: vec![HealthEvent {
            at: at(7, 30),
            status: HealthStatus::Healthy,
            message: some("started"),
        }],
    };
    both_ways(wire, health);
    let least: Health = read(json!({"status": "unknown", "checks": null, "history": null}));
    assert_eq!(
        (least.status, least.checked_at),
        (HealthStatus::NotKnown, None)
    );
    assert_eq!((least.checks, least.history), (vec![], vec![]));
    let word: Health = read(json!({"status": "flapping"}));
    assert_eq!(write(&word.status), "flapping");
}

#[test]
fn log_lines() {
    let wire = json!({
        "data": [{"id": "l-1", "timestamp": "2026-11-24T08:00:00.123456789Z", "level": "warn",
                  "message": "slow", "source": "stdout", "environment": "dev",
                  "instance": "i-1", "fields": {"ms": 900, "path": "/a"}}],
        "nextCursor": "c-2"
    });
    let line = LogLine {
        id: "l-1".to_owned(),
        timestamp: at(8, 0) + chrono::TimeDelta::nanoseconds(123_456_789),
        level: LogLevel::Warn,
        message: "slow".to_owned(),
        source: some("stdout"),
        environment: some("dev"),
        instance: some("i-1"),
        fields: json!({"ms": 900, "path": "/a"})
            .as_object()
            .unwrap()
            .clone(),
    };
    both_ways(
        wire,
        LogPage {
            data: vec![line],
            next_cursor: some("c-2"),
        },
    );
    both_ways(
        json!({"data": [], "nextCursor": null}),
        LogPage {
            data: vec![],
            next_cursor: None,
        },
    );
    let nulls: LogPage = read(json!({"data": null}));
    assert_eq!((nulls.data.len(), nulls.next_cursor), (0, None));
    let bare: LogPage = read(json!([{"id": "7", "timestamp": "2026-11-24T08:00:00Z"}]));
    assert_eq!((bare.data[0].id.as_str(), bare.next_cursor), ("7", None));
    let wrong = serde_json::from_str::<LogPage>(r#"[{"id":"1"}]"#).unwrap_err();
    assert!(wrong.to_string().contains("timestamp"), "{wrong}");
    assert!(serde_json::from_str::<LogPage>("\"no lines\"").is_err());
}

#[test]
fn a_log_line_is_read_tolerantly() {
    let least: LogLine = read(json!({"id": "1", "timestamp": "2026-11-24T10:00:00+02:00"}));
    assert_eq!((least.timestamp, least.level), (at(8, 0), LogLevel::Info));
    assert_eq!((least.message.as_str(), least.fields.len()), ("", 0));
    let nulls: LogLine = read(
        json!({"id": "1", "timestamp": "2026-11-24T08:00:00Z", "level": null,
                                     "message": null, "source": null, "fields": null, "x": 1}),
    );
    assert_eq!((nulls.level, nulls.source), (LogLevel::Info, None));
    let odd: LogLine =
        read(json!({"id": "1", "timestamp": "2026-11-24T08:00:00Z", "level": "TRACE"}));
    assert_eq!(odd.level, LogLevel::Unknown("TRACE".to_owned()));
    assert_eq!(write(&odd)["timestamp"], "2026-11-24T08:00:00Z");
}

#[test]
fn fractions_are_read_as_the_nearest_whole_number() {
    for (sent, read_as) in [
        ("12.5", Some(13)),
        ("0.2", Some(0)),
        ("-1", Some(0)),
        ("1e12", Some(u32::MAX)),
        ("7", Some(7)),
        ("null", None),
    ] {
        let health = format!(
            r#"{{"status":"healthy","latencyMs":{sent},"checks":[{{"name":"db","status":"healthy","latencyMs":{sent}}}]}}"#
        );
        let health: Health = serde_json::from_str(&health).unwrap();
        assert_eq!(health.latency_ms, read_as, "{sent}");
        assert_eq!(health.checks[0].latency_ms, read_as, "{sent}");
    }
    for (sent, read_as) in [("33.4", 33), ("100.0", 100), ("1000", 255)] {
        let deployment = format!(
            r#"{{"id":"d","applicationKey":"a","environment":"dev","status":"running","progress":{sent}}}"#
        );
        let deployment: Deployment = serde_json::from_str(&deployment).unwrap();
        assert_eq!(deployment.progress, Some(read_as), "{sent}");
    }
}

#[test]
fn metrics() {
    let wire = json!({"series": [
        {"name": "cpu_percent", "unit": "percent", "points": [["2026-11-24T08:00:00Z", 12.5]]},
        {"name": "error_rate", "unit": "ratio", "points": []}
    ]});
    let series = |name: &str, unit: &str, points| MetricSeries {
        name: name.to_owned(),
        unit: some(unit),
        points,
    };
    let metrics = Metrics {
        series: vec![
            series(
                "cpu_percent",
                "percent",
                vec![MetricPoint(at(8, 0), Some(12.5))],
            ),
            series("error_rate", "ratio", vec![]),
        ],
    };
    both_ways(wire, metrics);
    let seconds = at(8, 0).timestamp();
    for time in [json!(seconds), json!(seconds * 1000), json!(seconds as f64)] {
        let point: MetricPoint = read(json!([time, null]));
        assert_eq!(point, MetricPoint(at(8, 0), None));
    }
    let none: Metrics = read(json!({"series": null}));
    assert_eq!(none.series, vec![]);
}

#[test]
fn events() {
    let wire = json!({"data": [{
        "at": "2026-11-24T08:00:00Z", "kind": "deployment", "by": "aino.laine",
        "summary": "miso/hello:1.1 to dev: completed", "ref": "d-1"
    }]});
    let events = Events {
        data: vec![Event {
            at: at(8, 0),
            kind: EventKind::Deployment,
            by: some("aino.laine"),
            summary: "miso/hello:1.1 to dev: completed".to_owned(),
            reference: some("d-1"),
        }],
    };
    both_ways(wire, events);
    let least: Event = read(json!({"at": "2026-11-24T08:00:00Z", "kind": "audit"}));
    assert_eq!(write(&least.kind), "audit");
    assert_eq!((least.by, least.reference), (None, None));
}
