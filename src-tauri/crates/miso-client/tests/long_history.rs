//! A history of which the newest page says nothing of a place: what ran there is found all the same.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use miso_client::Resource;
use serde_json::{Value, json};

use crate::far_end::{Answer, FarEnd, restored, restored_at, tokens};
use crate::flying::Flying;
use crate::hostile::{hostile, json as says};

/// A page of deployments to an environment, of so many in all.
fn page(environment: &str, count: usize, total: usize) -> Value {
    let data: Vec<Value> = (0..count)
        .map(|number| {
            json!({
                "id": format!("{environment}-{number}"), "applicationKey": "shop", "environment": environment,
                "image": "shop:2.0", "previousImage": "shop:1.0", "status": "completed",
                "createdAt": format!("2026-01-{:02}T00:00:00Z", if environment == "dev" { 20 } else { 2 }),
                "configuration": [{ "name": "KEY", "location": "keyvault", "value": "told by mistake" }],
            })
        })
        .collect();
    json!({ "data": data, "meta": { "page": 1, "pageSize": 200, "total": total, "totalPages": 2 } })
}

#[tokio::test]
async fn what_ran_before_in_a_quiet_place_is_asked_for_once_and_shown() {
    let (far_end, asked) = hostile(|asked| {
        let (_, target) = asked.line.split_once(' ').unwrap();
        let answer = match target.split_once('?') {
            Some((path, query)) if path.ends_with("/deployments") => {
                if query.contains("environment=prod") {
                    page("prod", 3, 3)
                } else {
                    page("dev", 200, 203)
                }
            }
            _ => json!({ "data": [{
                "key": "shop", "displayName": "Shop", "type": "webapp", "status": "running",
                "environments": [
                    { "environment": "dev", "status": "running", "image": "shop:2.0" },
                    { "environment": "prod", "status": "running", "image": "shop:2.0" },
                ],
            }] }),
        };
        says(200, &answer.to_string())
    })
    .await;
    let clock = Arc::new(Flying::new());
    let here = restored_at(&far_end, clock.clone()).await;
    here.client.applications().await.unwrap();
    let history = here
        .client
        .deployments(Some("shop".to_owned()))
        .await
        .unwrap();
    assert_eq!(history.value.data.len(), 203);
    let prod = history
        .value
        .data
        .iter()
        .filter(|one| one.environment == "prod");
    assert_eq!(prod.count(), 3);
    let asks = || {
        let asked = asked.lock().unwrap();
        asked
            .iter()
            .filter(|one| one.line.contains("/shop/deployments"))
            .count()
    };
    assert_eq!(asks(), 2, "the page, and production alone");
    clock.pass(Duration::from_secs(60));
    here.client
        .refresh(&Resource::Deployments {
            application: Some("shop".to_owned()),
        })
        .await
        .unwrap();
    assert_eq!(asks(), 4);

    let older = here
        .client
        .older_deployments(Some("shop"), Some("prod"), 1)
        .await
        .unwrap();
    assert_eq!(older.meta.map(|meta| meta.total), Some(3));
    assert!(
        !serde_json::to_string(&older.data)
            .unwrap()
            .contains("told by mistake")
    );
}

/// What a server writes for a time may be the last one that there is.
#[tokio::test]
async fn deployments_at_the_end_of_all_times_are_read_like_others() {
    let end = "+262142-12-31T23:59:59Z";
    let deployments = json!({"data": [{"id": "d-1", "applicationKey": "shop", "environment": "dev",
        "image": "shop:2.0", "status": "completed", "createdAt": end, "completedAt": end}],
        "meta": {"page": 1, "pageSize": 1, "total": 2, "totalPages": 2}});
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.starts_with("GET /api/deployments") => Answer::json(200, deployments.clone()),
        line if line.contains("/deployments") => Answer::json(200, json!({"data": []})),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await;
    let here = restored(&far_end).await;
    let own = here.client.deployments(Some("shop".to_owned())).await;
    assert_eq!(own.unwrap().value.data.len(), 0);
    let recent = here.client.deployments(None).await.unwrap();
    assert_eq!(recent.value.data[0].id, "d-1");
    here.client.activity(Some(Utc::now())).await.unwrap();
}
