//! Deployments with configuration, from another one, without doing it, and cancelled.

use super::*;

fn item(name: &str, value: &str, location: &str) -> Value {
    json!({"name": name, "value": value, "location": location, "required": true})
}

/// An application that runs in dev and test, where its secrets differ.
async fn started() -> (Bench, String, Value, Value) {
    let bench = Bench::running();
    let token = bench.token_for("aino.laine").await;
    let mut sent = manifest("my-app");
    sent["image"] = json!("miso/hello:1.0");
    sent["configuration"] = json!([
        item("LEVEL", "info", "variable"),
        item("PASSWORD", "hunter2", "keyvault"),
    ]);
    bench.post(&token, "/api/applications", &sent).await;
    let list = "/api/applications/my-app/deployments";
    let list = bench.get(&token, list).await.json();
    let dev = bench.ended(&token, &text(&list["data"][0], "id")).await;
    assert_eq!(dev["status"], "completed", "{dev}");
    let body = json!({
        "environment": "test", "image": "miso/hello:1.0",
        "configuration": [{"name": "PASSWORD", "value": "hunter3"}, {"name": "LEVEL", "value": "warn"}],
    });
    let test = bench.deployed(&token, "my-app", &body).await;
    assert_eq!(test["status"], "completed", "{test}");
    (bench, token, dev, test)
}

/// What the processes of a deployment get.
async fn given(bench: &Bench, deployment: &Value) -> Value {
    let place = Place::new("my-app", &text(deployment, "environment"));
    let (image, id) = (text(deployment, "image"), text(deployment, "id"));
    let launch = bench.site.platform.prepare(&place, &image, &id).await;
    json!(launch.unwrap().configuration)
}

#[tokio::test]
async fn configuration_beside_an_image_changes_only_what_it_names() {
    let (bench, token, dev, test) = started().await;
    let expected = json!({"LEVEL": "warn", "PASSWORD": "hunter3"});
    assert_eq!(given(&bench, &test).await, expected);
    let expected = json!({"LEVEL": "info", "PASSWORD": "hunter2"});
    assert_eq!(given(&bench, &dev).await, expected);
    let more = json!({"environment": "test", "configuration": [{"name": "MORE", "value": "1"}]});
    let more = bench.deployed(&token, "my-app", &more).await;
    let expected = json!({"LEVEL": "warn", "MORE": "1", "PASSWORD": "hunter3"});
    assert_eq!(given(&bench, &more).await, expected);
    // It is the environment's from then on.
    let path = "/api/applications/my-app/configuration?environment=test";
    let read = bench.get(&token, path).await;
    assert!(read.text.contains("MORE") && !read.text.contains("hunter"));
    // A secret does not become readable by being called something else.
    for change in [
        json!({"name": "PASSWORD", "location": "variable"}),
        json!({"name": "PASSWORD", "location": "variable", "value": null}),
        json!({"name": "lower", "value": "x"}),
        json!({"name": "NEW"}),
    ] {
        let body = json!({"environment": "test", "configuration": [change]});
        let refused = bench
            .post(&token, "/api/applications/my-app/deploy", &body)
            .await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text);
        let field = text(&refused.json()["error"]["details"][0], "field");
        assert!(field.starts_with("configuration[0]."), "{field}");
        assert!(!refused.text.contains("hunter"));
    }
    bench.site.platform.shut_down().await;
}

#[tokio::test]
async fn a_rollback_brings_image_and_secrets_back() {
    let (bench, token, _, test) = started().await;
    let next = json!({
        "environment": "test", "image": "miso/hello:2.0",
        "configuration": [{"name": "PASSWORD", "value": "wrong"}, {"name": "MORE", "value": "1"}],
    });
    bench.deployed(&token, "my-app", &next).await;
    let from = json!({"deploymentId": test["id"], "as": "rollback"});
    let body = json!({"environment": "test", "from": from});
    let back = bench.deployed(&token, "my-app", &body).await;
    assert_eq!(back["status"], "completed", "{back}");
    assert_eq!(back["rollbackOf"], test["id"]);
    assert_eq!(back["image"], "miso/hello:1.0");
    assert_eq!(back["previousImage"], "miso/hello:2.0");
    let expected = json!({"LEVEL": "warn", "PASSWORD": "hunter3"});
    assert_eq!(given(&bench, &back).await, expected);
    // A restart after it is the same again.
    let body = json!({"environment": "test"});
    let again = bench.deployed(&token, "my-app", &body).await;
    assert_eq!(given(&bench, &again).await, expected);
    bench.site.platform.shut_down().await;
}

#[tokio::test]
async fn a_promotion_keeps_what_is_the_targets() {
    let (bench, token, _, _) = started().await;
    let next = json!({
        "environment": "dev", "image": "miso/hello:2.0",
        "configuration": [{"name": "MORE", "value": "1"},
            {"name": "TOKEN", "value": "dev only", "location": "keyvault"}],
    });
    let dev = bench.deployed(&token, "my-app", &next).await;
    let from = json!({"deploymentId": dev["id"], "as": "promotion"});
    let body = json!({"environment": "test", "from": from});
    let promoted = bench.deployed(&token, "my-app", &body).await;
    assert_eq!(promoted["promotedFrom"], dev["id"], "{promoted}");
    assert_eq!(promoted["image"], "miso/hello:2.0");
    let expected = json!({"LEVEL": "warn", "MORE": "1", "PASSWORD": "hunter3"});
    assert_eq!(given(&bench, &promoted).await, expected);
    let items = promoted["configuration"].as_array().unwrap();
    let arrived = items.iter().find(|item| item["name"] == "TOKEN").unwrap();
    assert_eq!(arrived["isSet"], false, "it arrives unset");
    bench.site.platform.shut_down().await;
}

