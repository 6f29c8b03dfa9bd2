//! The same for several applications at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use miso_api::DeployRequest;
use miso_client::{
    BatchAct, BatchOrder, Code, FindingKind, PlannedDeployment, RolloutOutcome, RolloutStep,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::far_end::{Answer, FarEnd, Restored, restored, restored_at, tokens};
use crate::flying::Flying;

/// Orders run in dev and are deployed to there now, bills run there well, old is stopped, and partner
/// runs elsewhere; nobody may deploy secret.
fn applications() -> Value {
    let place = |image: &str, status: &str, permissions: &[&str]| {
        json!([{"environment": "dev", "status": status, "health": "healthy", "image": image,
            "permissions": permissions}])
    };
    let all = ["applications:read", "applications:deploy"];
    json!({"data": [
        {"key": "orders", "displayName": "Orders", "type": "api", "image": "shop/orders:1.0",
            "environments": place("shop/orders:1.1", "deploying", &all)},
        {"key": "bills", "displayName": "Bills", "type": "api", "image": "shop/bills:1.0",
            "environments": place("shop/bills@sha256:ab", "running", &all)},
        {"key": "old", "displayName": "Old", "type": "api", "image": "shop/old:1.0", "environments": []},
        {"key": "secret", "displayName": "Secret", "type": "api", "image": "shop/secret:1.0",
            "environments": place("shop/secret:1.0", "running", &["applications:read"])},
        {"key": "partner", "displayName": "Partner", "type": "external", "environments": []},
    ]})
}

async fn instance() -> (FarEnd, Restored) {
    let far_end = instance_itself().await;
    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    (far_end, here)
}

async fn instance_itself() -> FarEnd {
    FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "POST /api/applications/orders/deploy" => Answer::error(409, "CONFLICT"),
        "POST /api/applications/gone/deploy" => Answer::error(401, "UNAUTHORIZED"),
        line if line.starts_with("POST /api/applications/") => {
            let key = line.split('/').nth(3).unwrap_or_default();
            Answer::json(
                202,
                json!({"id": format!("d-{key}"), "applicationKey": key, "environment": "dev",
                    "status": "pending"}),
            )
        }
        line if line.starts_with("GET /api/applications?") => Answer::json(200, applications()),
        "GET /api/openapi.json" => Answer::json(
            200,
            json!({"paths": {"/api/applications/{k}/deploy": {"post": {"requestBody": {"content": {
                "application/json": {"schema": {"properties": {"environment": {}, "image": {}}}}}}}}}}),
        ),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await
}

fn named(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn orders(keys: &[&str]) -> Vec<BatchOrder> {
    let order = |key: &&str| BatchOrder {
        application: (*key).to_owned(),
        image: Some(format!("shop/{key}:2.0")),
    };
    keys.iter().map(order).collect()
}

fn words(all: &[RolloutStep]) -> Vec<String> {
    let word = |told: &RolloutStep| {
        let word = match &told.outcome {
            RolloutOutcome::Sending => "sending".to_owned(),
            RolloutOutcome::Sent { deployment } => deployment.id.clone(),
            RolloutOutcome::Failed { failure } => format!("{:?}", failure.code),
            RolloutOutcome::Left => "left".to_owned(),
            RolloutOutcome::Stopped => "stopped".to_owned(),
        };
        format!("{} {word}", told.application)
    };
    all.iter().map(word).collect()
}

#[tokio::test]
async fn each_application_is_reviewed_with_its_own_image_and_what_stands_in_its_way() {
    let (far_end, here) = instance().await;
    let keys = named(&["orders", "bills", "old", "secret", "partner"]);
    let tag = "2.0".to_owned();
    let review = here
        .client
        .batch_review("dev", &keys, &BatchAct::Deploy { tag })
        .await;
    let found: Vec<_> = review
        .items
        .iter()
        .map(|item| {
            let refusal = item.refusal.as_ref().map(|failure| failure.code);
            (item.application.as_str(), item.image.as_deref(), refusal)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("orders", Some("shop/orders:2.0"), None),
            ("bills", Some("shop/bills:2.0"), None),
            ("old", Some("shop/old:2.0"), None),
            ("secret", Some("shop/secret:2.0"), Some(Code::Forbidden)),
            ("partner", None, Some(Code::NoImage)),
        ]
    );
    let kinds = |at: usize| -> Vec<_> {
        let findings = review.items[at].findings.iter();
        findings.map(|finding| finding.kind).collect()
    };
    assert!(kinds(0).contains(&FindingKind::Another));
    assert!(kinds(2).contains(&FindingKind::First));
    let restarts = here
        .client
        .batch_review("dev", &keys, &BatchAct::Restart)
        .await;
    let refused: Vec<_> = restarts
        .items
        .iter()
        .map(|item| item.refusal.as_ref().map(|failure| failure.code))
        .collect();
    let nothing = Some(Code::NothingThere);
    assert_eq!(
        refused,
        [None, None, nothing, Some(Code::Forbidden), nothing]
    );
    let empty = here
        .client
        .batch_review(
            "prod",
            &named(&["orders"]),
            &BatchAct::Deploy { tag: String::new() },
        )
        .await;
    assert!(empty.environment.production);
    assert_eq!(empty.items[0].image, None, "an empty tag is none");
    assert_eq!(
        far_end.asked("POST /api").len(),
        0,
        "a review sends nothing"
    );
}

#[tokio::test]
async fn what_fails_keeps_nothing_from_the_rest() {
    let (far_end, here) = instance().await;
    let told = Mutex::new(Vec::new());
    let tell = |one: &RolloutStep| told.lock().unwrap().push(one.clone());
    let stop = CancellationToken::new();
    let all = here
        .client
        .batch(
            "dev",
            &orders(&["orders", "secret", "bills"]),
            None,
            &stop,
            &tell,
        )
        .await;
    let outcomes = ["orders Conflict", "secret Forbidden", "bills d-bills"];
    assert_eq!(words(&all), outcomes);
    let told = told.into_inner().unwrap();
    assert_eq!(
        words(&told),
        [
            "orders sending",
            outcomes[0],
            "secret sending",
            outcomes[1],
            "bills sending",
            outcomes[2]
        ]
    );
    let sent: Vec<_> = far_end.asked("POST /api").into_iter().collect();
    let lines: Vec<_> = sent.iter().map(|asked| asked.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "POST /api/applications/orders/deploy",
            "POST /api/applications/bills/deploy"
        ],
        "each once, one after the other; what is known to be forbidden is not sent"
    );
    let body: Value = serde_json::from_str(&sent[1].body).unwrap();
    assert_eq!(
        body,
        json!({"environment": "dev", "image": "shop/bills:2.0"})
    );
}

/// Production takes nothing that was not shown; what was shown goes out once, each application by itself.
#[tokio::test]
async fn a_batch_goes_to_production_as_it_was_shown() {
    let (far_end, clock) = (instance_itself().await, Arc::new(Flying::new()));
    let here = restored_at(&far_end, clock.clone()).await;
    here.client.applications().await.unwrap();
    let stop = CancellationToken::new();
    let keys = ["bills", "old"];
    let send = |confirmation: Option<String>| {
        let (client, stop) = (here.client.clone(), stop.clone());
        async move {
            let (orders, confirmation) = (orders(&keys), confirmation.as_deref());
            let all = client.batch("prod", &orders, confirmation, &stop, &|_| ());
            words(&all.await)
        }
    };
    let refused = ["bills NotConfirmed", "old NotConfirmed"];
    assert_eq!(send(None).await, refused);
    let shown = orders(&keys).into_iter().map(|order| PlannedDeployment {
        application: order.application,
        request: DeployRequest {
            environment: "prod".to_owned(),
            image: order.image,
            ..DeployRequest::default()
        },
    });
    let confirmation = here.client.show_to_confirm(shown.collect()).unwrap();
    assert_eq!(send(Some(confirmation.clone())).await, refused, "too soon");
    clock.pass(Duration::from_secs(3));
    let sent = ["bills d-bills", "old d-old"];
    assert_eq!(send(Some(confirmation.clone())).await, sent);
    assert_eq!(send(Some(confirmation)).await, refused, "once");
    assert_eq!(far_end.asked("POST /api").len(), 2);
}

#[tokio::test]
async fn one_that_is_stopped_sends_nothing_more() {
    let (far_end, here) = instance().await;
    let stop = CancellationToken::new();
    // Somebody presses "stop" while the first is on its way.
    let tell = |one: &RolloutStep| {
        if one.outcome == RolloutOutcome::Sending {
            stop.cancel();
        }
    };
    let all = here
        .client
        .batch(
            "dev",
            &orders(&["bills", "old", "orders"]),
            None,
            &stop,
            &tell,
        )
        .await;
    assert_eq!(
        words(&all),
        ["bills d-bills", "old stopped", "orders stopped"]
    );
    assert_eq!(far_end.asked("POST /api").len(), 1);
}

#[tokio::test]
async fn the_rest_is_not_sent_where_nobody_is_signed_in_any_more() {
    let (far_end, here) = instance().await;
    let stop = CancellationToken::new();
    let all = here
        .client
        .batch("dev", &orders(&["gone", "bills"]), None, &stop, &|_| ())
        .await;
    assert!(matches!(all[0].outcome, RolloutOutcome::Failed { .. }));
    assert_eq!(all[1].outcome, RolloutOutcome::Left);
    assert_eq!(far_end.asked("POST /api/applications/bills").len(), 0);
}

#[tokio::test]
async fn what_is_started_again_names_no_image_where_the_instance_knows_it() {
    let (far_end, here) = instance().await;
    let restart = BatchOrder {
        application: "bills".to_owned(),
        image: None,
    };
    let stop = CancellationToken::new();
    let all = here
        .client
        .batch("dev", &[restart], None, &stop, &|_| ())
        .await;
    assert_eq!(words(&all), ["bills d-bills"]);
    let sent = far_end.asked("POST /api");
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    assert_eq!(body, json!({"environment": "dev"}));
}
