//! What changes something, against a server that fails at it in every way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use miso_api::DeployRequest;
use miso_client::{Clock, Code};
use serde_json::{Value, json};

use crate::far_end::{restored_at, until};
use crate::flying::Flying;
use crate::hostile::{Act, answer, cut, gzip_bomb, hostile, json as says};

const DEPLOYS: usize = 1_000;
const HOUR: Duration = Duration::from_secs(3600);

/// What a fault comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// It happened, and was found.
    Found,
    /// Nobody knows.
    Unknown,
    /// It did not happen, and that is known.
    Refused(Code),
}

/// A fault: whether the deployment begins all the same, and what is answered.
struct Fault {
    name: &'static str,
    begins: bool,
    act: fn() -> Act,
    outcome: Outcome,
}

const fn fault(name: &'static str, begins: bool, act: fn() -> Act, outcome: Outcome) -> Fault {
    Fault {
        name,
        begins,
        act,
        outcome,
    }
}

const FAULTS: [Fault; 18] = [
    fault(
        "closed, after it began",
        true,
        || Act::Cut("".into()),
        Outcome::Found,
    ),
    fault(
        "closed, before it began",
        false,
        || Act::Cut("".into()),
        Outcome::Unknown,
    ),
    fault("cut in the body", true, || cut(202, "{"), Outcome::Found),
    fault(
        "cut in the headers",
        true,
        || Act::Cut("HTTP/1.1 202 Accep".into()),
        Outcome::Found,
    ),
    fault(
        "500, after it began",
        true,
        || error(500, "INTERNAL_ERROR"),
        Outcome::Found,
    ),
    fault(
        "500, before it began",
        false,
        || error(500, "INTERNAL_ERROR"),
        Outcome::Unknown,
    ),
    fault(
        "a gateway's 504 in JSON",
        true,
        || error(504, "GATEWAY_TIMEOUT"),
        Outcome::Found,
    ),
    fault("a gateway's page", false, || page(502), Outcome::Unknown),
    fault(
        "a gateway's page, after it began",
        true,
        || page(504),
        Outcome::Found,
    ),
    fault("a portal's page", false, || page(200), Outcome::Unknown),
    fault("a page with 404", false, || page(404), Outcome::Unknown),
    fault(
        "broken JSON",
        true,
        || says(202, "{\"id\": "),
        Outcome::Found,
    ),
    fault("other JSON", true, || says(202, "[]"), Outcome::Found),
    fault("a gzip bomb", true, gzip_bomb, Outcome::Found),
    fault(
        "a redirect",
        false,
        || answer(307, &[("location", "/api/applications/orders/deploy")], b""),
        Outcome::Unknown,
    ),
    fault(
        "409",
        false,
        || error(409, "CONFLICT"),
        Outcome::Refused(Code::Conflict),
    ),
    fault(
        "429",
        false,
        || error(429, "RATE_LIMITED"),
        Outcome::Refused(Code::RateLimited),
    ),
    fault(
        "400",
        false,
        || error(400, "VALIDATION_ERROR"),
        Outcome::Refused(Code::Validation),
    ),
];

fn error(status: u16, code: &str) -> Act {
    let body = json!({"error": {"code": code, "message": "no", "requestId": "req-1"}});
    says(status, &body.to_string())
}

fn page(status: u16) -> Act {
    answer(status, &[("content-type", "text/html")], b"<html>")
}

fn deploy() -> DeployRequest {
    DeployRequest {
        environment: "dev".to_owned(),
        image: Some("a:1".to_owned()),
        note: None,
        ..DeployRequest::default()
    }
}

/// What the server has.
#[derive(Default)]
struct Stock {
    deployments: Vec<Value>,
    posts: usize,
}

impl Stock {
    /// A deployment begins, as often as it is asked for: no key keeps it from that.
    fn begin(&mut self, at: &str, key: Option<String>) {
        let id = format!("d-{}", self.deployments.len());
        self.deployments
            .push(json!({"id": id, "applicationKey": "orders",
            "environment": "dev", "image": "a:1", "status": "completed", "createdAt": at,
            "idempotencyKey": key}));
    }

    fn list(&self) -> Act {
        let newest: Vec<_> = self.deployments.iter().rev().take(50).collect();
        says(200, &json!({ "data": newest }).to_string())
    }
}

/// One client against one server, which keeps the key or does not.
async fn deploys(count: usize, keeps_keys: bool) -> (usize, usize) {
    let clock = Arc::new(Flying::new());
    let stock = Arc::new(Mutex::new(Stock::default()));
    let (inside, time) = (stock.clone(), clock.clone());
    let (far_end, _) = hostile(move |asked| {
        let mut stock = inside.lock().unwrap();
        if asked.line != "POST /api/applications/orders/deploy" {
            return stock.list();
        }
        let fault = &FAULTS[stock.posts % FAULTS.len()];
        stock.posts += 1;
        if fault.begins {
            stock.begin(
                &time.now().to_rfc3339(),
                asked.key.clone().filter(|_| keeps_keys),
            );
        }
        (fault.act)()
    })
    .await;
    let here = restored_at(&far_end, clock.clone()).await;
    let mut unknown = 0;
    for number in 0..count {
        let fault = &FAULTS[number % FAULTS.len()];
        let before = stock.lock().unwrap().deployments.len();
        let outcome = match here.client.deploy("orders", &deploy()).await {
            Ok(found) => {
                let newest = stock.lock().unwrap().deployments.last().cloned();
                assert_eq!(found.id, newest.unwrap()["id"], "{}", fault.name);
                Outcome::Found
            }
            Err(failure) if failure.code == Code::OutcomeUnknown => Outcome::Unknown,
            Err(failure) => Outcome::Refused(failure.code),
        };
        assert_eq!(outcome, fault.outcome, "{}", fault.name);
        unknown += usize::from(outcome == Outcome::Unknown);
        let stock = stock.lock().unwrap();
        assert_eq!(stock.posts, number + 1, "{}: sent once", fault.name);
        let begun = stock.deployments.len() - before;
        assert_eq!(begun, usize::from(fault.begins), "{}", fault.name);
        clock.pass(HOUR);
    }
    (stock.lock().unwrap().posts, unknown)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn promise_a_write_is_sent_once() {
    const CLIENTS: usize = 8;
    let mut all = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        all.spawn(deploys(DEPLOYS / CLIENTS, client % 2 == 0));
    }
    let (mut posts, mut unknown) = (0, 0);
    while let Some(done) = all.join_next().await {
        let (sent, not_known) = done.unwrap();
        posts += sent;
        unknown += not_known;
    }
    assert_eq!(posts, DEPLOYS);
    println!(
        "figure: {DEPLOYS} deployments with {} faults, {posts} requests, no duplicate, {unknown} said to be unknown",
        FAULTS.len()
    );
}

