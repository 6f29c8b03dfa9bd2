//! What was measured and what happened: asked for in ranges, kept, and missed where there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use miso_api::HealthStatus;
use miso_client::{AnswerFact, Capability, Code, LogSays, MarkKind, Resource, Source, TimeRange};
use serde_json::{Value, json};

use crate::far_end::{Answer, FarEnd, restored, restored_at, tokens, until};
use crate::flying::Flying;

const PLACE: (&str, &str) = ("shop", "dev");

fn ago(seconds: i64) -> String {
    (chrono::Utc::now() - chrono::TimeDelta::seconds(seconds)).to_rfc3339()
}

fn shop() -> Value {
    json!({"key": "shop", "displayName": "Shop", "type": "webapp", "status": "running",
        "healthCheck": {"path": "/up", "interval": 30},
        "environmentOverrides": {"prod": {"healthCheck": {"interval": 10}}},
        "environments": [
            {"environment": "prod", "status": "running", "health": "healthy",
                "healthSince": ago(200_000)},
            {"environment": "dev", "status": "running", "health": "unhealthy",
                "healthSince": ago(60), "healthMessage": "check db refused"}]})
}

fn answers(line: &str) -> Answer {
    let path = line.split('?').next().unwrap_or_default();
    match path {
        "POST /token" => tokens(1),
        "GET /api/applications/shop" => Answer::json(200, shop()),
        "GET /api/applications/shop/health" if line.contains("environment=prod") => {
            Answer::json(200, json!({"status": "healthy", "history": []}))
        }
        "GET /api/applications/shop/health" => Answer::json(
            200,
            json!({"status": "unhealthy", "history": [
                {"at": ago(3000), "status": "healthy"},
                {"at": ago(60), "status": "unhealthy", "message": "check db refused"}]}),
        ),
        "GET /api/applications/shop/metrics" => Answer::json(
            200,
            json!({"series": [{"name": "cpu_percent", "unit": "percent", "points":
                [[ago(60), 4.5], [ago(40), null], [ago(20), 4.5]]}]}),
        ),
        "GET /api/applications/shop/events" => Answer::json(
            200,
            json!({"data": [{"at": ago(90), "kind": "configuration", "by": "bo",
                "summary": "LOG_LEVEL"}]}),
        ),
        "GET /api/applications/shop/deployments" => Answer::json(
            200,
            json!({"data": [{"id": "d-1", "applicationKey": "shop", "environment": "dev",
                "image": "shop:2", "previousImage": "shop:1", "status": "completed",
                "createdAt": ago(120), "startedAt": ago(119), "completedAt": ago(100)}]}),
        ),
        _ => Answer::json(200, json!({"data": []})),
    }
}

fn place() -> (String, String) {
    (PLACE.0.to_owned(), PLACE.1.to_owned())
}

