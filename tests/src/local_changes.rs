//! Changes of applications, as they are made from outside: put, configured, repeated, given to
//! others, removed.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::instance::{Instance, Serve};
use crate::support::process::kill;
use crate::support::session::Session;
use crate::support::wait::{LATER, until};

/// What is looked for where it must not be.
const SECRET: &str = "a-secret-nobody-else-has";

#[tokio::test]
async fn a_change_is_kept_whatever_happens_and_a_secret_is_nowhere_to_be_read() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    create(&api, "shop").await;
    let path = "/api/applications/shop";
    let read = api.get(path).await;
    let mut manifest = read.json();
    let tag = read.header("etag").expect("a version").to_owned();
    manifest["displayName"] = json!("The shop");
    let put = api
        .write("PUT", path, &[("if-match", &tag)], &manifest)
        .await;
    assert_eq!(put.status, 200, "{put:?}");
    let stale = api
        .write("PUT", path, &[("if-match", &tag)], &manifest)
        .await;
    assert_eq!((stale.status, stale.code().as_str()), (409, "CONFLICT"));
    assert_eq!(stale.header("etag"), put.header("etag"), "the newer one");

    let configuration = "/api/applications/shop/configuration?environment=dev";
    let items = json!({"items": [
        {"name": "LEVEL", "value": "debug", "location": "variable", "required": true},
        {"name": "PASSWORD", "value": SECRET, "location": "keyvault", "required": true},
    ]});
    let put = api.write("PUT", configuration, &[], &items).await;
    assert_eq!(put.status, 200, "{put:?}");
    assert!(put.text.contains("next deployment"), "{put:?}");
    kill(instance.id());
    drop(instance);
    let data = session.home().join("data");
    assert!(!anywhere(&data, SECRET.as_bytes()), "it is in the clear");

    let instance = started(&session);
    let api = instance.account().await;
    assert_eq!(api.get(path).await.json()["displayName"], "The shop");
    let again = api.get(configuration).await;
    assert_eq!(again.json(), put.json());
    assert!(!again.text.contains(SECRET));
    let secret = &again.json()["items"][1];
    assert_eq!(
        (&secret["value"], &secret["isSet"]),
        (&Value::Null, &json!(true))
    );
    // A secret without a value keeps its own; what is left out goes.
    let fewer = json!({"items": [secret]});
    let tag = again.header("etag").expect("a version").to_owned();
    let headers = [("if-match", tag.as_str())];
    let put = api.write("PUT", configuration, &headers, &fewer).await;
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(put.json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(put.json()["items"][0]["isSet"], true);
    let stale = api.write("PUT", configuration, &headers, &items).await;
    assert_eq!((stale.status, stale.code().as_str()), (409, "CONFLICT"));
}

#[tokio::test]
async fn a_version_goes_on_and_back_and_is_removed_with_all_it_had() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    create(&api, "shop").await;
    let first = api.get("/api/applications/shop/deployments").await.json();
    let first = ended(&api, &text(&first["data"][0], "id")).await;
    assert_eq!(first["status"], "completed", "{first}");

    let deploy = "/api/applications/shop/deploy";
    let body = json!({"environment": "prod", "dryRun": true,
        "from": {"deploymentId": first["id"], "as": "promotion"}});
    let dry = api.post(deploy, &body).await;
    assert_eq!(dry.status, 200, "{dry:?}");
    let change = &dry.json()["changes"][0];
    assert_eq!(
        *change,
        json!({"path": "image", "before": null, "after": "miso/hello:1.0"})
    );
    let body = json!({"environment": "prod",
        "from": {"deploymentId": first["id"], "as": "promotion"}});
    let promoted = deployed(&api, &body).await;
    assert_eq!(promoted["status"], "completed", "{promoted}");
    assert_eq!(promoted["promotedFrom"], first["id"]);
    let next = json!({"environment": "prod", "image": "miso/hello:2.0",
        "configuration": [{"name": "LEVEL", "value": "warn"}]});
    let next = deployed(&api, &next).await;
    assert_eq!(next["configuration"][0]["value"], "warn", "{next}");
    let back = json!({"environment": "prod",
        "from": {"deploymentId": promoted["id"], "as": "rollback"}});
    let back = deployed(&api, &back).await;
    assert_eq!(back["image"], "miso/hello:1.0", "{back}");
    assert_eq!(back["rollbackOf"], promoted["id"]);
    assert_eq!(back["configuration"][0]["value"], "info");

    let slow = json!({"environment": "dev", "image": "miso/slow-start:1.0"});
    let slow = text(&api.post(deploy, &slow).await.json(), "id");
    let path = format!("/api/deployments/{slow}");
    let cancelled = api.call("DELETE", &path, &[]).await;
    assert_eq!(cancelled.status, 202, "{cancelled:?}");
    assert_eq!(ended(&api, &slow).await["status"], "cancelled");
    let again = api.call("DELETE", &path, &[]).await;
    assert_eq!((again.status, again.code().as_str()), (409, "CONFLICT"));
    let log = api.get(&format!("{path}/logs")).await;
    assert_eq!(log.status, 200, "{log:?}");
    assert!(log.text.contains("validate begins") && log.text.contains("cancelled"));
    assert!(log.json()["nextCursor"].is_string());

    let application = "/api/applications/shop";
    let refused = api.call("DELETE", application, &[]).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "CONFLICT"));
    let url = text(&api.get(application).await.json(), "url");
    assert_eq!(api.get_with(&url, &[]).await.status, 200);
    let forced = format!("{application}?force=true");
    let gone = api.call("DELETE", &forced, &[]).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(api.get(application).await.status, 404);
    let left = api.get("/api/deployments").await.json();
    assert_eq!(left["meta"]["total"], 0);
    let logs = session.home().join("data/logs/shop");
    assert!(!logs.exists());
}

