//! The explorer: what an instance's document lists, and calls of it by hand, over the one transport.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use miso_client::{
    ApiAnswer, ApiAnswerKind, ApiCall, ApiLanguage, ApiPlace, Code, CopiedCall, Resource,
};
use serde_json::{Value, json};

use crate::far_end::{Answer, FarEnd, Restored, restored, restored_at, tokens};
use crate::hand_clock::HandClock;

/// What the local instance says of itself.
const DOCUMENT: &str = include_str!("../../miso-local/openapi.json");

pub(crate) fn call(method: &str, path: &str) -> ApiCall {
    ApiCall {
        method: method.to_owned(),
        template: path.to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: None,
    }
}

pub(crate) fn with_body(method: &str, path: &str, body: &Value) -> ApiCall {
    ApiCall {
        body: Some(body.to_string()),
        ..call(method, path)
    }
}

pub(crate) async fn send(here: &Restored, call: &ApiCall) -> Result<ApiAnswer, Code> {
    let sent = here.client.send_call(call, None).await;
    sent.map_err(|failure| failure.code)
}

pub(crate) async fn described() -> FarEnd {
    FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/openapi.json" if asked.unless.is_some() => Answer::text(304, ""),
        "GET /api/openapi.json" => Answer::text(200, DOCUMENT).with("etag", "\"1\""),
        "GET /api/environments" => Answer::json(200, json!([])),
        "GET /api/applications/orders" => Answer::json(
            200,
            json!({"key": "orders", "type": "webapp", "environments": []}),
        ),
        _ => Answer::json(200, json!({"ok": true})),
    })
    .await
}

#[tokio::test]
async fn every_operation_of_the_local_instance_is_listed_and_can_be_looked_at() {
    let far_end = described().await;
    let here = restored(&far_end).await;
    let listed = here.client.api_operations(false).await.unwrap();
    assert_eq!(listed.title.as_deref(), Some("Miso API"));
    assert_eq!(listed.left_out, 0);
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut expected: Vec<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let mut found: Vec<(String, String)> = Vec::new();
    for row in &listed.operations {
        found.push((row.method.clone(), row.path.clone()));
        let one = here.client.api_operation(&row.method, &row.path).await;
        let one = one.unwrap();
        assert_eq!(&one.row, row);
        let in_path = one.parameters.iter();
        let in_path = in_path.filter(|parameter| parameter.place == ApiPlace::Path);
        assert_eq!(
            in_path.count(),
            row.path.matches('{').count(),
            "{}",
            row.path
        );
        if let Some(body) = one.body {
            assert!(body.json && !body.fields.is_empty(), "{}", row.path);
            let example: Value = serde_json::from_str(&body.example).unwrap();
            assert!(example.is_object(), "{}: {example}", row.path);
        }
    }
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(
        far_end.asked("GET /api/openapi.json").len(),
        1,
        "asked once"
    );
    let unknown = here.client.api_operation("GET", "/api/nothing").await;
    assert_eq!(unknown.unwrap_err().code, Code::NotFound);
    // Asked for anew it is only asked whether it is the same.
    assert_eq!(here.client.api_operations(true).await.unwrap(), listed);
    let asked = far_end.asked("GET /api/openapi.json");
    assert_eq!(
        (asked.len(), asked[1].unless.as_deref()),
        (2, Some("\"1\""))
    );
}

#[tokio::test]
async fn an_instance_without_a_document_says_so() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::text(404, "not found"),
    })
    .await;
    let here = restored(&far_end).await;
    for anew in [false, false] {
        let code = here.client.api_operations(anew).await.unwrap_err().code;
        assert_eq!(code, Code::NotOffered);
    }
    assert_eq!(far_end.asked("GET /api/openapi.json").len(), 1);
    here.client.api_operations(true).await.unwrap_err();
    assert_eq!(
        far_end.asked("GET /api/openapi.json").len(),
        2,
        "asked for anew"
    );
}

