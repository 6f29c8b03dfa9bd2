//! Calls by hand that reach production without a word of it.

use miso_client::{ApiCall, Code};
use serde_json::json;

use crate::explored::{call, send, with_body};
use crate::far_end::{Answer, FarEnd, restored, tokens};

#[tokio::test]
async fn promise_production_is_shown_too_where_a_call_reaches_it_without_its_name() {
    let orders = json!({"key": "orders", "type": "webapp", "environments": [
        {"environment": "dev", "status": "running"}, {"environment": "live", "status": "running"}]});
    let till = json!({"key": "till", "type": "webapp", "environments": [
        {"environment": "dev", "status": "running"}]});
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.starts_with("GET /api/environments") => Answer::json(
            200,
            json!([{"key": "live", "production": true, "status": "healthy"},
                   {"key": "dev", "status": "healthy"}]),
        ),
        "GET /api/applications/orders" => Answer::json(200, orders.clone()),
        "GET /api/applications/till" => Answer::json(200, till.clone()),
        line if line.starts_with("GET /api/deployments/d-") => {
            let id = line.rsplit('/').next().unwrap_or_default();
            let environment = if id == "d-live" { "live" } else { "dev" };
            Answer::json(
                200,
                json!({"id": id, "applicationKey": "orders", "environment": environment,
                    "status": "running"}),
            )
        }
        _ => Answer::json(200, json!({"ok": true})),
    })
    .await;
    let here = restored(&far_end).await;
    here.client.environments().await.unwrap();
    for key in ["orders", "till"] {
        here.client.application(key.to_owned()).await.unwrap();
    }
    for id in ["d-live", "d-dev"] {
        here.client.deployment(id.to_owned()).await.unwrap();
    }
    let force = ApiCall {
        query: vec![("force".to_owned(), "true".to_owned())],
        ..call("DELETE", "/api/applications/orders")
    };
    let items = json!({"items": []});
    for production in [
        force,
        call("DELETE", "/api/applications/orders/access/matti"),
        with_body("PUT", "/api/applications/orders/configuration", &items),
        call("DELETE", "/api/deployments/d-live"),
        // Nobody has read these: they may be anywhere.
        call("DELETE", "/api/applications/unread"),
        call("DELETE", "/api/deployments/d-unread"),
    ] {
        let refused = send(&here, &production).await;
        assert_eq!(refused.unwrap_err(), Code::NotConfirmed, "{production:?}");
    }
    let unread_in_dev = ApiCall {
        query: vec![("environment".to_owned(), "dev".to_owned())],
        ..call("DELETE", "/api/applications/unread")
    };
    let in_dev = ApiCall {
        query: vec![("environment".to_owned(), "dev".to_owned())],
        ..with_body("PUT", "/api/applications/orders/configuration", &items)
    };
    for other in [
        in_dev,
        unread_in_dev,
        call("DELETE", "/api/applications/till"),
        call("DELETE", "/api/deployments/d-dev"),
    ] {
        assert_eq!(here.client.show_call(&other).unwrap(), None, "{other:?}");
    }
}

#[tokio::test]
async fn where_an_instance_has_no_production_nothing_is_in_it() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.starts_with("GET /api/environments") => {
            Answer::json(200, json!([{"key": "dev", "status": "healthy"}]))
        }
        _ => Answer::json(200, json!({"ok": true})),
    })
    .await;
    let here = restored(&far_end).await;
    let unread = call("DELETE", "/api/applications/unread");
    let refused = send(&here, &unread).await;
    assert_eq!(refused.unwrap_err(), Code::NotConfirmed, "nobody has asked");
    here.client.environments().await.unwrap();
    assert_eq!(here.client.show_call(&unread).unwrap(), None);
}
