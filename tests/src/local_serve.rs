//! `miso-desktop local serve` as a developer and a service supervisor meet it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::instance::{ACCOUNT, Instance, Serve};
use crate::support::process::{Process, descendants, kill};
use crate::support::session::Session;
use crate::support::wait::{LATER, SOON, until, until_true};

/// The calls of the platform's public document, with host and client swapped, as one would type
/// them.
const DOCUMENTED_CALLS: &str = r#"
set -euo pipefail
TOKEN=$(curl -sS -X POST "$MISO/auth/token" -H 'Content-Type: application/json' -d "{
  \"client_id\": \"$CLIENT_ID\", \"client_secret\": \"$CLIENT_SECRET\",
  \"grant_type\": \"client_credentials\", \"scope\": \"api\" }" | jq -r .access_token)
curl -sS "$MISO/api/applications" -H "Authorization: Bearer $TOKEN" | jq -e '.data == []' >&2
curl -sS -X POST "$MISO/api/applications" -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' -d '{
  "key": "my-app", "displayName": "My Application", "type": "webapp",
  "image": "miso/hello:1.0", "port": 3000 }' | jq -e '.key == "my-app"' >&2
health() { curl -sS "$MISO/api/applications/my-app/health" -H "Authorization: Bearer $TOKEN"; }
for attempt in $(seq 100); do
  test "$(health | jq -r .status)" = healthy && break
  sleep 0.2
done
health | jq -e '.status == "healthy"' >&2
curl -sS "$MISO/api/applications/my-app/logs?limit=50" -H "Authorization: Bearer $TOKEN" \
  | jq -e '.data | length > 0 and length <= 50 and all(.message != "")' >&2
curl -sS "$MISO/api/applications/my-app/deployments" -H "Authorization: Bearer $TOKEN" \
  | jq -e '.data | length == 1 and .[0].environment == "dev" and .[0].status == "completed"' >&2
echo done
"#;

#[tokio::test]
async fn the_public_documents_calls_work_as_written() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").account().start(&session);
    let mut bash = session.command("bash");
    bash.args(["-c", DOCUMENTED_CALLS])
        .env("MISO", instance.ready("url"));
    bash.env("CLIENT_ID", ACCOUNT.0)
        .env("CLIENT_SECRET", ACCOUNT.1);
    let output = bash.output().expect("bash");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "done\n",
        "{errors}"
    );
}

#[tokio::test]
async fn says_on_one_line_where_it_answers() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").start(&session);
    let fields: Vec<&String> = instance
        .ready
        .as_object()
        .expect("an object")
        .keys()
        .collect();
    assert_eq!(fields, ["event", "url", "issuer", "signInKey"]);
    assert!(
        instance.ready("url").starts_with("http://127.0.0.1:"),
        "{}",
        instance.ready
    );
    let discovery = instance
        .api()
        .get("/.well-known/openid-configuration")
        .await;
    assert_eq!(discovery.json()["issuer"], instance.ready("issuer"));
    assert!(
        instance.ready("signInKey").len() >= 32,
        "a key that cannot be guessed"
    );
    assert_eq!(instance.stop_and_read(), "", "one line and no more");
}

#[tokio::test]
async fn stops_with_all_it_started_when_asked_to() {
    let session = Session::without_display();
    let instance = Serve::at(&session.home().join("data"))
        .account()
        .start(&session);
    let workloads = running_workloads(&instance).await;
    assert_eq!(instance.stop(), Some(0));
    until_true("its workloads have ended", SOON, || {
        workloads.iter().all(|child| !child.runs())
    })
    .await;
}

#[tokio::test]
async fn leaves_no_workload_when_it_is_killed() {
    let session = Session::without_display();
    let instance = Serve::at(&session.home().join("data"))
        .account()
        .start(&session);
    let workloads = running_workloads(&instance).await;
    kill(instance.id());
    until_true("its workloads have ended", SOON, || {
        workloads.iter().all(|child| !child.runs())
    })
    .await;
}

#[tokio::test]
async fn is_the_same_instance_after_a_restart() {
    let session = Session::without_display();
    let serve = Serve::new(&session, "data").account();
    let first = serve.start(&session);
    let account = first.account().await;
    create(&account, "kept", "miso/hello:1.0").await;
    healthy(&account, "kept").await;
    let (ready, keys) = (first.ready.clone(), keys(&first).await);
    assert_eq!(first.stop(), Some(0));

    let second = serve.start(&session);
    assert_eq!(
        second.ready, ready,
        "port, issuer and sign-in key outlive a restart"
    );
    assert_eq!(self::keys(&second).await, keys, "the signing key too");
    let again = account.get("/api/applications/kept").await;
    assert_eq!(
        again.status, 200,
        "a token from before is still good: {again:?}"
    );
    healthy(&account, "kept").await;
}

