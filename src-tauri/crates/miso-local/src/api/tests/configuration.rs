//! The configuration of an application.

use super::*;

const PATH: &str = "/api/applications/my-app/configuration";

fn item(name: &str, value: Value, location: &str) -> Value {
    json!({"name": name, "value": value, "location": location, "required": true})
}

async fn with_items(bench: &Bench, token: &str) {
    let mut sent = manifest("my-app");
    sent["configuration"] = json!([
        item("LEVEL", json!("info"), "variable"),
        item("PASSWORD", json!("hunter2"), "keyvault"),
    ]);
    let created = bench.post(token, "/api/applications", &sent).await;
    assert_eq!(created.status, 201, "{}", created.text);
}

#[tokio::test]
async fn secrets_are_written_kept_and_never_read() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    with_items(&bench, &token).await;
    let dev = format!("{PATH}?environment=dev");
    let read = bench.get(&token, &dev).await;
    assert_eq!(read.status, 200, "{}", read.text);
    assert!(!read.text.contains("hunter2"));
    let body = read.json();
    assert_eq!(body["environment"], "dev");
    assert_eq!(body["items"][1]["value"], Value::Null);
    assert_eq!(body["items"][1]["isSet"], true);
    assert!(text(&body, "message").contains("next deployment"));

    let items = json!({"items": [
        item("LEVEL", json!("debug"), "variable"),
        item("PASSWORD", Value::Null, "keyvault"),
        item("TOKEN", json!("a token"), "keyvault"),
    ]});
    let tag = read.header("etag").to_owned();
    let put = bench.write(&token, ("PUT", &dev), &items, &tag).await;
    assert_eq!(put.status, 200, "{}", put.text);
    assert!(!put.text.contains("a token"));
    assert!(text(&put.json(), "message").contains("next deployment"));
    assert_eq!(put.json()["items"][0]["value"], "debug");
    assert_eq!(put.json()["items"][1]["isSet"], true);
    assert_eq!(put.json()["items"][2]["isSet"], true);
    let again = bench.get(&token, &dev).await;
    assert_eq!(again.json(), put.json());
    assert_eq!(again.header("etag"), put.header("etag"));

    // Who knows that version is not sent it again; who knows another one is.
    for (known, status) in [(put.header("etag"), 304), (tag.as_str(), 200), ("*", 304)] {
        let request = Request::get(&dev)
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::IF_NONE_MATCH, known);
        let read = bench.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(read.status, status, "{known}");
        assert_eq!(read.text.is_empty(), status == 304);
        assert_eq!(read.header("etag"), put.header("etag"));
    }

    let stale = bench.write(&token, ("PUT", &dev), &items, &tag).await;
    assert_eq!(
        (stale.status.as_u16(), stale.code().as_str()),
        (409, "CONFLICT")
    );
    assert_eq!(stale.header("etag"), put.header("etag"));
    // What is left out is deleted, there alone.
    let fewer = json!({"items": [item("LEVEL", json!("debug"), "variable")]});
    let put = bench.put(&token, &dev, &fewer).await;
    assert_eq!(put.json()["items"].as_array().unwrap().len(), 1);
    for elsewhere in ["", "?environment=prod"] {
        let read = bench
            .get(&token, &format!("{PATH}{elsewhere}"))
            .await
            .json();
        let names = read["items"].as_array().unwrap().iter();
        let names: Vec<String> = names.map(|item| text(item, "name")).collect();
        assert_eq!(names, ["LEVEL", "PASSWORD"], "{elsewhere}");
    }
}

#[tokio::test]
async fn an_item_that_is_not_as_it_must_be_is_named() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    with_items(&bench, &token).await;
    let twice = json!([
        item("A", json!("1"), "variable"),
        item("A", json!("2"), "variable")
    ]);
    for (body, field) in [
        (json!({}), "items"),
        (json!({"items": "all"}), "items"),
        (json!({"items": [5]}), "items[0]"),
        (
            json!({"items": [item("lower", json!("x"), "variable")]}),
            "items[0].name",
        ),
        (
            json!({"items": [item("A", Value::Null, "variable")]}),
            "items[0].value",
        ),
        (
            json!({"items": [item("A", json!("x"), "elsewhere")]}),
            "items[0].location",
        ),
        (json!({ "items": twice }), "items[1].name"),
    ] {
        let refused = bench.put(&token, PATH, &body).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text);
        let details = &refused.json()["error"]["details"];
        assert_eq!(details[0]["field"], field, "{body}");
    }
    let moon = bench.get(&token, &format!("{PATH}?environment=moon")).await;
    assert_eq!(moon.status, 404);
}

#[tokio::test]
async fn a_developer_changes_dev_and_nobody_reads_changes() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    with_items(&bench, &admin).await;
    let items = json!({"items": []});
    let developer = bench.token_for("mikko.saari").await;
    let put = async |token: &str, environment: &str| {
        let path = format!("{PATH}?environment={environment}");
        bench.put(token, &path, &items).await
    };
    assert_eq!(put(&developer, "dev").await.status, 200);
    let refused = put(&developer, "prod").await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("configuration:update in prod"));
    let viewer = bench.token_for("elena.novak").await;
    assert_eq!(put(&viewer, "dev").await.status, 403);
    assert_eq!(bench.get(&viewer, PATH).await.status, 200);
}

#[tokio::test]
async fn a_change_counts_from_the_next_deployment_on() {
    let bench = Bench::running();
    let token = bench.token_for("aino.laine").await;
    with_items(&bench, &token).await;
    let image = json!({"environment": "test", "image": "miso/hello:1.0"});
    let first = bench.deployed(&token, "my-app", &image).await;
    assert_eq!(first["status"], "completed", "{first}");
    let items = json!({"items": [item("LEVEL", json!("debug"), "variable")]});
    let path = format!("{PATH}?environment=test");
    assert_eq!(bench.put(&token, &path, &items).await.status, 200);
    // What runs goes on with what it was deployed with, after a start of the instance too.
    let place = Place::new("my-app", "test");
    let launch = async |deployment: &Value| {
        let id = text(deployment, "id");
        let platform = &bench.site.platform;
        let launch = platform.prepare(&place, "miso/hello:1.0", &id).await;
        json!(launch.unwrap().configuration)
    };
    let before = json!({"LEVEL": "info", "PASSWORD": "hunter2"});
    assert_eq!(launch(&first).await, before);
    let restart = json!({"environment": "test"});
    let next = bench.deployed(&token, "my-app", &restart).await;
    assert_eq!(next["configuration"].as_array().unwrap().len(), 1, "{next}");
    assert_eq!(launch(&next).await, json!({"LEVEL": "debug"}));
    assert_eq!(launch(&first).await, before, "a snapshot stays as it was");
    bench.site.platform.shut_down().await;
}
