//! A manifest that was found valid becomes one deployment, with that the application's own, or
//! changes nothing.

use super::*;

fn config() -> Value {
    json!({"key": "orders-api", "displayName": "Orders API", "type": "api", "port": 3000,
        "registryMode": "external", "image": "miso/hello:1.0",
        "healthCheck": {"path": "/health", "interval": 10}})
}

/// The call that deploys a manifest, after it was found valid.
async fn validated(bench: &Bench, token: &str, manifest: Value) -> Value {
    let body = json!({"clientId": "orders-api", "applicationConfig": manifest});
    let valid = bench.v1_post(token, "/pipeline/dev/validate", body).await;
    assert_eq!(valid.status, 200, "{}", valid.text);
    let valid = valid.json();
    assert_eq!(valid["data"]["valid"], true, "{valid}");
    json!({"validateToken": valid["data"]["validateToken"]})
}

/// The application's manifest.
async fn known(bench: &Bench, token: &str) -> Value {
    let known = bench.v1_get(token, "/applications/orders-api").await;
    known.json()["data"]["configuration"].clone()
}

async fn deployments(bench: &Bench, token: &str) -> Value {
    let path = "/environments/dev/deployments";
    bench.v1_get(token, path).await.json()["meta"]["totalItems"].clone()
}

const DEPLOY: &str = "/pipeline/dev/deploy";

#[tokio::test]
async fn a_deployment_that_is_refused_leaves_the_application_as_it_was_and_can_be_asked_for_again()
{
    let bench = Bench::new();
    bench.registered("dev", "orders-api").await;
    let admin = bench.token_for("aino.laine").await;
    let before = known(&bench, &admin).await;
    let deploy = validated(&bench, &admin, config()).await;
    let is = async |status: &'static str| {
        let written = bench.site.store.call(move |db| {
            Ok(db.execute(
                "INSERT INTO deployments (id, application, environment, image, status,
                     requested_by, created_at, steps, manifest)
                 VALUES ('theirs', 'orders-api', 'dev', 'miso/hello:2', ?1, 'x', 0, '[]', '{}')
                 ON CONFLICT (id) DO UPDATE SET status = excluded.status",
                [status],
            )?)
        });
        written.await.unwrap();
    };
    is("running").await;
    let refused = bench.v1_post(&admin, DEPLOY, deploy.clone()).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert_eq!(known(&bench, &admin).await, before);
    is("failed").await;
    let accepted = bench.v1_post(&admin, DEPLOY, deploy).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    let after = known(&bench, &admin).await;
    assert_eq!(after["healthCheck"]["interval"], 10, "{after}");
    bench.rolled_out().await;
    let events = bench
        .get(&admin, "/api/applications/orders-api/events")
        .await;
    assert!(
        events
            .text
            .contains("The application was changed by a deployment."),
        "{}",
        events.text
    );
}

#[tokio::test]
async fn two_calls_at_once_are_one_deployment() {
    let bench = Bench::new();
    bench.registered("dev", "orders-api").await;
    let admin = bench.token_for("aino.laine").await;
    let deploy = validated(&bench, &admin, config()).await;
    let (one, other) = tokio::join!(
        bench.v1_post(&admin, DEPLOY, deploy.clone()),
        bench.v1_post(&admin, DEPLOY, deploy.clone()),
    );
    assert_eq!(one.status, 202, "{}", one.text);
    assert_eq!(other.status, 202, "{}", other.text);
    let id = |answer: &Answer| text(&answer.json()["data"], "deploymentId");
    assert_eq!(id(&one), id(&other));
    assert_eq!(deployments(&bench, &admin).await, 1);
    bench.rolled_out().await;
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_written_over() {
    let bench = Bench::new();
    bench.registered("dev", "orders-api").await;
    let admin = bench.token_for("aino.laine").await;
    let deploy = validated(&bench, &admin, config()).await;
    let renamed = json!({"displayName": "Orders of today"});
    let path = "/applications/orders-api";
    let renamed = bench
        .v1(As::Bearer(&admin), "PATCH", path, Some(renamed))
        .await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    let refused = bench.v1_post(&admin, DEPLOY, deploy).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(
        text(&refused.json(), "detail").contains("validated again"),
        "{}",
        refused.text
    );
    let kept = known(&bench, &admin).await;
    assert_eq!(kept["displayName"], "Orders of today");
    assert_eq!(deployments(&bench, &admin).await, 0);

    // Somebody who sees what there is now may want it all the same.
    let deploy = validated(&bench, &admin, config()).await;
    let accepted = bench.v1_post(&admin, DEPLOY, deploy).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    assert_eq!(known(&bench, &admin).await["displayName"], "Orders API");
    bench.rolled_out().await;
}

#[tokio::test]
async fn what_two_have_found_valid_alike_is_no_change_for_the_second() {
    let bench = Bench::new();
    bench.registered("dev", "orders-api").await;
    let admin = bench.token_for("aino.laine").await;
    let first = validated(&bench, &admin, config()).await;
    let second = validated(&bench, &admin, config()).await;
    let accepted = bench.v1_post(&admin, DEPLOY, first).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    bench
        .ended(&admin, &text(&accepted.json()["data"], "deploymentId"))
        .await;
    let accepted = bench.v1_post(&admin, DEPLOY, second).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    bench.rolled_out().await;
}

#[tokio::test]
async fn what_an_environment_got_of_its_own_meanwhile_stays_and_counts() {
    let bench = Bench::new();
    bench.registered("dev", "orders-api").await;
    let admin = bench.token_for("aino.laine").await;
    let deploy = validated(&bench, &admin, config()).await;
    let path = "/api/applications/orders-api/configuration?environment=dev";
    let items = json!({"items": [
        {"name": "LEVEL", "value": "debug", "location": "variable", "required": false},
        {"name": "PASSWORD", "value": "hunter2", "location": "keyvault", "required": false},
    ]});
    let written = bench.put(&admin, path, &items).await;
    assert_eq!(written.status, 200, "{}", written.text);
    let accepted = bench.v1_post(&admin, DEPLOY, deploy).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    let after = known(&bench, &admin).await;
    assert_eq!(after["healthCheck"]["interval"], 10, "{after}");
    let own = &after["environments"]["dev"]["configuration"];
    assert_eq!(own[0]["value"], "debug", "{after}");
    assert_eq!(own[1]["isSet"], true, "{after}");
    let id = text(&accepted.json()["data"], "deploymentId");
    let made_with = bench.get(&admin, &format!("/api/deployments/{id}")).await;
    let made_with = made_with.json()["configuration"].clone();
    assert_eq!(made_with[0]["value"], "debug", "{made_with}");
    bench.rolled_out().await;
}
