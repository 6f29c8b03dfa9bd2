//! The logs of a deployment whose process prints more than an answer can have.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;

const ID: &str = "6f1c2d9e-0000-4000-8000-000000000001";
/// More than one answer of an instance may have.
const LARGEST: usize = 10 * 1024 * 1024;
const FEW: i64 = 300;
const MANY: i64 = 12_000;

fn at(milliseconds: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-01-31T12:00:00Z".parse().unwrap();
    start + TimeDelta::milliseconds(milliseconds)
}

/// A deployment of two steps: in the first its process printed few lines, in the second many long
/// ones.
async fn talkative(bench: &Bench) {
    bench.registered("dev", "orders-api").await;
    let steps = json!([
        {"name": "start", "status": "completed", "startedAt": at(0), "completedAt": at(1000)},
        {"name": "health", "status": "failed", "startedAt": at(1000), "completedAt": at(60_000),
            "message": "never healthy"},
        {"name": "switch", "status": "skipped"},
    ]);
    let times = [at(0), at(60_000)].map(store::millis);
    bench
        .site
        .store
        .call(move |db| {
            Ok(db.execute(
                "INSERT INTO deployments (id, application, environment, image, status, error,
                     requested_by, created_at, started_at, completed_at, steps, manifest, instance)
                 VALUES (?1, 'orders-api', 'dev', 'miso/hello:1.0', 'failed', 'never healthy',
                     'x', ?2, ?2, ?3, ?4, '{}', 'orders-1')",
                (ID, times[0], times[1], steps.to_string()),
            )?)
        })
        .await
        .unwrap();
    let place = Place::new("orders-api", "dev");
    let log = bench.site.platform.logs.of(&place).unwrap();
    let say = |milliseconds, instance: &str, text: &str| {
        let said = Said::printed(Stream::Stdout, instance, text);
        log.append(at(milliseconds), said).unwrap();
    };
    for number in 0..FEW {
        say(number, "orders-1", &format!("begins {number}"));
    }
    say(999, "orders-1", "the last of the first step");
    let long = "x".repeat(1000);
    for number in 0..MANY {
        say(1000 + number, "orders-1", &format!("waits {number} {long}"));
        if number % 100 == 0 {
            say(1000 + number, "orders-0", "of the process before it");
        }
    }
}

fn messages(lines: &Value) -> Vec<&str> {
    let lines = lines.as_array().unwrap().iter();
    lines
        .map(|line| line["message"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_deployment_has_the_end_of_each_jobs_log_and_its_logs_have_the_newest_lines() {
    let bench = Bench::new();
    talkative(&bench).await;
    let admin = bench.token_for("aino.laine").await;
    let path = format!("/environments/dev/deployments/{ID}");
    let whole = bench.v1_get(&admin, &path).await;
    assert!(whole.text.len() < LARGEST / 4, "{}", whole.text.len());
    let jobs = whole.json()["data"]["jobs"].clone();
    let first = messages(&jobs[0]["logs"]);
    assert_eq!(first.len(), 102, "what the step itself tells stays");
    assert_eq!(first[0], "start begins");
    assert_eq!(first[1], format!("begins {}", FEW - 99));
    assert_eq!(first[100], "the last of the first step");
    assert_eq!(first[101], "start: done");
    let second = messages(&jobs[1]["logs"]);
    assert_eq!(second.len(), 103);
    let newest = format!("waits {} ", MANY - 1);
    assert!(second[100].starts_with(&newest), "{}", second[100]);
    assert_eq!(second[101], "health: never healthy");
    assert_eq!(jobs[2]["logs"], json!([]));

    let logs = bench.v1_get(&admin, &format!("{path}/logs")).await;
    assert!(logs.text.len() < LARGEST, "{}", logs.text.len());
    let logs = logs.json()["data"].clone();
    let all = messages(&logs);
    assert!(all.iter().any(|message| message.starts_with(&newest)));
    assert!(all.len() > 1000 && all.contains(&"start begins"));
    assert!(!all.contains(&"of the process before it"));
    let time = |line: &Value| text(line, "timestamp").parse::<DateTime<Utc>>().unwrap();
    assert!(logs.as_array().unwrap().is_sorted_by_key(time));

    let of_one = format!("{path}/logs?jobId={ID}.1");
    let of_one = bench.v1_get(&admin, &of_one).await.json();
    let of_one = messages(&of_one["data"]);
    assert_eq!(of_one.len() as i64, FEW + 3, "however much came after it");
    assert_eq!(of_one[1], "begins 0");
    for (query, count) in [
        ("since=2026-01-31T12:00:12.999Z".to_owned(), 3),
        ("level=error".to_owned(), 2),
        (format!("jobId={ID}.7"), 0),
        (format!("jobId={ID}.1&level=error"), 0),
        (format!("jobId={ID}.1&since=2026-01-31T12:00:00.999Z"), 2),
    ] {
        let found = bench.v1_get(&admin, &format!("{path}/logs?{query}")).await;
        let found = found.json()["data"].clone();
        assert_eq!(messages(&found).len() as i64, count, "{query}");
    }
    let early = format!("/logs/jobs?jobId={ID}.2&endDate=2026-01-31T12:00:01.001Z");
    let early = bench.v1_get(&admin, &early).await.json();
    assert!(
        messages(&early["data"])[0].starts_with("waits 1 "),
        "{early}"
    );
    assert_eq!(early["meta"]["totalItems"], 3);
}

#[tokio::test]
async fn a_line_of_a_job_is_found_by_its_id_however_old_it_is() {
    let bench = Bench::new();
    talkative(&bench).await;
    let admin = bench.token_for("aino.laine").await;
    let found = async |line: &str| {
        let path = format!("/logs/jobs/{ID}.{line}");
        bench.v1_get(&admin, &path).await
    };
    let list = format!("/environments/dev/deployments/{ID}/logs?jobId={ID}.1");
    let list = bench.v1_get(&admin, &list).await.json();
    for row in list["data"].as_array().unwrap().iter().take(3) {
        let (_, line) = row["id"].as_str().unwrap().split_once('.').unwrap();
        assert_eq!(found(line).await.json()["data"], *row);
    }
    // The number of a line of the process before it is one after that of the line it follows.
    let before_it = format!("{}", FEW + 3);
    for line in [
        "0",
        "01",
        "x",
        "step-99",
        "18446744073709551615",
        &before_it,
    ] {
        assert_eq!(found(line).await.status, 404, "{line}");
    }
}