#[tokio::test]
async fn access_is_given_listed_asked_for_and_taken() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    create(&api, "shop").await;
    let access = "/api/applications/shop/access";
    let row = format!("{access}/elena.novak%40example.com");
    let body = json!({"subjectType": "user", "role": "developer", "environments": ["dev"]});
    let given = api.write("PUT", &row, &[], &body).await;
    assert_eq!(given.status, 200, "{given:?}");
    let expected = json!({"subject": "elena.novak@example.com", "subjectType": "user",
        "role": "developer", "environments": ["dev"]});
    assert_eq!(given.json(), expected);
    assert_eq!(api.get(access).await.json(), json!([expected]));
    let taken = api.call("DELETE", &row, &[]).await;
    assert_eq!(taken.status, 204, "{taken:?}");
    assert_eq!(api.get(access).await.json(), json!([]));

    let wish = json!({"applicationKey": "shop", "role": "user", "environments": ["prod"],
        "reason": "I use it."});
    let asked = api.post("/api/access-requests", &wish).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let one = format!("/api/access-requests/{}", text(&asked.json(), "id"));
    let decision = json!({"decision": "approved"});
    let decided = api.write("PATCH", &one, &[], &decision).await;
    assert_eq!(decided.json()["status"], "approved", "{decided:?}");
    let list = api.get("/api/access-requests?status=approved").await.json();
    assert_eq!(list["meta"]["total"], 1);
    let rows = api.get(access).await.json();
    assert_eq!(rows[0]["role"], "user", "{rows}");
    let permissions = "/api/users/me/permissions?application=shop&environment=prod";
    let permissions = api.get(permissions).await;
    assert!(permissions.text.contains("\"applications:delete\""));
}

fn started(session: &Session) -> Instance {
    Serve::new(session, "data")
        .account()
        .unlimited()
        .start(session)
}

async fn create(api: &Api, key: &str) {
    let manifest = json!({
        "key": key, "displayName": key, "type": "webapp", "image": "miso/hello:1.0", "port": 3000,
        "configuration": [
            {"name": "LEVEL", "value": "info", "location": "variable", "required": true}
        ],
    });
    let answer = api.post("/api/applications", &manifest).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

async fn deployed(api: &Api, body: &Value) -> Value {
    let accepted = api.post("/api/applications/shop/deploy", body).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    ended(api, &text(&accepted.json(), "id")).await
}

async fn ended(api: &Api, id: &str) -> Value {
    until("the deployment has ended", LATER, || async {
        let deployment = api.get(&format!("/api/deployments/{id}")).await.json();
        if deployment["completedAt"].is_string() {
            Ok(deployment)
        } else {
            Err(deployment.to_string())
        }
    })
    .await
}

/// Whether those bytes are in any file of a folder.
fn anywhere(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            return anywhere(&path, bytes);
        }
        let content = fs::read(&path).unwrap_or_default();
        content.windows(bytes.len()).any(|found| found == bytes)
    })
}

fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}
