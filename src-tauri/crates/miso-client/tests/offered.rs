//! Instances that lack what the public document does not state.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use miso_api::{Appended, DeployRequest, LineSink, LogLine};
use miso_client::{Capability, Code, LogPlace, Resource};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, restored, restored_at, tokens, until};
use crate::flying::Flying;

#[tokio::test]
async fn what_is_lacking_is_not_asked_for_again_for_a_day() {
    for (name, status, body, lacking) in [
        ("a page", 404, "<html>no such path</html>", true),
        (
            "no such path, in our shape",
            404,
            r#"{"error": {"code": "NOT_FOUND"}}"#,
            true,
        ),
        (
            "a method",
            405,
            r#"{"error": {"code": "METHOD_NOT_ALLOWED"}}"#,
            true,
        ),
        ("not implemented", 501, "", true),
        (
            "a failure",
            500,
            r#"{"error": {"code": "INTERNAL_ERROR"}}"#,
            false,
        ),
        (
            "forbidden",
            403,
            r#"{"error": {"code": "FORBIDDEN"}}"#,
            false,
        ),
    ] {
        let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
            "POST /token" => tokens(1),
            _ => Answer::text(status, body),
        })
        .await;
        let clock = Arc::new(Flying::new());
        let here = restored_at(&far_end, clock.clone()).await;
        let activity = Resource::Deployments { application: None };
        for _ in 0..3 {
            let failure = here.client.refresh(&activity).await.unwrap_err();
            assert_eq!(
                failure.code == Code::NotOffered,
                lacking,
                "{name}: {failure:?}"
            );
        }
        let asked = far_end.asked("GET /api/deployments").len();
        // What may pass is tried three times each.
        let expected = match status {
            500 => 9,
            _ if lacking => 1,
            _ => 3,
        };
        assert_eq!(asked, expected, "{name}");
        if lacking {
            assert_eq!(here.client.lacking(), [Capability::RecentActivity]);
            here.client.forget_lacking();
            here.client.refresh(&activity).await.unwrap_err();
            assert_eq!(far_end.asked("GET /api/deployments").len(), 2, "{name}");
            clock.pass(Duration::from_secs(25 * 3600));
            here.client.refresh(&activity).await.unwrap_err();
            assert_eq!(far_end.asked("GET /api/deployments").len(), 3, "{name}");
        }
    }
}

#[tokio::test]
async fn an_object_that_is_not_there_is_no_lacking_call() {
    let description = Arc::new(AtomicU16::new(200));
    let status = description.clone();
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/openapi.json" if status.load(Ordering::SeqCst) == 200 => Answer::json(
            200,
            json!({"paths": {"/api/applications/{key}": {"get": {}}}}),
        ),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await;
    let here = restored(&far_end).await;
    let asking = || here.client.application("orders".to_owned());
    assert_eq!(asking().await.unwrap_err().code, Code::NotFound);
    assert!(
        !here
            .client
            .lacking()
            .contains(&Capability::ApplicationDetail)
    );
    here.client.forget_lacking();
    // Where the instance does not describe itself, the platform's own word is taken for the object.
    description.store(404, Ordering::SeqCst);
    assert_eq!(asking().await.unwrap_err().code, Code::NotFound);
    let lacking = here.client.lacking();
    assert!(lacking.contains(&Capability::Description));
    assert!(
        lacking.contains(&Capability::DryRun),
        "no field can be known"
    );
    assert!(!lacking.contains(&Capability::ApplicationDetail));
}

