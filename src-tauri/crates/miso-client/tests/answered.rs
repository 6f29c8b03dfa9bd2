//! What is asked for an answer to why something is unwell, and how often.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use miso_client::{Event, Resource};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, restored, tokens, until};

/// An application that is unwell in dev. Its health is not to be had the first times.
async fn unwell(lost: usize) -> FarEnd {
    let asked = Arc::new(AtomicUsize::new(0));
    let orders = json!({"key": "orders", "displayName": "Orders", "type": "api", "environments": [
        {"environment": "dev", "status": "error", "health": "unhealthy",
            "healthSince": "2026-11-24T10:00:00Z", "image": "a:1", "deploymentId": "d-1"}]});
    FarEnd::start(move |request| match request.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/applications/orders" => Answer::json(200, orders.clone()),
        line if line.starts_with("GET /api/applications?") => {
            Answer::json(200, json!([orders.clone()]))
        }
        line if line.contains("/health") => match asked.fetch_add(1, Ordering::SeqCst) {
            before if before < lost => Answer::lost(),
            _ => Answer::json(200, json!({"status": "unhealthy", "checks": []})),
        },
        line if line.starts_with("GET /api/deployments/") => Answer::error(403, "FORBIDDEN"),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await
}

#[tokio::test]
async fn a_deployment_that_may_not_be_read_is_asked_for_once() {
    let far_end = unwell(0).await;
    let here = restored(&far_end).await;
    for _ in 0..5 {
        let (application, environment) = ("orders".to_owned(), "dev".to_owned());
        let answer = here.client.answer(application, environment, async |_| None);
        assert!(answer.await.unwrap().value.is_some());
    }
    assert_eq!(far_end.asked("GET /api/deployments/d-1").len(), 1);
    let spent = here.client.budget_stand().by_class;
    assert_eq!(
        spent.interactive, 1,
        "the application alone is somebody's click"
    );
}

#[tokio::test]
async fn who_could_not_be_asked_why_something_is_unwell_is_asked_again() {
    let far_end = unwell(4).await;
    let here = restored(&far_end).await;
    let is_known = || {
        let client = here.client.clone();
        tokio::spawn(async move { client.fleet().await.map(drop) });
        here.heard.all().iter().any(|event| {
            matches!(
                event,
                Event::ResourceChanged {
                    resource: Resource::Health { .. },
                    ..
                }
            )
        })
    };
    until("its health was read when it could be", is_known).await;
}
