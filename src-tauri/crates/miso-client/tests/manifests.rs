//! Applications made, changed and deleted, where the answer comes and where it is lost.

use std::sync::{Arc, Mutex};

use miso_client::Code;
use serde_json::{Value, json};

use crate::far_end::{Answer, FarEnd, Restored, restored_at, tokens};
use crate::flying::Flying;
use crate::hostile::{Act, hostile, json as says};

/// What became of a write before its answer was lost.
#[derive(Clone, Copy, PartialEq)]
enum Lost {
    /// It was done.
    Done,
    /// It was not.
    Undone,
}

/// One application, `shop`, and whether it is there.
struct Stock {
    manifest: Option<Value>,
    writes: usize,
}

/// A server that loses the answer to every write.
async fn losing(outcome: Lost, manifest: Option<Value>) -> (Arc<Mutex<Stock>>, Restored) {
    let clock = Arc::new(Flying::new());
    let stock = Arc::new(Mutex::new(Stock {
        manifest,
        writes: 0,
    }));
    let inside = stock.clone();
    let (far_end, _) = hostile(move |asked| {
        let mut stock = inside.lock().unwrap();
        let (method, path) = asked.line.split_once(' ').unwrap();
        if method != "GET" {
            stock.writes += 1;
            if outcome == Lost::Done {
                stock.manifest = match method {
                    "DELETE" => None,
                    _ => Some(serde_json::from_str(&asked.body).unwrap()),
                };
            }
            return Act::Cut("HTTP/1.1 20".into());
        }
        match (path, &stock.manifest) {
            ("/api/applications/shop", Some(manifest)) => {
                let mut told = manifest.clone();
                told["createdAt"] = json!("2999-01-01T00:00:00Z");
                says(200, &told.to_string())
            }
            ("/api/openapi.json", _) => says(
                200,
                r#"{"paths": {"/api/applications/{key}": {"get": {}}}}"#,
            ),
            (path, _) if path.starts_with("/api/applications?") => says(200, r#"{"data": []}"#),
            _ => says(
                404,
                r#"{"error": {"code": "NOT_FOUND", "message": "no", "requestId": "req-1"}}"#,
            ),
        }
    })
    .await;
    (stock, restored_at(&far_end, clock).await)
}

fn shop() -> Value {
    json!({"key": "shop", "displayName": "Shop", "type": "external"})
}

#[tokio::test]
async fn a_deletion_whose_answer_is_lost_is_found_out_and_never_sent_again() {
    for (outcome, expected) in [
        (Lost::Done, None),
        (Lost::Undone, Some(Code::OutcomeUnknown)),
    ] {
        let (stock, here) = losing(outcome, Some(shop())).await;
        let deleted = here.client.delete_application("shop", false).await;
        assert_eq!(deleted.err().map(|failure| failure.code), expected);
        assert_eq!(stock.lock().unwrap().writes, 1, "sent once");
    }
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_out_and_never_sent_again() {
    for (outcome, expected) in [
        (Lost::Done, None),
        (Lost::Undone, Some(Code::OutcomeUnknown)),
    ] {
        let (stock, here) = losing(outcome, None).await;
        let made = here.client.create_application(shop()).await;
        assert_eq!(made.err().map(|failure| failure.code), expected);
        assert_eq!(stock.lock().unwrap().writes, 1, "sent once");
    }
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_found_out_and_never_sent_again() {
    let mut wanted = shop();
    wanted["displayName"] = json!("Shop front");
    for (outcome, expected) in [
        (Lost::Done, None),
        (Lost::Undone, Some(Code::OutcomeUnknown)),
    ] {
        let (stock, here) = losing(outcome, Some(shop())).await;
        let changed = here
            .client
            .update_application("shop", wanted.clone(), Some("\"1\""))
            .await;
        assert_eq!(changed.as_ref().err().map(|failure| failure.code), expected);
        if let Ok(changed) = changed {
            assert_eq!(changed.value["displayName"], "Shop front");
        }
        assert_eq!(stock.lock().unwrap().writes, 1, "sent once");
    }
}

/// What is taken out of a manifest is there still where the change was not made.
#[tokio::test]
async fn a_lost_change_that_takes_something_out_is_said_to_be_made_only_where_it_was() {
    let mut before = shop();
    before["port"] = json!(80);
    for (outcome, expected) in [
        (Lost::Done, None),
        (Lost::Undone, Some(Code::OutcomeUnknown)),
    ] {
        let (stock, here) = losing(outcome, Some(before.clone())).await;
        let changed = here
            .client
            .update_application("shop", shop(), Some("\"1\""));
        assert_eq!(changed.await.err().map(|failure| failure.code), expected);
        assert_eq!(stock.lock().unwrap().writes, 1, "sent once");
    }
}

/// An instance that marks `live` as production, where `shop` is of this status; whoever asks which
/// environments there are is answered so.
async fn live(status: &'static str, environments: u16) -> (FarEnd, Restored) {
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/environments" if environments != 200 => {
            Answer::error(environments, "INTERNAL_ERROR")
        }
        "GET /api/environments" => Answer::json(
            200,
            json!([{"key": "live", "production": true, "status": "healthy"}]),
        ),
        "GET /api/applications/shop" => {
            let mut shop = shop();
            shop["environments"] = json!([{"environment": "live", "status": status,
                "health": "healthy", "image": "a:1"}]);
            Answer::json(200, shop)
        }
        line if line.starts_with("DELETE ") => Answer::text(204, ""),
        _ => Answer::json(200, json!({"data": []})),
    })
    .await;
    let here = restored_at(&far_end, Arc::new(Flying::new())).await;
    (far_end, here)
}

#[tokio::test]
async fn what_runs_in_production_is_deleted_only_where_that_is_said() {
    for (status, environments, force, expected) in [
        ("running", 200, false, Some(Code::Conflict)),
        ("running", 200, true, None),
        ("error", 200, false, Some(Code::Conflict)),
        ("stopped", 200, false, None),
        // Which of them are production is not known.
        ("stopped", 500, false, Some(Code::ServerError)),
    ] {
        let (far_end, here) = live(status, environments).await;
        let deleted = here.client.delete_application("shop", force).await;
        let what = format!("{status} {environments} {force}");
        let code = deleted.err().map(|failure| failure.code);
        assert_eq!(code, expected, "{what}");
        let sent = far_end.asked("DELETE /api/applications/shop").len();
        assert_eq!(sent, usize::from(expected.is_none()), "{what}");
    }
}

/// The list call leaves the configuration out (API.md, "Applications").
#[tokio::test]
async fn what_the_list_leaves_out_stays_known() {
    let (far_end, _) = hostile(|asked| match asked.line.as_str() {
        "GET /api/applications/shop" => {
            let mut whole = shop();
            whole["configuration"] = json!([{"name": "A", "value": "1", "location": "variable"}]);
            says(200, &whole.to_string())
        }
        _ => {
            let mut listed = shop();
            listed["displayName"] = json!("Renamed");
            says(200, &json!({ "data": [listed] }).to_string())
        }
    })
    .await;
    let clock = Arc::new(Flying::new());
    let here = restored_at(&far_end, clock.clone()).await;
    let known = here.client.application("shop".to_owned()).await.unwrap();
    assert_eq!(known.value.configuration.len(), 1);
    clock.pass(std::time::Duration::from_secs(60));
    here.client
        .refresh(&miso_client::Resource::Applications)
        .await
        .unwrap();
    let renewed = here.client.application("shop".to_owned()).await.unwrap();
    assert_eq!(renewed.value.display_name, "Renamed");
    assert_eq!(renewed.value.configuration.len(), 1, "it is no news");
}