#[tokio::test]
async fn a_read_is_one_request_of_the_budget_and_its_answer_is_shown_as_it_is() {
    let far_end = FarEnd::below("/tools/miso/", |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/applications?page=2&search=a+%26+b" => {
            Answer::text(200, "{\"n\":12345678901234567890123,\"a\":[]}")
                .with("x-request-id", "req-9")
                .with("x-ours", "of access-1 said")
        }
        "GET /api/page" => Answer::text(404, "<h1>no</h1>").with("content-type", "text/html"),
        "GET /api/elsewhere" => Answer::text(302, "").with("location", "http://127.0.0.1:1/"),
        "GET /api/large" => Answer::text(200, &format!("[\"{}\"]", "x".repeat(3 << 20))),
        "GET /api/echo" => Answer::text(200, &format!("{{\"t\":\"{}\"}}", "access-1")),
        "GET /api/broken" => Answer::error(500, "INTERNAL_ERROR"),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await;
    let here = restored(&far_end).await;
    let get = |path: &str| call("GET", path);
    let found = ApiCall {
        query: vec![
            ("page".to_owned(), "2".to_owned()),
            ("search".to_owned(), "a & b".to_owned()),
        ],
        ..get("/api/applications")
    };
    let before = here.client.budget_stand();
    let answer = send(&here, &found).await.unwrap();
    let after = here.client.budget_stand();
    assert_eq!(after.hour.spent, before.hour.spent + 1);
    assert_eq!(after.by_class.interactive, before.by_class.interactive + 1);
    assert_eq!((answer.status, answer.requests), (200, 1));
    assert_eq!(answer.left_this_hour, after.hour.limit - after.hour.spent);
    assert_eq!(
        answer.left_this_minute,
        after.minute.limit - after.minute.spent
    );
    assert_eq!(answer.request_id.as_deref(), Some("req-9"));
    assert_eq!(answer.kind, ApiAnswerKind::Json);
    assert_eq!(
        answer.text,
        "{\n  \"n\": 12345678901234567890123,\n  \"a\": []\n}"
    );
    let ours = answer.headers.iter().find(|(name, _)| name == "x-ours");
    assert_eq!(ours.unwrap().1, "of [token] said");

    let page = send(&here, &get("/api/page")).await.unwrap();
    assert_eq!((page.status, page.kind), (404, ApiAnswerKind::Text));
    let elsewhere = send(&here, &get("/api/elsewhere")).await.unwrap();
    assert_eq!(
        (elsewhere.status, elsewhere.kind),
        (302, ApiAnswerKind::Empty),
        "not followed"
    );
    let large = send(&here, &get("/api/large")).await.unwrap();
    assert!(large.cut && large.bytes == 1 << 20 && large.text.len() == 1 << 20);
    let echo = send(&here, &get("/api/echo")).await.unwrap();
    assert_eq!(echo.text, "{\n  \"t\": \"[token]\"\n}");
    let broken = send(&here, &get("/api/broken")).await.unwrap();
    assert_eq!(broken.status, 500);
    assert_eq!(
        far_end.asked("GET /api/broken").len(),
        1,
        "an answer is an answer"
    );
    let sent = here.client.sent_calls();
    let paths: Vec<(&str, Option<u16>)> = sent
        .iter()
        .map(|one| (one.call.path.as_str(), one.status))
        .collect();
    assert_eq!(paths[0], ("/api/broken", Some(500)));
    assert_eq!(
        (paths.len(), paths[5]),
        (6, ("/api/applications", Some(200)))
    );
}

#[tokio::test]
async fn a_session_that_has_expired_is_renewed_once() {
    let given = Arc::new(AtomicUsize::new(0));
    let giving = given.clone();
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(giving.fetch_add(1, Ordering::SeqCst) + 1),
        _ if asked.token.as_deref() == Some("access-1") => Answer::error(401, "UNAUTHORIZED"),
        "GET /api/never" => Answer::error(401, "UNAUTHORIZED"),
        _ => Answer::json(200, json!({"ok": true})),
    })
    .await;
    let here = restored(&far_end).await;
    let answer = send(&here, &call("GET", "/api/users/me")).await.unwrap();
    assert_eq!((answer.status, answer.requests), (200, 2));
    let never = send(&here, &call("GET", "/api/never")).await;
    assert_eq!(never.unwrap_err(), Code::Unauthorized);
}

