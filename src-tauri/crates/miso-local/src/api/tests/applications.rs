//! Applications: created, listed, read, and by whom.

use super::*;

#[tokio::test]
async fn applications_are_created_listed_and_read() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    let mut sent = manifest("my-app");
    sent["team"] = json!({"unknown": ["kept"]});
    sent["configuration"] = json!([
        {"name": "DB_PASSWORD", "value": "hunter2", "location": "keyvault", "required": true}
    ]);
    let created = bench.post(&token, "/api/applications", &sent).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.header("etag"), "\"1\"");
    let read = bench.get(&token, "/api/applications/my-app").await;
    assert!(!read.text.contains("hunter2"));
    let read = read.json();
    assert_eq!(read["team"], sent["team"]);
    assert_eq!(read["configuration"][0]["isSet"], true);
    assert_eq!(read["environments"][0]["environment"], "dev");
    assert!(
        read["environments"][0]["permissions"]
            .as_array()
            .unwrap()
            .contains(&json!("applications:deploy"))
    );
    let again = bench.create(&token, "my-app").await;
    assert_eq!(
        (again.status.as_u16(), again.code().as_str()),
        (409, "CONFLICT")
    );

    bench.create(&token, "another").await;
    let list = bench
        .get(&token, "/api/applications?search=ANOTHER&sort=-key")
        .await
        .json();
    assert_eq!(list["meta"]["total"], 1);
    assert_eq!(list["data"][0]["key"], "another");
    let first = bench
        .get(&token, "/api/applications?pageSize=1")
        .await
        .json();
    assert!(first["data"][0].get("configuration").is_none());
    let next = text(&first["links"], "next");
    assert_eq!(
        bench.get(&token, &next).await.json()["data"][0]["key"],
        "my-app"
    );
}

#[tokio::test]
async fn each_broken_rule_is_named() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    let refused = bench
        .post(
            &token,
            "/api/applications",
            &json!({"key": "No", "displayName": "", "type": "x", "port": 0}),
        )
        .await;
    assert_eq!(refused.status, 400);
    let error = refused.json();
    let fields: Vec<&str> = error["error"]["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| detail["field"].as_str().unwrap())
        .collect();
    for field in ["key", "displayName", "type", "port", "image"] {
        assert!(fields.contains(&field), "{field}: {fields:?}");
    }
}

#[tokio::test]
async fn roles_are_held_to() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    let developer = bench.token_for("mikko.saari").await;
    let viewer = bench.token_for("elena.novak").await;
    bench.create(&admin, "my-app").await;
    let refused = bench.create(&viewer, "other").await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (403, "FORBIDDEN")
    );
    assert!(text(&refused.json()["error"], "message").contains("applications:create"));
    let deploy = |environment: &str| json!({"environment": environment, "image": "miso/hello:1.0"});
    let path = "/api/applications/my-app/deploy";
    assert_eq!(bench.post(&viewer, path, &deploy("dev")).await.status, 403);
    assert_eq!(
        bench.post(&developer, path, &deploy("test")).await.status,
        202
    );
    let prod = bench.post(&developer, path, &deploy("prod")).await;
    assert_eq!(prod.status, 403);
    assert!(text(&prod.json()["error"], "message").contains("applications:deploy in prod"));
    assert_eq!(bench.post(&admin, path, &deploy("prod")).await.status, 202);
    assert_eq!(
        bench.get(&viewer, "/api/applications/my-app").await.status,
        200
    );
}

#[tokio::test]
async fn nothing_is_made_up_where_nothing_is_known() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    let external = json!({"key": "elsewhere", "displayName": "Elsewhere", "type": "external"});
    assert_eq!(
        bench
            .post(&token, "/api/applications", &external)
            .await
            .status,
        201
    );
    let health = bench
        .get(&token, "/api/applications/elsewhere/health")
        .await
        .json();
    assert_eq!(
        (&health["status"], &health["checks"]),
        (&json!("unknown"), &json!([]))
    );
    let read = bench
        .get(&token, "/api/applications/elsewhere")
        .await
        .json();
    assert_eq!(
        (&read["status"], &read["environments"]),
        (&json!("stopped"), &json!([]))
    );
    let environments = bench.get(&token, "/api/environments").await.json();
    let keys: Vec<&str> = environments["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["dev", "test", "prod"]);
    assert_eq!(environments["data"][2]["displayName"], "Production");
    assert_eq!(environments["data"][0]["status"], "unknown");
    let deploy = json!({"environment": "dev", "image": "miso/hello:1"});
    assert_eq!(
        bench
            .post(&token, "/api/applications/elsewhere/deploy", &deploy)
            .await
            .status,
        409
    );
}
