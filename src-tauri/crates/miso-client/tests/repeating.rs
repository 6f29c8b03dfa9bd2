//! Deployments that repeat another, what one would change, and calling one off.

use miso_api::{DeployFrom, DeployRequest, RepeatKind};
use miso_client::Code;
use serde_json::{Value, json};

use crate::far_end::{Answer, FarEnd, Restored, restored, tokens};

/// An instance that takes these fields of a deployment.
async fn instance(fields: &'static [&'static str]) -> (FarEnd, Restored) {
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/openapi.json" => {
            let fields: serde_json::Map<_, _> = fields
                .iter()
                .map(|field| ((*field).to_owned(), json!({})))
                .collect();
            Answer::json(
                200,
                json!({"paths": {
                    "/api/deployments/{id}": {"get": {}, "delete": {}},
                    "/api/applications/{k}/deploy": {"post": {"requestBody": {"content": {
                    "application/json": {"schema": {"properties": fields}}}}}}}}),
            )
        }
        "POST /api/applications/orders/deploy" if asked.body.contains("dryRun") => Answer::json(
            200,
            json!({"changes": [{"path": "image", "before": "a:2", "after": "a:1"},
                {"path": "configuration.KEY", "before": {"value": null, "isSet": true}, "after": null}]}),
        ),
        "DELETE /api/deployments/ended" => Answer::error(409, "CONFLICT"),
        "DELETE /api/deployments/d-1" => Answer::text(202, ""),
        line if line.starts_with("GET /api/deployments/") => deployment("cancelled"),
        "GET /api/environments" => Answer::json(200, json!([])),
        _ => deployment("running"),
    })
    .await;
    let here = restored(&far_end).await;
    (far_end, here)
}

fn deployment(status: &str) -> Answer {
    Answer::json(
        202,
        json!({"id": "d-1", "applicationKey": "orders", "environment": "test", "status": status}),
    )
}

fn roll_back() -> DeployRequest {
    DeployRequest {
        environment: "test".to_owned(),
        image: Some("a:1".to_owned()),
        from: Some(DeployFrom {
            deployment_id: "d-0".to_owned(),
            kind: RepeatKind::Rollback,
        }),
        dry_run: Some(true),
        ..DeployRequest::default()
    }
}

fn bodies(far_end: &FarEnd) -> Vec<Value> {
    let posts = far_end.asked("POST /api/applications/orders/deploy");
    let body = |body: &String| serde_json::from_str(body).unwrap();
    posts.iter().map(|asked| body(&asked.body)).collect()
}

#[tokio::test]
async fn what_is_repeated_is_named_and_nothing_else_of_it_is_sent() {
    let (far_end, here) = instance(&["environment", "image", "from", "dryRun"]).await;
    let changes = here.client.dry_run("orders", &roll_back()).await.unwrap();
    assert_eq!(changes[0].path, "image");
    assert_eq!(changes.len(), 2);
    here.client.deploy("orders", &roll_back()).await.unwrap();
    let from = json!({"deploymentId": "d-0", "as": "rollback"});
    assert_eq!(
        bodies(&far_end),
        [
            json!({"environment": "test", "from": from, "dryRun": true}),
            json!({"environment": "test", "from": from}),
        ],
        "a deployment is never taken for a look, nor a look for a deployment"
    );
}

#[tokio::test]
async fn what_an_instance_would_ignore_is_not_sent() {
    let (far_end, here) = instance(&["environment", "image"]).await;
    for (outcome, capability) in [
        (
            here.client.deploy("orders", &roll_back()).await.map(drop),
            "deployFrom",
        ),
        (
            here.client.dry_run("orders", &roll_back()).await.map(drop),
            "dryRun",
        ),
    ] {
        let refused = outcome.unwrap_err();
        assert_eq!(refused.code, Code::NotOffered);
        assert_eq!(refused.params["capability"], capability);
    }
    assert_eq!(bodies(&far_end), [] as [Value; 0]);
    let preflight = here.client.preflight("orders", "test", Some("a:1"));
    assert!(!preflight.dry_run);
}

#[tokio::test]
async fn one_that_is_called_off_is_looked_at_and_one_that_has_ended_says_so() {
    let (far_end, here) = instance(&["environment"]).await;
    let off = here.client.cancel_deployment("orders", "d-1").await;
    assert_eq!(off, Ok(()));
    let seen = here.client.deployment("d-1".to_owned()).await.unwrap();
    assert_eq!(seen.value.status.to_string(), "cancelled");
    assert_eq!(far_end.asked("DELETE /api/deployments/d-1").len(), 1);
    let late = here.client.cancel_deployment("orders", "ended").await;
    assert_eq!(late.unwrap_err().code, Code::Conflict);
}
