//! The faults of the API that SECURITY.md names, each with what becomes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Utc;
use miso_api::{Appended, LineSink, LogLine};
use miso_client::{Clock, Code, LogPlace, Resource};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, Restored, restored, restored_at, tokens, until};
use crate::flying::Flying;
use crate::hostile::{Act, answer, cut, endless, gzip_bomb, hostile, json as says};

const JSON: (&str, &str) = ("content-type", "application/json");
const ME: &str = r#"{"id": "u-1", "username": "aino"}"#;

/// A client of a server that answers every call like this.
async fn against(act: fn() -> Act) -> Restored {
    let act = act();
    let (far_end, _) = hostile(move |_| act.clone()).await;
    restored(&far_end).await
}

fn nested(open: &str, close: &str) -> String {
    format!("{}1{}", open.repeat(10_000), close.repeat(10_000))
}

/// A fault, what the server does, and the code that comes of it.
type Fault = (&'static str, fn() -> Act, Code);

const BODIES: [Fault; 13] = [
    ("a gzip bomb", gzip_bomb, Code::TooLarge),
    ("an endless body", || endless("[", "1,"), Code::TooLarge),
    (
        "an endless text",
        || endless("\"", "xxxxxxxx"),
        Code::TooLarge,
    ),
    (
        "JSON nested 10,000 deep",
        || says(200, &nested("[", "]")),
        Code::NotMiso,
    ),
    (
        "objects nested 10,000 deep",
        || says(200, &nested(r#"{"id":"#, "}")),
        Code::NotMiso,
    ),
    (
        "millions of small objects",
        || says(200, &format!("[{}1]", "{},".repeat(3_000_000))),
        Code::TooLarge,
    ),
    (
        "millions of numbers",
        || says(200, &format!("[{}1]", "1,".repeat(4_000_000))),
        Code::TooLarge,
    ),
    (
        "one text of 9 MiB where a person is expected",
        || says(200, &format!("\"{}\"", "x".repeat(9 << 20))),
        Code::NotMiso,
    ),
    (
        "invalid UTF-8",
        || answer(200, &[JSON], b"{\"id\": \"\xff\xfe\", \"username\": \"a\"}"),
        Code::NotMiso,
    ),
    (
        "an HTML page with 200",
        || {
            answer(
                200,
                &[("content-type", "text/html")],
                b"<html>sign in</html>",
            )
        },
        Code::NotMiso,
    ),
    (
        "an HTML page that is said to be JSON",
        || says(200, "<html>sign in</html>"),
        Code::NotMiso,
    ),
    (
        "a wrong content type",
        || answer(200, &[("content-type", "text/plain")], ME.as_bytes()),
        Code::NotMiso,
    ),
    ("nothing at all", || says(200, ""), Code::NotMiso),
];

#[tokio::test]
async fn promise_hostile_bodies_are_bounded() {
    let mut most = 0;
    for (name, act, code) in BODIES {
        let here = against(act).await;
        let memory = Memory::begin();
        let failure = here.client.me().await.unwrap_err();
        assert_eq!(failure.code, code, "{name}");
        if code == Code::NotMiso {
            assert_eq!(failure.params["status"], "200", "{name}");
            let excerpt = failure.params["excerpt"].chars().count();
            assert!(excerpt <= 500, "{name}: {excerpt} characters");
        }
        let grown = memory.grown();
        println!("{name}: {code:?}, {grown} MiB");
        assert!(grown <= 64, "{name}: {grown} MiB");
        most = most.max(grown);
    }
    println!(
        "figure: {} hostile bodies, memory grew at most {most} MiB",
        BODIES.len()
    );
}

/// The largest answers that are read at all, and kept.
#[tokio::test]
async fn the_largest_answers_are_read_in_bounded_memory() {
    let one = || {
        let text = "x".repeat(9 << 20);
        says(200, &format!(r#"{{"id": "u-1", "username": "{text}"}}"#))
    };
    let many = || {
        let place = r#"{"environment":"e","status":"running"}"#;
        let places = format!("{place},{place},{place},{place}");
        let small =
            format!(r#"{{"key":"a","displayName":"b","type":"api","environments":[{places}]}}"#);
        says(
            200,
            &format!("[{small}{}]", format!(",{small}").repeat(5_199)),
        )
    };
    for (name, act, resource) in [
        ("of 9 MiB in one text", one as fn() -> Act, Resource::Me),
        (
            "of 5,200 applications in four places",
            many,
            Resource::Applications,
        ),
    ] {
        let here = against(act).await;
        let memory = Memory::begin();
        here.client.refresh(&resource).await.unwrap();
        let grown = memory.grown();
        println!("figure: an answer {name}, memory grew {grown} MiB");
        assert!(grown <= 64, "{name}: {grown} MiB");
    }
}

/// Long lines: a page of them is more than is taken at once, and all of them come all the same.
#[tokio::test]
async fn a_page_of_a_log_that_is_too_large_is_asked_for_in_parts() {
    const LINES: usize = 2_500;
    const LENGTH: usize = 8 * 1024;
    let far_end = FarEnd::start(|asked| {
        if asked.line == "POST /token" {
            return tokens(1);
        }
        let url = url::Url::parse("http://x").unwrap();
        let url = url.join(asked.line.trim_start_matches("GET ")).unwrap();
        let number = |name: &str| {
            let mut pairs = url.query_pairs();
            let found = pairs.find_map(|(key, value)| (key == name).then(|| value.parse().unwrap()));
            found.unwrap_or(0)
        };
        let (from, limit): (usize, usize) = (number("cursor"), number("limit"));
        let to = LINES.min(from + limit);
        let text = "x".repeat(LENGTH);
        let lines: Vec<_> = (from..to)
            .map(|id| json!({"id": id.to_string(), "timestamp": "2026-11-25T10:00:00Z", "message": text}))
            .collect();
        Answer::json(200, json!({"data": lines, "nextCursor": to.to_string()}))
    })
    .await;
    let here = restored(&far_end).await;
    let count = Arc::new(Count::default());
    let place = LogPlace {
        sink: count.clone(),
        cursor: Some("0".to_owned()),
        keep_cursor: Arc::new(|_| {}),
    };
    let (application, environment) = ("orders".to_owned(), "dev".to_owned());
    let lease = here
        .client
        .follow_log(application, environment, place, |_| {});
    until("all lines are there", || {
        count.0.load(Ordering::SeqCst) == LINES
    })
    .await;
    here.client.end(&lease.id);
    let asked = far_end.asked("GET /api/applications/orders/logs");
    assert!(asked[0].line.contains("limit=5000"), "{}", asked[0].line);
    assert!(asked[1].line.contains("limit=625"), "{}", asked[1].line);
}

/// Counts lines.
#[derive(Default)]
struct Count(AtomicUsize);

impl LineSink for Count {
    fn append(&self, lines: &[LogLine]) -> std::io::Result<Appended> {
        let total = self.0.fetch_add(lines.len(), Ordering::SeqCst) + lines.len();
        let (total, new) = (total as u64, lines.len());
        Ok(Appended { total, new })
    }
}

#[tokio::test]
async fn a_cut_body_is_no_answer() {
    for (name, act) in [
        ("cut in the body", (|| cut(200, ME)) as fn() -> Act),
        ("cut in the headers", || {
            Act::Cut("HTTP/1.1 200 OK\r\ncont".into())
        }),
        ("cut before anything", || Act::Cut("".into())),
        ("cut gzip", || {
            let headers = [JSON, ("content-encoding", "gzip")];
            answer(200, &headers, &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1])
        }),
        ("no HTTP", || {
            Act::Cut("220 mail.example.com ESMTP\r\n".into())
        }),
    ] {
        let here = against(act).await;
        let failure = here.client.me().await.unwrap_err();
        assert!(
            matches!(failure.code, Code::Offline | Code::NotMiso),
            "{name}: {failure:?}"
        );
    }
}

/// Reads only, a few times, after a pause; a watched one comes again by itself.
#[tokio::test]
async fn a_read_that_failed_by_chance_goes_again() {
    type Fail = fn() -> Act;
    let rows: [(&str, Fail, usize, usize, bool); 9] = [
        ("500 once", || says(500, ""), 1, 2, true),
        (
            "a gateway's page twice",
            || answer(502, &[], b"<html>"),
            2,
            3,
            true,
        ),
        ("500 all the time", || says(500, ""), 9, 3, false),
        ("a cut answer", || cut(200, ME), 1, 2, true),
        ("a closed connection", || Act::Cut("".into()), 1, 2, true),
        (
            "403",
            || says(403, r#"{"error": {"code": "FORBIDDEN"}}"#),
            9,
            1,
            false,
        ),
        ("a portal's page", || says(200, "<html>"), 9, 1, false),
        (
            "down for 4 s",
            || answer(503, &[JSON, ("retry-after", "4")], b""),
            1,
            2,
            true,
        ),
        (
            "down for an hour",
            || answer(503, &[JSON, ("retry-after", "3600")], b""),
            9,
            1,
            false,
        ),
    ];
    for (name, fail, times, asked, is_well) in rows {
        let failures = AtomicUsize::new(0);
        let (far_end, seen) = hostile(move |_| {
            let failed = failures.fetch_add(1, Ordering::SeqCst);
            if failed < times {
                fail()
            } else {
                says(200, ME)
            }
        })
        .await;
        let clock = Arc::new(Flying::new());
        let here = restored_at(&far_end, clock.clone()).await;
        let begun = clock.monotonic();
        let answer = here.client.me().await;
        assert_eq!(answer.is_ok(), is_well, "{name}: {answer:?}");
        assert_eq!(seen.lock().unwrap().len(), asked, "{name}");
        let waited = clock.monotonic() - begun;
        assert_eq!(waited.is_zero(), asked == 1, "{name}");
        if name.contains("4 s") {
            assert!(waited.as_secs() >= 4, "{name}: {waited:?}");
        }
    }
}

#[tokio::test]
async fn what_is_not_known_or_missing_in_an_error_does_not_hide_it() {
    for (name, status, body, code, request) in [
        (
            "without a request id",
            403,
            r#"{"error": {"code": "FORBIDDEN", "message": "no"}}"#,
            Code::Forbidden,
            None,
        ),
        (
            "with a request id",
            403,
            r#"{"error": {"code": "FORBIDDEN", "message": "no", "requestId": "req-7"}}"#,
            Code::Forbidden,
            Some("req-7"),
        ),
        (
            "without a message",
            404,
            r#"{"error": {"code": "NOT_FOUND"}}"#,
            Code::NotFound,
            None,
        ),
        (
            "with a word nobody knows",
            418,
            r#"{"error": {"code": "TEAPOT", "message": "no", "requestId": "req-8", "x": [1]}}"#,
            Code::Validation,
            Some("req-8"),
        ),
        (
            "of another shape",
            400,
            r#"{"error": "no"}"#,
            Code::NotMiso,
            None,
        ),
        ("empty", 503, "", Code::NotMiso, None),
    ] {
        let (far_end, _) = hostile(move |_| says(status, body)).await;
        let failure = restored(&far_end).await.client.me().await.unwrap_err();
        assert_eq!(failure.code, code, "{name}");
        assert_eq!(failure.request_id.as_deref(), request, "{name}");
        assert_eq!(failure.params["status"], status.to_string(), "{name}");
    }
}

/// The moments a server names are its own: what lies in the past is over, what lies far ahead is
/// an hour at most, and its clock may differ from ours.
#[tokio::test]
async fn reset_times_and_dates_are_taken_for_what_they_can_be() {
    let http_date = |at: chrono::DateTime<Utc>| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for (name, skew, reset, remaining, expected) in [
        ("in the past", 0, -3600, 0, Ok(())),
        ("in the past, by a clock ahead", 300, -1, 0, Ok(())),
        ("far ahead", 0, 10 * 365 * 86_400, 0, Err(3600)),
        ("in four minutes, by a clock ahead", 300, 240, 0, Err(240)),
        ("in four minutes, by a clock behind", -300, 240, 0, Err(240)),
        (
            "far ahead, with plenty left",
            0,
            10 * 365 * 86_400,
            500,
            Ok(()),
        ),
    ] {
        let (far_end, _) = hostile(move |_| {
            let now = Utc::now() + chrono::TimeDelta::seconds(skew);
            let (date, reset) = (http_date(now), (now.timestamp() + reset).to_string());
            let remaining = remaining.to_string();
            let headers = [
                JSON,
                ("date", date.as_str()),
                ("x-ratelimit-limit", "1000"),
                ("x-ratelimit-remaining", remaining.as_str()),
                ("x-ratelimit-reset", reset.as_str()),
            ];
            answer(200, &headers, ME.as_bytes())
        })
        .await;
        let here = restored(&far_end).await;
        here.client.me().await.unwrap();
        let next = here.client.refresh(&Resource::Me).await;
        assert_seconds(name, next, expected);
    }
    for (name, skew, after, expected) in [
        ("a date", 0, 120, 120),
        ("a date, by a clock ahead", 300, 120, 120),
        ("a date, by a clock behind", -300, 120, 120),
        ("a date in the far future", 0, 100 * 365 * 86_400, 3600),
    ] {
        let (far_end, _) = hostile(move |_| {
            let now = Utc::now() + chrono::TimeDelta::seconds(skew);
            let date = http_date(now);
            let retry = http_date(now + chrono::TimeDelta::seconds(after));
            let headers = [
                JSON,
                ("date", date.as_str()),
                ("retry-after", retry.as_str()),
            ];
            let body = br#"{"error": {"code": "RATE_LIMITED", "message": "wait"}}"#;
            answer(429, &headers, body)
        })
        .await;
        let here = restored(&far_end).await;
        // A read is sent again when its time has come; that is too far off for a click.
        let told = here.client.me().await.map(drop);
        assert_seconds(name, told, Err(expected));
    }
}

fn assert_seconds(
    name: &str,
    outcome: Result<(), miso_client::Failure>,
    expected: Result<(), u64>,
) {
    match (outcome, expected) {
        (Ok(()), Ok(())) => {}
        (Err(failure), Err(seconds)) => {
            assert_eq!(failure.code, Code::RateLimited, "{name}");
            let told: f64 = failure.params["seconds"].parse().unwrap();
            assert!(
                told <= seconds as f64 + 1.0 && told >= seconds as f64 - 5.0,
                "{name}: {told} s"
            );
        }
        (outcome, expected) => unreachable!("{name}: {outcome:?}, not {expected:?}"),
    }
}

/// How much the process grew, at its peak. 0 where the system does not say.
struct Memory {
    before: u64,
}

impl Memory {
    fn begin() -> Self {
        // Linux: the peak begins anew.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Self {
            before: kilobytes("VmRSS:"),
        }
    }

    /// In MiB.
    fn grown(&self) -> u64 {
        kilobytes("VmHWM:").saturating_sub(self.before) / 1024
    }
}

fn kilobytes(of: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(of));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