#[tokio::test]
async fn promise_no_call_by_hand_leads_elsewhere() {
    let far_end = FarEnd::below("/tools/", |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::json(200, json!({})),
    })
    .await;
    let elsewhere = described().await;
    let here = restored(&far_end).await;
    let foreign = format!("{}api/users/me", elsewhere.url);
    let other = foreign.trim_start_matches("http:").to_owned();
    for path in [
        foreign.as_str(),
        other.as_str(),
        "/../api",
        "/%2e%2e/api",
        "api",
        "/auth/token",
    ] {
        let refused = send(&here, &call("GET", path)).await;
        assert_eq!(refused.unwrap_err(), Code::CallRefused, "{path}");
        let copied = CopiedCall::Call {
            call: call("GET", path),
        };
        assert!(
            here.client.copied_call(&copied, ApiLanguage::Curl).is_err(),
            "{path}"
        );
    }
    for name in ["Authorization", "host", "Cookie", "X-HTTP-Method-Override"] {
        let headers = vec![(name.to_owned(), "x".to_owned())];
        let refused = send(
            &here,
            &ApiCall {
                headers,
                ..call("GET", "/api")
            },
        )
        .await;
        assert_eq!(refused.unwrap_err(), Code::CallRefused, "{name}");
    }
    assert!(far_end.asked("GET /api").is_empty());
    assert!(elsewhere.asked("GET").is_empty());
    assert_eq!(
        here.client.sent_calls(),
        [],
        "what was not sent is not in the history"
    );
}

#[tokio::test]
async fn promise_a_call_by_hand_to_production_is_shown_for_three_seconds() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.starts_with("GET /api/environments") => Answer::json(
            200,
            json!([{"key": "live", "production": true, "status": "healthy"},
                   {"key": "dev", "status": "healthy"}]),
        ),
        _ => Answer::json(202, json!({"id": "d-1"})),
    })
    .await;
    let clock = HandClock::ahead_by(TimeDelta::zero());
    let here = restored_at(&far_end, clock.clone()).await;
    here.client.environments().await.unwrap();
    let deploy = |environment: &str| {
        let body = json!({"environment": environment, "image": "a:1"});
        with_body("POST", "/api/applications/orders/deploy", &body)
    };
    let query = |environment: &str| ApiCall {
        query: vec![("environment".to_owned(), environment.to_owned())],
        ..with_body(
            "PUT",
            "/api/applications/orders/configuration",
            &json!({"items": []}),
        )
    };
    let twice = ApiCall {
        body: Some("{\"environment\":\"prod\",\"environment\":\"dev\"}".to_owned()),
        ..deploy("dev")
    };
    for production in [
        deploy("prod"),
        deploy("live"),
        deploy("PROD"),
        query("prod"),
        query("dev,live"),
        call("DELETE", "/api/environments/prod"),
        call("DELETE", "/api/environments/%70rod"),
        with_body(
            "PUT",
            "/api/applications/orders/access/x",
            &json!({"environments": ["dev", "prod"]}),
        ),
        with_body(
            "PUT",
            "/api/applications/orders",
            &json!({"environments": {"prod": {}}}),
        ),
        twice,
    ] {
        let refused = send(&here, &production).await;
        assert_eq!(refused.unwrap_err(), Code::NotConfirmed, "{production:?}");
        let shown = here.client.show_call(&production).await.unwrap();
        assert!(
            shown.unwrap().environment.name.starts_with("PROD"),
            "{production:?}"
        );
    }
    let sent = || {
        let methods = ["POST /api", "PUT /api", "DELETE /api"];
        methods
            .iter()
            .map(|method| far_end.asked(method).len())
            .sum::<usize>()
    };
    assert_eq!(sent(), 0);
    // What is not of production needs nothing, nor does a read.
    assert_eq!(here.client.show_call(&deploy("dev")).await.unwrap(), None);
    assert_eq!(send(&here, &deploy("dev")).await.unwrap().status, 202);
    send(&here, &call("GET", "/api/environments/prod"))
        .await
        .unwrap();
    assert_eq!(sent(), 1);

    let wanted = deploy("prod");
    let shown = here.client.show_call(&wanted).await.unwrap().unwrap();
    let id = Some(shown.confirmation.as_str());
    let confirmed = async |call: &ApiCall| {
        let sent = here.client.send_call(call, id).await;
        sent.map(|answer| answer.status)
            .map_err(|failure| failure.code)
    };
    assert_eq!(
        confirmed(&wanted).await,
        Err(Code::NotConfirmed),
        "too early"
    );
    clock.pass(Duration::from_secs(3));
    assert_eq!(
        confirmed(&deploy("live")).await,
        Err(Code::NotConfirmed),
        "another"
    );
    assert_eq!(confirmed(&wanted).await, Ok(202));
    assert_eq!(confirmed(&wanted).await, Err(Code::NotConfirmed), "twice");
    assert_eq!(sent(), 2);
    let shown = here.client.show_call(&wanted).await.unwrap().unwrap();
    here.client.take_back(&shown.confirmation);
    clock.pass(Duration::from_secs(3));
    let taken_back = here
        .client
        .send_call(&wanted, Some(&shown.confirmation))
        .await;
    assert_eq!(taken_back.unwrap_err().code, Code::NotConfirmed);
}