#[tokio::test]
async fn a_new_signing_key_leaves_what_the_old_one_signed() {
    let session = Session::without_display();
    let serve = Serve::new(&session, "data").account();
    let first = serve.start(&session);
    let account = first.account().await;
    let before = keys(&first).await;
    assert_eq!(before["keys"].as_array().map(Vec::len), Some(1));
    assert_eq!(first.stop(), Some(0));

    let rotated = serve.clone().argument("--rotate-key").start(&session);
    let after = keys(&rotated).await;
    assert_eq!(after["keys"][1], before["keys"][0], "still published");
    assert_ne!(after["keys"][0]["kid"], before["keys"][0]["kid"]);
    assert_eq!(account.get("/api/users/me").await.status, 200);
    let anew = rotated.account().await;
    assert_eq!(anew.get("/api/users/me").await.status, 200);
    assert_eq!(rotated.stop(), Some(0));

    let third = serve.start(&session);
    assert_eq!(keys(&third).await, after, "only when asked for");
}

#[tokio::test]
async fn deploys_and_tells_why_it_failed() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").account().start(&session);
    let api = instance.account().await;
    create(&api, "shop", "miso/hello:1.0").await;
    healthy(&api, "shop").await;

    let request = json!({ "environment": "dev", "image": "miso/crashing:1.0" });
    let accepted = api.post("/api/applications/shop/deploy", &request).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    let id = accepted.json()["id"].as_str().expect("an id").to_owned();
    let ended = ended(&api, &id).await;
    assert_eq!(ended["status"], "failed", "{ended}");
    assert!(
        !ended["error"].as_str().unwrap_or_default().is_empty(),
        "a reason: {ended}"
    );
    assert!(
        ended["steps"]
            .as_array()
            .is_some_and(|steps| steps.len() > 1),
        "{ended}"
    );
}

#[tokio::test]
async fn what_cannot_run_is_created_and_its_deployment_says_why() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").account().start(&session);
    let api = instance.account().await;
    create(&api, "typo", "miso/helo:1.0").await;
    let deployments = until("a first deployment", SOON, || async {
        let list = api.get("/api/applications/typo/deployments").await.json();
        if list["data"][0]["id"].is_string() {
            Ok(list)
        } else {
            Err(list.to_string())
        }
    })
    .await;
    let ended = ended(&api, deployments["data"][0]["id"].as_str().expect("an id")).await;
    assert_eq!(ended["status"], "failed", "{ended}");
    assert!(
        ended["error"]
            .as_str()
            .is_some_and(|error| error.contains("miso/helo")),
        "{ended}"
    );
}

async fn create(api: &Api, key: &str, image: &str) {
    let manifest =
        json!({ "key": key, "displayName": key, "type": "webapp", "image": image, "port": 3000 });
    let answer = api.post("/api/applications", &manifest).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

async fn healthy(api: &Api, key: &str) {
    until(&format!("{key} is healthy"), LATER, || async {
        let answer = api.get(&format!("/api/applications/{key}/health")).await;
        if answer.json()["status"] == "healthy" {
            Ok(())
        } else {
            Err(answer.text)
        }
    })
    .await;
}

async fn ended(api: &Api, deployment: &str) -> Value {
    until("the deployment has ended", LATER, || async {
        let answer = api
            .get(&format!("/api/deployments/{deployment}"))
            .await
            .json();
        match answer["status"].as_str() {
            Some("completed" | "failed" | "cancelled") => Ok(answer),
            _ => Err(answer.to_string()),
        }
    })
    .await
}

async fn keys(instance: &Instance) -> Value {
    let discovery = instance
        .api()
        .get("/.well-known/openid-configuration")
        .await
        .json();
    instance
        .api()
        .get(discovery["jwks_uri"].as_str().expect("jwks_uri"))
        .await
        .json()
}

/// The demo's workloads, once at least three of them answer their probes.
async fn running_workloads(instance: &Instance) -> Vec<Process> {
    let api = instance.account().await;
    until(
        "three applications are healthy",
        Duration::from_secs(60),
        || async {
            let list = api.get("/api/applications?pageSize=200").await;
            let json = list.json();
            let entries = json["data"].as_array().into_iter().flatten();
            let environments =
                entries.flat_map(|entry| entry["environments"].as_array().into_iter().flatten());
            let healthy = environments
                .filter(|environment| environment["health"] == "healthy")
                .count();
            if healthy >= 3 {
                Ok(())
            } else {
                Err(format!("{healthy} healthy: {}", list.text))
            }
        },
    )
    .await;
    let workloads = descendants(instance.id());
    assert!(workloads.len() >= 3, "{workloads:?}");
    workloads
}
