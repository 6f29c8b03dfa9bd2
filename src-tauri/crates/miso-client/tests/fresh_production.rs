//! What is production by the instance's own mark is so from the first write on, whichever page was open.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use miso_api::DeployRequest;
use miso_client::{
    BatchAct, BatchOrder, Code, PlannedDeployment, PromotionChoice, RolloutOutcome, RolloutStep,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::explored::{send, with_body};
use crate::far_end::{Answer, FarEnd, restored, restored_at, tokens};
use crate::hand_clock::HandClock;

/// An instance whose production is called `live`, and which answers who asks for its environments so.
async fn instance(environments: impl Fn() -> Answer + Send + Sync + 'static) -> FarEnd {
    FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.starts_with("GET /api/environments") => environments(),
        line if line.starts_with("GET /api/applications?") => Answer::json(200, json!([orders()])),
        line if line.ends_with("/deploy") => Answer::json(
            202,
            json!({"id": "d-1", "applicationKey": "orders", "environment": "live",
                "status": "completed"}),
        ),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await
}

fn orders() -> Value {
    let place = |environment: &str, image: &str| {
        json!({"environment": environment, "status": "running", "health": "healthy",
            "image": image, "permissions": ["applications:read", "applications:deploy"]})
    };
    json!({"key": "orders", "displayName": "Orders", "type": "api",
        "environments": [place("dev", "a:2"), place("live", "a:1")]})
}

fn marked() -> Answer {
    Answer::json(
        200,
        json!([{"key": "live", "production": true, "status": "healthy"},
               {"key": "dev", "status": "healthy"}]),
    )
}

fn to(environment: &str) -> DeployRequest {
    DeployRequest {
        environment: environment.to_owned(),
        image: Some("a:2".to_owned()),
        ..DeployRequest::default()
    }
}

fn outcome(steps: &[RolloutStep]) -> Option<Code> {
    match &steps[0].outcome {
        RolloutOutcome::Failed { failure } => Some(failure.code),
        RolloutOutcome::Sent { .. }
        | RolloutOutcome::Sending
        | RolloutOutcome::Left
        | RolloutOutcome::Stopped => None,
    }
}

fn sent(far_end: &FarEnd) -> usize {
    far_end.asked("POST /api").len()
}

#[tokio::test]
async fn promise_the_first_deployment_to_what_is_marked_as_production_is_shown_for_three_seconds() {
    let far_end = instance(marked).await;
    let clock = HandClock::ahead_by(TimeDelta::zero());
    let here = restored_at(&far_end, clock.clone()).await;
    here.client.applications().await.unwrap();
    let refused = here.client.deploy("orders", &to("live")).await;
    assert_eq!(refused.unwrap_err().code, Code::NotConfirmed);
    assert_eq!(sent(&far_end), 0);
    let planned = PlannedDeployment {
        application: "orders".to_owned(),
        request: to("live"),
    };
    let shown = here.client.show_to_confirm(vec![planned]).unwrap();
    clock.pass(Duration::from_secs(3));
    let (live, client) = (to("live"), &here.client);
    let sending = client.deploy_confirmed("orders", &live, Some(&shown));
    sending.await.unwrap();
    here.client.deploy("orders", &to("dev")).await.unwrap();
    assert_eq!(sent(&far_end), 2);
    assert_eq!(far_end.asked("GET /api/environments").len(), 1, "once");
}

#[tokio::test]
async fn promise_the_first_promotion_and_the_first_batch_to_it_are_shown_too() {
    let far_end = instance(marked).await;
    let stop = CancellationToken::new();

    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    let promotion = here.client.promotion("orders", "dev", "live").await;
    let promotion = promotion.unwrap();
    assert!(promotion.to.production, "{:?}", promotion.to);
    let choice = PromotionChoice {
        items: Vec::new(),
        secrets: Default::default(),
        access: Vec::new(),
        note: None,
        promotion,
    };
    let told = here.client.promote(&[choice], None, &stop, &|_| ()).await;
    assert_eq!(outcome(&told), Some(Code::NotConfirmed));

    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    let keys = ["orders".to_owned()];
    let act = BatchAct::Deploy {
        tag: "2".to_owned(),
    };
    let review = here.client.batch_review("live", &keys, &act).await;
    assert!(review.environment.production);
    let order = BatchOrder {
        application: "orders".to_owned(),
        image: Some("a:2".to_owned()),
    };
    let here = restored(&far_end).await;
    let told = here
        .client
        .batch("live", &[order], None, &stop, &|_| ())
        .await;
    assert_eq!(outcome(&told), Some(Code::NotConfirmed));
    assert_eq!(sent(&far_end), 0);
}

#[tokio::test]
async fn promise_the_first_call_by_hand_to_it_is_shown_too() {
    let far_end = instance(marked).await;
    let body = json!({"environment": "live", "image": "a:2"});
    let call = with_body("POST", "/api/applications/orders/deploy", &body);
    let here = restored(&far_end).await;
    assert_eq!(send(&here, &call).await.unwrap_err(), Code::NotConfirmed);
    let here = restored(&far_end).await;
    let shown = here.client.show_call(&call).await.unwrap().unwrap();
    assert_eq!(shown.environment.name, "PROD live");
    assert_eq!(sent(&far_end), 0);
}

#[tokio::test]
async fn who_may_not_read_the_environments_deploys_all_the_same_and_is_asked_once() {
    let far_end = instance(|| Answer::error(403, "FORBIDDEN")).await;
    let here = restored(&far_end).await;
    for _ in 0..2 {
        here.client.deploy("orders", &to("dev")).await.unwrap();
    }
    let refused = here.client.deploy("orders", &to("prod")).await;
    assert_eq!(refused.unwrap_err().code, Code::NotConfirmed, "by its name");
    assert_eq!(far_end.asked("GET /api/environments").len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_while_it_is_not_known_what_is_production() {
    let asked = Arc::new(AtomicUsize::new(0));
    let far_end = instance(move || match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::error(429, "RATE_LIMITED").with("retry-after", "3000"),
        _ => marked(),
    })
    .await;
    let here = restored(&far_end).await;
    let refused = here.client.deploy("orders", &to("dev")).await;
    let code = refused.unwrap_err().code;
    assert!(
        matches!(code, Code::RateLimited | Code::BudgetWait),
        "{code:?}"
    );
    assert_eq!(sent(&far_end), 0);
}
