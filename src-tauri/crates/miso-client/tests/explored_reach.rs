//! Calls by hand that reach production without a word of it.

use miso_client::transport::Passing;
use miso_client::{ApiCall, Code, ConnectionEdit, ConnectionWay, Hue};
use serde_json::json;

use crate::explored::{call, described, send, with_body};
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
    let unread_in_dev = ApiCall {
        query: vec![("environment".to_owned(), "dev".to_owned())],
        ..call("DELETE", "/api/applications/unread")
    };
    let items = json!({"items": []});
    for production in [
        force,
        call("DELETE", "/api/applications/orders/access/matti"),
        with_body("PUT", "/api/applications/orders/configuration", &items),
        call("DELETE", "/api/deployments/d-live"),
        // What is not readable may be anywhere, whatever environment the deletion of all names.
        call("DELETE", "/api/applications/unread"),
        unread_in_dev,
    ] {
        let refused = send(&here, &production).await;
        assert_eq!(refused.unwrap_err(), Code::NotConfirmed, "{production:?}");
    }
    let in_dev = ApiCall {
        query: vec![("environment".to_owned(), "dev".to_owned())],
        ..with_body("PUT", "/api/applications/orders/configuration", &items)
    };
    for other in [
        in_dev,
        call("DELETE", "/api/applications/till"),
        call("DELETE", "/api/deployments/d-dev"),
    ] {
        assert_eq!(
            here.client.show_call(&other).await.unwrap(),
            None,
            "{other:?}"
        );
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
    assert_eq!(here.client.show_call(&unread).await.unwrap(), None);
}

/// An instance of whose applications and deployments nothing was read yet.
async fn unread() -> FarEnd {
    let place = |environment: &str| json!({"environment": environment, "status": "running"});
    let application = move |key: &str, places: &[&str]| {
        let places: Vec<_> = places.iter().map(|&one| place(one)).collect();
        Answer::json(
            200,
            json!({"key": key, "type": "webapp", "environments": places}),
        )
    };
    FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/environments" => Answer::json(
            200,
            json!([{"key": "live", "production": true, "status": "healthy"},
                   {"key": "dev", "status": "healthy"}]),
        ),
        "GET /api/applications/orders" => application("orders", &["dev", "live"]),
        "GET /api/applications/till" => application("till", &["dev"]),
        "GET /api/applications/hidden" => Answer::error(403, "FORBIDDEN"),
        "GET /api/applications/broken" => Answer::text(200, "<html>"),
        "GET /api/applications/orders/access" => Answer::json(
            200,
            json!([{"subject": "matti", "subjectType": "user", "role": "developer",
                    "environments": ["dev", "live"]},
                   {"subject": "maija", "subjectType": "user", "role": "developer",
                    "environments": ["dev"]}]),
        ),
        line if line.starts_with("GET /api/deployments/d-") => {
            let environment = line.rsplit('-').next().unwrap_or_default();
            Answer::json(
                200,
                json!({"id": format!("d-{environment}"), "applicationKey": "orders",
                    "environment": environment, "status": "running"}),
            )
        }
        line if line.starts_with("GET ") => Answer::error(404, "NOT_FOUND"),
        _ => Answer::json(200, json!({"ok": true})),
    })
    .await
}

fn with_query(name: &str, value: &str, call: ApiCall) -> ApiCall {
    ApiCall {
        query: vec![(name.to_owned(), value.to_owned())],
        ..call
    }
}