#[tokio::test]
async fn a_timeline_is_made_of_what_each_call_says() {
    let far_end = FarEnd::start(|asked| answers(&asked.line)).await;
    let here = restored(&far_end).await;
    let ((application, environment), client) = (place(), &here.client);
    client.deployments(Some(application.clone())).await.unwrap();
    let range = client.timeline_range(application.clone(), environment.clone());
    assert_eq!(range.await.unwrap().value, TimeRange::QuarterHour);
    let made = client.timeline(application.clone(), environment.clone(), TimeRange::Day);
    let line = made.await.unwrap().value;
    let words: Vec<&str> = line
        .health
        .iter()
        .map(|span| span.status.as_str())
        .collect();
    assert_eq!(words, ["unknown", "healthy", "unhealthy"]);
    assert_eq!(line.health[2].message.as_deref(), Some("check db refused"));
    assert_eq!(line.series[0].latest, Some(4.5));
    let kinds: Vec<bool> = line
        .marks
        .iter()
        .map(|mark| matches!(mark.what, MarkKind::Deployment { .. }))
        .collect();
    assert_eq!(kinds, [true, false]);
    assert_eq!(
        line.unwell_from,
        Some(line.marks[0].at),
        "after the deployment"
    );
    assert!(line.metrics_failure.is_none() && line.events_failure.is_none());
    let asked = |what: &str| {
        let line = format!("GET /api/applications/shop/{what}?environment=dev&from=20");
        far_end.asked(&line).len()
    };
    assert_eq!(
        (asked("health"), asked("metrics"), asked("events")),
        (1, 1, 1)
    );
    let step = far_end.asked("GET /api/applications/shop/metrics")[0]
        .line
        .clone();
    assert!(step.contains("&step=360"), "{step}");
    // It is made once more without a question.
    let again = client.timeline(application, environment, TimeRange::Day);
    assert_eq!(again.await.unwrap().value.series, line.series);
    assert_eq!(
        (asked("health"), asked("metrics"), asked("events")),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn an_answer_from_what_is_known_asks_for_nothing() {
    let far_end = FarEnd::start(|asked| answers(&asked.line)).await;
    let here = restored(&far_end).await;
    let ((application, environment), client) = (place(), &here.client);
    let known = |environment: &'static str| {
        client.known_answer("shop", environment, async |_| None::<LogSays>)
    };
    assert_eq!(known("dev").await, None, "nothing is known yet");
    client.application(application.clone()).await.unwrap();
    client.deployments(Some(application.clone())).await.unwrap();
    let before = far_end.asked("").len();
    let answer = known("dev").await.unwrap();
    assert!(answer.state.is_unwell());
    let has = |wanted: fn(&AnswerFact) -> bool| answer.parts.iter().any(|part| wanted(&part.fact));
    assert!(has(|fact| matches!(
        fact,
        AnswerFact::AfterDeployment { .. }
    )));
    assert_eq!(known("prod").await, None, "it is well there");
    assert_eq!(far_end.asked("").len(), before, "nothing was asked");
    let whole = client.answer(application, environment, async |_| None::<LogSays>);
    assert_eq!(
        whole.await.unwrap().value.map(|answer| answer.parts),
        Some(answer.parts)
    );
}

#[tokio::test]
async fn a_part_of_a_timeline_is_asked_for_in_finer_steps_where_there_are_any() {
    let far_end = FarEnd::start(|asked| answers(&asked.line)).await;
    let here = restored(&far_end).await;
    let to = chrono::Utc::now();
    let part = |seconds| (to - chrono::TimeDelta::seconds(seconds), to);
    let finer = async |range, part| {
        let asked = here.client.timeline_finer(PLACE.0, PLACE.1, range, part);
        asked.await.unwrap()
    };
    let asked = || {
        let calls = far_end.asked("GET /api/applications/shop/metrics?environment=dev&from=20");
        calls.into_iter().map(|call| call.line).collect::<Vec<_>>()
    };
    let closer = finer(TimeRange::Day, part(600)).await.unwrap();
    assert_eq!((closer.step, closer.times.len()), (5_000.0, 121));
    assert_eq!(closer.series[0].largest, Some(4.5));
    let lines = asked();
    assert!(lines[0].contains("&step=5&to=20"), "{lines:?}");
    // The whole is as fine as it gets, and a moment has no steps.
    assert_eq!(finer(TimeRange::Day, part(86_400)).await, None);
    assert_eq!(finer(TimeRange::QuarterHour, part(600)).await, None);
    assert_eq!(finer(TimeRange::Day, part(0)).await, None);
    assert_eq!(asked().len(), 1);
}

#[tokio::test]
async fn what_an_instance_lacks_or_fails_at_is_missed_by_name_and_the_rest_stands() {
    let failures = Arc::new(AtomicUsize::new(0));
    let count = failures.clone();
    let far_end = FarEnd::start(move |asked| {
        if asked.line.contains("/events") {
            return Answer::text(404, "<html>no such path</html>");
        }
        if asked.line.contains("/metrics") {
            count.fetch_add(1, Ordering::SeqCst);
            return Answer::json(403, json!({"error": {"code": "FORBIDDEN"}}));
        }
        answers(&asked.line)
    })
    .await;
    let here = restored(&far_end).await;
    let ((application, environment), client) = (place(), &here.client);
    client.deployments(Some(application.clone())).await.unwrap();
    let metrics = Resource::Metrics {
        application: application.clone(),
        environment: environment.clone(),
        range: TimeRange::Hour,
    };
    let lease = client.watch(metrics);
    let line = || client.timeline(application.clone(), environment.clone(), TimeRange::Hour);
    until("its watcher was refused", || {
        failures.load(Ordering::SeqCst) > 0
    })
    .await;
    let first = line().await.unwrap().value;
    assert_eq!(
        first.metrics_failure.map(|failure| failure.code),
        Some(Code::Forbidden)
    );
    assert_eq!(
        first.events_failure.map(|failure| failure.code),
        Some(Code::NotOffered)
    );
    assert_eq!(client.lacking(), [Capability::Events]);
    assert_eq!(first.marks.len(), 1, "the deployment is known all the same");
    assert_eq!(first.health.len(), 3);
    // However often it is made, only the watcher asks again, in its own time.
    let asked = failures.load(Ordering::SeqCst);
    for _ in 0..5 {
        line().await.unwrap();
    }
    assert_eq!(failures.load(Ordering::SeqCst), asked);
    client.end(&lease.id);
}

#[tokio::test]
async fn a_version_is_sent_only_where_the_same_is_asked_for() {
    let far_end = FarEnd::start(|asked| match &asked.unless {
        Some(_) => Answer::text(304, ""),
        None => answers(&asked.line).with("etag", "\"1\""),
    })
    .await;
    let clock = Arc::new(Flying::new());
    let here = restored_at(&far_end, clock.clone()).await;
    let (application, environment) = place();
    let events = Resource::Events {
        application,
        environment,
        range: TimeRange::Week,
    };
    let sent = || {
        let asked = far_end.asked("GET /api/applications/shop/events");
        asked
            .iter()
            .map(|asked| asked.unless.is_some())
            .collect::<Vec<_>>()
    };
    here.client.refresh(&events).await.unwrap();
    clock.pass(Duration::from_secs(2 * 86_400));
    here.client.refresh(&events).await.unwrap();
    assert_eq!(sent(), [false, false], "another address");
    clock.pass(Duration::from_secs(1));
    here.client.refresh(&events).await.unwrap();
    assert_eq!(sent(), [false, false, true]);
}

#[tokio::test]
async fn all_environments_are_told_with_their_day_and_how_they_are_probed() {
    let far_end = FarEnd::start(|asked| answers(&asked.line)).await;
    let here = restored(&far_end).await;
    let overview = here
        .client
        .health_overview("shop".to_owned())
        .await
        .unwrap();
    assert_eq!(overview.source, Source::Live);
    let told: Vec<_> = overview
        .value
        .iter()
        .map(|place| {
            let words: Vec<&str> = place
                .spans
                .iter()
                .map(|span| span.status.as_str())
                .collect();
            (
                place.environment.key.as_str(),
                place.probe.interval_seconds,
                words,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("dev", Some(30), vec!["unknown", "healthy", "unhealthy"]),
            // Nothing changed for two days: so it was all the time.
            ("prod", Some(10), vec!["healthy"]),
        ]
    );
    assert_eq!(overview.value[0].status, HealthStatus::Unhealthy);
    assert_eq!(overview.value[1].probe.path.as_deref(), Some("/up"));
}