#[tokio::test]
async fn what_cannot_be_repeated_is_named() {
    let (bench, token, dev, _) = started().await;
    let failed = json!({"environment": "dev", "image": "nobody/knows:1"});
    let failed = bench.deployed(&token, "my-app", &failed).await;
    assert_eq!(failed["status"], "failed");
    let from = |id: &Value, kind: &str| json!({"deploymentId": id, "as": kind});
    for (environment, from, field) in [
        (
            "test",
            from(&json!("nobody"), "promotion"),
            "from.deploymentId",
        ),
        ("dev", from(&failed["id"], "rollback"), "from.deploymentId"),
        ("test", from(&dev["id"], "rollback"), "from.as"),
        ("dev", from(&dev["id"], "promotion"), "from.as"),
        ("dev", from(&dev["id"], "again"), "from.as"),
        ("dev", json!({"as": "rollback"}), "from.deploymentId"),
        ("dev", json!("it"), "from"),
    ] {
        let body = json!({"environment": environment, "from": from});
        let refused = bench
            .post(&token, "/api/applications/my-app/deploy", &body)
            .await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text);
        let details = &refused.json()["error"]["details"];
        assert_eq!(details[0]["field"], field, "{body}");
    }
    bench.site.platform.shut_down().await;
}

#[tokio::test]
async fn a_dry_run_says_what_would_change_and_stores_nothing() {
    let (bench, token, _, _) = started().await;
    let count = async || {
        let list = bench.get(&token, "/api/deployments").await.json();
        list["meta"]["total"].clone()
    };
    let before = count().await;
    let body = json!({
        "environment": "test", "image": "miso/hello:2.0", "dryRun": true,
        "configuration": [{"name": "PASSWORD", "value": "hunter4"}, {"name": "LEVEL", "value": "warn"},
            {"name": "MORE", "value": "1"}],
    });
    let dry = bench
        .post(&token, "/api/applications/my-app/deploy", &body)
        .await;
    assert_eq!(dry.status, 200, "{}", dry.text);
    assert!(!dry.text.contains("hunter"));
    let dry = dry.json();
    let changes = dry["changes"].as_array().unwrap();
    let paths: Vec<&Value> = changes.iter().map(|change| &change["path"]).collect();
    assert_eq!(
        paths,
        ["image", "configuration.PASSWORD", "configuration.MORE"]
    );
    assert_eq!(
        changes[0],
        json!({"path": "image", "before": "miso/hello:1.0", "after": "miso/hello:2.0"})
    );
    assert_eq!(changes[1]["after"]["value"], Value::Null);
    assert_eq!(changes[1]["after"]["isSet"], true);
    assert_eq!(changes[2]["before"], Value::Null);
    assert_eq!(count().await, before);
    let path = "/api/applications/my-app/configuration?environment=test";
    assert!(!bench.get(&token, path).await.text.contains("MORE"));
    let same = json!({"environment": "test", "dryRun": true});
    let same = bench
        .post(&token, "/api/applications/my-app/deploy", &same)
        .await;
    assert_eq!(same.json(), json!({"changes": []}));
    bench.site.platform.shut_down().await;
}

#[tokio::test]
async fn a_cancelled_deployment_ends_and_what_ran_goes_on() {
    let (bench, token, _, test) = started().await;
    let slow = json!({"environment": "test", "image": "miso/slow-start:1.0"});
    let path = "/api/applications/my-app/deploy";
    let id = text(&bench.post(&token, path, &slow).await.json(), "id");
    let cancel = format!("/api/deployments/{id}");
    let viewer = bench.token_for("elena.novak").await;
    assert_eq!(bench.delete(&viewer, &cancel).await.status, 403);
    let accepted = bench.delete(&token, &cancel).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    assert_eq!(accepted.json()["id"], json!(id));
    let ended = bench.ended(&token, &id).await;
    assert_eq!(ended["status"], "cancelled", "{ended}");
    assert_eq!(ended["error"], Value::Null);
    let application = bench.get(&token, "/api/applications/my-app").await.json();
    let there = &application["environments"][1];
    assert_eq!(there["status"], "running", "{there}");
    assert_eq!(there["image"], test["image"]);
    let again = bench.delete(&token, &cancel).await;
    assert_eq!(
        (again.status.as_u16(), again.code().as_str()),
        (409, "CONFLICT")
    );
    let nobody = bench.delete(&token, "/api/deployments/nobody").await;
    assert_eq!(nobody.status, 404);
    // The place is free for the next.
    let next = json!({"environment": "test"});
    let next = bench.deployed(&token, "my-app", &next).await;
    assert_eq!(next["status"], "completed");
    bench.site.platform.shut_down().await;
}

#[tokio::test]
async fn a_deployments_log_has_its_steps_and_what_it_printed_once() {
    let (bench, token, dev, _) = started().await;
    let path = format!("/api/deployments/{}/logs", text(&dev, "id"));
    let first = bench.get(&token, &path).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let first = first.json();
    let messages: Vec<String> = first["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| text(line, "message"))
        .collect();
    assert!(messages[0].starts_with("validate begins"), "{messages:?}");
    assert!(messages.iter().any(|line| line.starts_with("completed: ")));
    let printed = first["data"].as_array().unwrap();
    assert!(
        printed.iter().any(|line| line["source"] == "stdout"),
        "{first}"
    );
    let next = format!("{path}?cursor={}", text(&first, "nextCursor"));
    let rest = bench.get(&token, &next).await.json();
    assert_eq!(rest["data"], json!([]), "no line comes twice");
    let wrong = bench.get(&token, &format!("{path}?cursor=nonsense")).await;
    assert_eq!(wrong.status, 400);
    bench.site.platform.shut_down().await;
}