#[tokio::test]
async fn promise_what_a_call_reaches_is_asked_for_where_it_is_not_known() {
    let far_end = unread().await;
    let delete = |path: &str| call("DELETE", path);
    let items = json!({"items": []});
    let in_dev = json!({"environments": ["dev"]});
    let configured = || with_body("PUT", "/api/applications/orders/configuration", &items);
    for production in [
        with_query("force", "true", delete("/api/applications/orders")),
        with_query("note", "dev", delete("/api/applications/orders")),
        with_query("environment", "dev", delete("/api/applications/orders")),
        delete("/api//Applications//orders"),
        delete("/api/applications/hidden"),
        delete("/api/applications/broken"),
        delete("/api/deployments/d-live"),
        delete("/api/applications/till/deployments/d-live"),
        configured(),
        with_query("note", "dev", configured()),
        with_body(
            "POST",
            "/api/applications/orders/restart",
            &json!({"note": "dev"}),
        ),
        with_body("PUT", "/api/applications/orders/access/matti", &in_dev),
        delete("/api/applications/orders/access/matti"),
    ] {
        let here = restored(&far_end).await;
        let refused = send(&here, &production).await;
        assert_eq!(refused.unwrap_err(), Code::NotConfirmed, "{production:?}");
    }
    for other in [
        delete("/api/applications/till"),
        delete("/api/applications/gone"),
        delete("/api/deployments/d-dev"),
        with_query("environment", "dev", configured()),
        with_body(
            "POST",
            "/api/applications/orders/deploy",
            &json!({"environment": "dev", "image": "a:1"}),
        ),
        delete("/api/applications/orders/environments/dev"),
        with_body("PUT", "/api/applications/orders/access/maija", &in_dev),
        delete("/api/applications/orders/access/maija"),
    ] {
        let here = restored(&far_end).await;
        assert_eq!(send(&here, &other).await.map(drop), Ok(()), "{other:?}");
    }
}

#[tokio::test]
async fn what_names_its_environment_asks_for_nothing_more() {
    let far_end = unread().await;
    let here = restored(&far_end).await;
    let deploy = json!({"environment": "dev", "image": "a:1"});
    let deploy = with_body("POST", "/api/applications/orders/deploy", &deploy);
    for _ in 0..2 {
        send(&here, &deploy).await.unwrap();
    }
    assert_eq!(far_end.asked("GET /api").len(), 1, "which are production");
    let delete = call("DELETE", "/api/applications/till");
    for _ in 0..2 {
        assert_eq!(here.client.show_call(&delete).await.unwrap(), None);
    }
    assert_eq!(far_end.asked("GET /api").len(), 2, "the application, once");
}

#[tokio::test]
async fn a_locked_connection_is_read_and_not_written_to_and_one_of_production_is_all_production() {
    let far_end = described().await;
    let here = restored(&far_end).await;
    let id = here.connections.to_save()[0].id.clone();
    let edit = |production, read_only| ConnectionEdit {
        name: "Orders".to_owned(),
        hue: Hue::Plum,
        production,
        read_only,
    };
    let way = ConnectionWay::default;
    here.connections
        .change(&id, edit(false, true), way())
        .unwrap();
    let client = here.connections.client(&id).unwrap();
    let write = with_body("PUT", "/api/environments/dev", &json!({"name": "Dev"}));
    let sent = async |call: &ApiCall| {
        let sent = client.send_call(call, None).await;
        sent.map(|answer| answer.status)
            .map_err(|failure| failure.code)
    };
    for read in ["GET", "HEAD", "OPTIONS"] {
        assert_eq!(
            sent(&call(read, "/api/applications")).await,
            Ok(200),
            "{read}"
        );
    }
    assert_eq!(sent(&write).await, Err(Code::ReadOnly));
    // Who let one call through has unlocked it for no other, not even meanwhile.
    let passing = Passing {
        past_the_lock: true,
        ..Passing::default()
    };
    let let_through = client.send_call_passing(&write, None, passing);
    let (let_through, other) = tokio::join!(let_through, sent(&write));
    assert_eq!(
        (let_through.unwrap().status, other),
        (200, Err(Code::ReadOnly))
    );
    assert_eq!(client.unlocked_until(), None);
    client.unlock();
    assert_eq!(sent(&write).await, Ok(200));
    here.connections
        .change(&id, edit(true, false), way())
        .unwrap();
    assert_eq!(sent(&write).await, Err(Code::NotConfirmed));
    assert_eq!(sent(&call("GET", "/api/applications")).await, Ok(200));
    assert_eq!(far_end.asked("PUT /api").len(), 2);
}
