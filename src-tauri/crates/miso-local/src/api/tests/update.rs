//! Applications changed and removed.

use super::*;

#[tokio::test]
async fn what_was_read_can_be_put_back_and_a_stale_version_is_refused() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    let mut sent = manifest("my-app");
    sent["team"] = json!({"unknown": ["kept"]});
    sent["configuration"] = json!([
        {"name": "PASSWORD", "value": "hunter2", "location": "keyvault", "required": true,
         "portalInput": {"field": "password", "label": "The password"}}
    ]);
    bench.post(&token, "/api/applications", &sent).await;
    bench.rolled_out().await;
    let path = "/api/applications/my-app";
    let read = bench.get(&token, path).await;
    let (mut body, first) = (read.json(), read.header("etag").to_owned());
    body["displayName"] = json!("Another name");
    let put = bench.write(&token, ("PUT", path), &body, &first).await;
    assert_eq!(put.status, 200, "{}", put.text);
    assert_eq!(put.header("etag"), "\"2\"");
    let changed = put.json();
    assert_eq!(changed["displayName"], "Another name");
    assert_eq!(changed["team"], sent["team"]);
    assert_eq!(changed["configuration"], read.json()["configuration"]);
    assert_eq!(changed["configuration"][0]["isSet"], true);
    assert_eq!(changed["createdAt"], read.json()["createdAt"]);

    let stale = bench.write(&token, ("PUT", path), &body, &first).await;
    assert_eq!(
        (stale.status.as_u16(), stale.code().as_str()),
        (409, "CONFLICT")
    );
    assert_eq!(stale.header("etag"), "\"2\"");
    assert!(text(&stale.json()["error"], "message").contains("\"2\""));
    let without = bench.put(&token, path, &sent).await;
    assert_eq!(without.status, 200, "{}", without.text);
    assert_eq!(without.header("etag"), "\"3\"");
    let events = bench.get(&token, &format!("{path}/events")).await.json();
    assert_eq!(events["data"][0]["by"], "aino.laine", "{events}");
}

#[tokio::test]
async fn what_may_not_be_put_is_named() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    bench.create(&token, "my-app").await;
    let path = "/api/applications/my-app";
    for (field, value) in [
        ("key", json!("other-app")),
        ("port", json!(0)),
        ("image", Value::Null),
        ("displayName", json!("")),
    ] {
        let mut sent = manifest("my-app");
        sent[field] = value;
        let refused = bench.put(&token, path, &sent).await;
        assert_eq!(refused.status, 400, "{field}: {}", refused.text);
        let details = &refused.json()["error"]["details"];
        assert_eq!(details[0]["field"], field);
    }
    let missing = "/api/applications/nobody";
    let nobody = bench.put(&token, missing, &manifest("nobody")).await;
    assert_eq!(nobody.status, 404);
    let viewer = bench.token_for("elena.novak").await;
    let refused = bench.put(&viewer, path, &manifest("my-app")).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("applications:update"));
}

#[tokio::test]
async fn what_production_has_of_its_own_is_changed_by_who_may_change_it_there() {
    let bench = Bench::new();
    let token = bench.token_for("mikko.saari").await;
    bench.create(&token, "my-app").await;
    let path = "/api/applications/my-app";
    let own = |environment: &str| {
        let mut sent = manifest("my-app");
        sent["environments"] = json!({environment: {"configuration": [
            {"name": "LEVEL", "value": "warn", "location": "variable", "required": true}
        ]}});
        sent
    };
    assert_eq!(bench.put(&token, path, &own("test")).await.status, 200);
    let refused = bench.put(&token, path, &own("prod")).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(refused.text.contains("applications:update in prod"));
}

#[tokio::test]
async fn a_removed_application_leaves_nothing_and_its_key_is_free() {
    let bench = Bench::running();
    let token = bench.token_for("aino.laine").await;
    let mut sent = manifest("my-app");
    sent["configuration"] = json!([
        {"name": "PASSWORD", "value": "hunter2", "location": "keyvault", "required": true}
    ]);
    bench.post(&token, "/api/applications", &sent).await;
    let image = json!({"environment": "prod", "image": "miso/hello:1.0"});
    let deployed = bench.deployed(&token, "my-app", &image).await;
    assert_eq!(deployed["status"], "completed", "{deployed}");
    let path = "/api/applications/my-app";
    let application = bench.get(&token, path).await.json();
    let url = Url::parse(&text(&application, "url")).unwrap();
    let address = ("127.0.0.1", url.port().unwrap());
    assert!(std::net::TcpStream::connect(address).is_ok());

    let refused = bench.delete(&token, path).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (409, "CONFLICT")
    );
    assert!(refused.text.contains("force=true"));
    let developer = bench.token_for("mikko.saari").await;
    let forced = format!("{path}?force=true");
    assert_eq!(bench.delete(&developer, &forced).await.status, 403);
    // One that is on its way ends with it.
    let slow = json!({"environment": "test", "image": "miso/slow-start:1.0"});
    let slow = bench.post(&token, &format!("{path}/deploy"), &slow).await;
    assert_eq!(slow.status, 202);
    let gone = bench.delete(&token, &forced).await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));

    assert_eq!(bench.get(&token, path).await.status, 404);
    assert!(std::net::TcpStream::connect(address).is_err());
    assert!(!bench._folder.path().join("logs/my-app").exists());
    let left = bench
        .site
        .store
        .call(|db| {
            let tables = [
                "secrets",
                "deployment_secrets",
                "deployments",
                "placements",
                "events",
            ];
            let count = |table: &str| {
                db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                    row.get::<_, u32>(0)
                })
            };
            Ok(tables.map(|table| count(table).unwrap()))
        })
        .await
        .unwrap();
    assert_eq!(left, [0u32; 5]);
    assert_eq!(bench.delete(&token, path).await.status, 404);
    let again = bench.create(&token, "my-app").await;
    assert_eq!(again.status, 201, "{}", again.text);
    bench.site.platform.shut_down().await;
}