/// The fields of a deployment that a server would silently ignore.
#[tokio::test]
async fn a_field_is_sent_only_where_the_instance_says_that_it_takes_it() {
    let body = |required: &[&str], fields: &[&str]| {
        let fields: serde_json::Map<_, _> = fields
            .iter()
            .map(|field| ((*field).to_owned(), json!({})))
            .collect();
        json!({"paths": {"/api/applications/{k}/deploy": {"post": {"requestBody": {"content": {
            "application/json": {"schema": {"required": required, "properties": fields}}}}}}}})
    };
    let all = body(&["environment"], &["environment", "image", "note"]);
    let strict = body(&["environment", "image"], &["environment", "image"]);
    let (with_note, plain) = (Some("why"), None);
    for (name, document, image, note, sent) in [
        (
            "all",
            Some(&all),
            None,
            with_note,
            Ok(json!({"environment": "dev", "note": "why"})),
        ),
        (
            "strict",
            Some(&strict),
            None,
            plain,
            Ok(json!({"environment": "dev", "image": "a:1"})),
        ),
        (
            "strict",
            Some(&strict),
            Some("a:2"),
            with_note,
            Err("deployNote"),
        ),
        (
            "none",
            None,
            None,
            plain,
            Ok(json!({"environment": "dev", "image": "a:1"})),
        ),
        (
            "none",
            None,
            Some("a:2"),
            plain,
            Ok(json!({"environment": "dev", "image": "a:2"})),
        ),
    ] {
        let document = document.cloned();
        let described = document.clone();
        let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
            "POST /token" => tokens(1),
            "GET /api/openapi.json" => match &described {
                Some(document) => Answer::json(200, document.clone()),
                None => Answer::text(404, "<html>"),
            },
            line if line.starts_with("GET /api/applications?") => Answer::json(
                200,
                json!({"data": [{"key": "orders", "displayName": "Orders", "type": "webapp",
                    "status": "running", "environments": [
                    {"environment": "dev", "status": "running", "image": "a:1"}]}]}),
            ),
            "GET /api/environments" => Answer::json(200, json!([])),
            _ => Answer::json(
                202,
                json!({"id": "d-1", "applicationKey": "orders", "environment": "dev",
                    "status": "completed"}),
            ),
        })
        .await;
        let here = restored(&far_end).await;
        here.client.applications().await.unwrap();
        let request = DeployRequest {
            environment: "dev".to_owned(),
            image: image.map(str::to_owned),
            note: note.map(str::to_owned),
            ..DeployRequest::default()
        };
        let outcome = here.client.deploy("orders", &request).await;
        let posts = far_end.asked("POST /api/applications/orders/deploy");
        match sent {
            Ok(expected) => {
                assert!(outcome.is_ok(), "{name}: {outcome:?}");
                let body: serde_json::Value = serde_json::from_str(&posts[0].body).unwrap();
                assert_eq!(body, expected, "{name}");
            }
            Err(capability) => {
                let failure = outcome.unwrap_err();
                assert_eq!(failure.code, Code::NotOffered, "{name}");
                assert_eq!(failure.params["capability"], capability, "{name}");
                assert!(posts.is_empty(), "{name}");
            }
        }
        let needed = image.is_none() || note.is_some();
        let described = far_end.asked("GET /api/openapi.json").len();
        assert_eq!(
            described,
            usize::from(needed),
            "{name}: asked once, where it is needed"
        );
    }
}

#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl LineSink for Lines {
    fn append(&self, lines: &[LogLine]) -> std::io::Result<Appended> {
        let mut kept = self.0.lock().unwrap();
        for line in lines {
            if !kept.contains(&line.id) {
                kept.push(line.id.clone());
            }
        }
        Ok(Appended {
            total: kept.len() as u64,
            new: lines.len(),
        })
    }
}

/// A server that knows `limit` alone: the newest lines of all environments, newest first.
#[tokio::test]
async fn a_log_is_followed_where_only_the_newest_lines_can_be_had() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => {
            let line = |id: u32, environment: &str| {
                json!({"id": format!("l-{id}"), "message": "m", "environment": environment,
                    "timestamp": format!("2026-11-25T10:00:{id:02}Z")})
            };
            let lines = [
                line(4, "dev"),
                line(3, "prod"),
                line(2, "dev"),
                line(1, "dev"),
            ];
            Answer::json(200, json!({"data": lines}))
        }
    })
    .await;
    let here = restored(&far_end).await;
    let lines = Arc::new(Lines::default());
    let place = LogPlace {
        sink: lines.clone(),
        cursor: None,
        keep_cursor: Arc::new(|_| {}),
    };
    let (application, environment) = ("orders".to_owned(), "dev".to_owned());
    let lease = here
        .client
        .follow_log(application, environment, place, |_| {});
    until("its lines are there, oldest first", || {
        *lines.0.lock().unwrap() == ["l-1", "l-2", "l-4"]
    })
    .await;
    here.client.end(&lease.id);
}