#[tokio::test]
async fn what_was_sent_is_remembered_without_secrets_beyond_this_run_and_not_for_the_next_account()
{
    let far_end = described().await;
    let here = restored(&far_end).await;
    let secret =
        json!({"items": [{"name": "PASSWORD", "value": "canary", "location": "keyvault"}]});
    let saved = ApiCall {
        query: vec![("environment".to_owned(), "dev".to_owned())],
        headers: vec![("X-Api-Key".to_owned(), "canary".to_owned())],
        ..with_body("PUT", "/api/applications/orders/configuration", &secret)
    };
    send(&here, &saved).await.unwrap();
    let asked = far_end.asked("PUT /api");
    assert!(asked[0].body.contains("canary"), "it was sent");
    let sent = here.client.sent_calls();
    assert_eq!(
        (sent[0].call.path.as_str(), sent[0].writes),
        (saved.path.as_str(), true)
    );
    // Whatever is asked for what was sent, it is sent once and left nowhere.
    assert!(!serde_json::to_string(&sent).unwrap().contains("canary"));
    let by = here.client.sent_by();
    let kept = here.client.sent_calls_of(by).unwrap();
    assert_eq!(kept.len(), 1);
    here.client.recall_calls(|| kept.clone());
    here.client.recall_calls(|| panic!("it is asked for once"));
    assert_eq!(here.client.sent_calls().len(), 2);
    here.client.sign_out().await.unwrap();
    assert_eq!(here.client.sent_calls(), []);
    assert_eq!(
        here.client.sent_calls_of(by),
        None,
        "nor are they kept for the next"
    );
}

#[tokio::test]
async fn what_a_page_shows_is_copied_with_a_variable_for_the_token() {
    let far_end = FarEnd::below("/tools/", |_| tokens(1)).await;
    let here = restored(&far_end).await;
    let resource = Resource::Configuration {
        application: "o'rders".to_owned(),
        environment: Some("dev".to_owned()),
    };
    let copied = CopiedCall::Resource { resource };
    let curl = here.client.copied_call(&copied, ApiLanguage::Curl).unwrap();
    let url = format!(
        "{}api/applications/o%27rders/configuration?environment=dev",
        far_end.url
    );
    assert_eq!(
        curl,
        format!(
            "curl --globoff \\\n  '{url}' \\\n  --header \"Authorization: Bearer $MISO_TOKEN\" \\\n  \
             --header 'Accept: application/json'\n"
        )
    );
    for language in ApiLanguage::ALL {
        let code = here.client.copied_call(&copied, language).unwrap();
        assert!(code.contains(&url) && !code.contains("access-1"), "{code}");
    }
    assert!(far_end.asked("GET /api").is_empty(), "nobody is asked");
}