#[tokio::test]
async fn a_deployment_that_times_out_after_it_was_accepted_is_found() {
    let clock = Arc::new(Flying::new());
    let stock = Arc::new(Mutex::new(Stock::default()));
    let (inside, time) = (stock.clone(), clock.clone());
    let (far_end, _) = hostile(move |asked| {
        let mut stock = inside.lock().unwrap();
        if asked.line != "POST /api/applications/orders/deploy" {
            return stock.list();
        }
        stock.posts += 1;
        stock.begin(&time.now().to_rfc3339(), None);
        // The answer begins and never ends.
        Act::Say("HTTP/1.1 202 Accepted\r\ncontent-length: 9\r\n\r\n".into())
    })
    .await;
    let here = restored_at(&far_end, clock).await;
    let client = here.client.clone();
    let deploying = tokio::spawn(async move { client.deploy("orders", &deploy()).await });
    until("it was accepted", || stock.lock().unwrap().posts == 1).await;
    // Half a minute and more passes at once.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    let found = deploying.await.unwrap().unwrap();
    assert_eq!(found.id, "d-0");
    assert_eq!(stock.lock().unwrap().posts, 1);
}

/// What a request leaves to the instance to name is not what a colleague sends meanwhile.
#[tokio::test]
async fn a_restart_whose_answer_is_lost_is_not_taken_for_what_a_colleague_deploys() {
    for (image, expected) in [("a:1", None), ("a:2", Some(Code::OutcomeUnknown))] {
        let clock = Arc::new(Flying::new());
        let (time, posted) = (clock.clone(), Mutex::new(false));
        let (far_end, _) = hostile(move |asked| {
            let line = asked.line.as_str();
            let mut posted = posted.lock().unwrap();
            if line.starts_with("POST") {
                *posted = true;
                return Act::Cut("".into());
            }
            if line == "GET /api/openapi.json" {
                let deploy = json!({"post": {"requestBody": {"content": {"application/json": {
                    "schema": {"properties": {"environment": {}, "image": {}},
                        "required": ["environment"]}}}}}});
                let paths = json!({"/api/applications/{key}/deploy": deploy});
                return says(200, &json!({ "paths": paths }).to_string());
            }
            if line.contains("/deployments") && *posted {
                let one = json!({"id": "d-9", "applicationKey": "orders", "environment": "dev",
                    "image": image, "status": "completed", "createdAt": time.now().to_rfc3339()});
                return says(200, &json!({ "data": [one] }).to_string());
            }
            if line.starts_with("GET /api/applications?") {
                let dev = json!({"environment": "dev", "status": "running", "health": "healthy",
                    "image": "a:1"});
                let orders = json!({"key": "orders", "displayName": "Orders", "type": "api",
                    "environments": [dev]});
                return says(200, &json!([orders]).to_string());
            }
            says(200, r#"{"data": []}"#)
        })
        .await;
        let here = restored_at(&far_end, clock).await;
        here.client.applications().await.unwrap();
        let restart = DeployRequest {
            image: None,
            ..deploy()
        };
        let restarted = here.client.deploy("orders", &restart).await;
        assert_eq!(
            restarted.err().map(|failure| failure.code),
            expected,
            "{image}"
        );
    }
}

/// Neither the budget nor a slow server makes anybody wait beyond the limit for what became of a
/// write.
#[tokio::test]
async fn looking_up_ends_in_its_time_whatever_the_budget_says() {
    let clock = Arc::new(Flying::new());
    let (far_end, seen) = hostile(|asked| {
        if asked.line.starts_with("POST") {
            return Act::Cut("".into());
        }
        if asked.line == "GET /api/environments" {
            return says(200, "[]");
        }
        // Each answer leaves nothing for the next half minute.
        let retry = [("content-type", "application/json"), ("retry-after", "30")];
        let body = json!({"error": {"code": "RATE_LIMITED", "message": "wait"}});
        answer(429, &retry, body.to_string().as_bytes())
    })
    .await;
    let here = restored_at(&far_end, clock.clone()).await;
    let before = clock.monotonic();
    let failure = here.client.deploy("orders", &deploy()).await.unwrap_err();
    assert_eq!(failure.code, Code::OutcomeUnknown);
    let waited = clock.monotonic() - before;
    assert!(waited <= Duration::from_secs(180), "{waited:?}");
    let posts = seen
        .lock()
        .unwrap()
        .iter()
        .filter(|asked| asked.line.starts_with("POST"))
        .count();
    assert_eq!(posts, 1);
}
