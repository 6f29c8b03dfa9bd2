//! Deployments: accepted once, ended with their reason.

use super::*;

#[tokio::test]
async fn a_deployment_that_cannot_start_fails_with_its_reason() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    bench.create(&token, "my-app").await;
    bench.rolled_out().await;
    let list = bench
        .get(&token, "/api/applications/my-app/deployments")
        .await
        .json();
    let id = text(&list["data"][0], "id");
    let ended = bench
        .get(&token, &format!("/api/deployments/{id}"))
        .await
        .json();
    assert_eq!(ended["status"], "failed");
    assert!(
        text(&ended, "error").starts_with("could not be started"),
        "{ended}"
    );
    assert_eq!(ended["steps"][2]["status"], "failed");
    assert_eq!(ended["steps"][4]["status"], "skipped");
    let application = bench.get(&token, "/api/applications/my-app").await.json();
    assert_eq!(application["status"], "error");
    assert!(
        text(&application["environments"][0], "healthMessage").starts_with("could not be started")
    );
}

#[tokio::test]
async fn one_deployment_at_a_time_and_a_replay_is_no_second() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    bench.create(&token, "my-app").await;
    let path = "/api/applications/my-app/deploy";
    let body = json!({"environment": "test", "image": "miso/hello:1.0", "note": "why not"});
    let first = bench.post_with(&token, path, &body, "key-1").await;
    assert_eq!(first.status, 202, "{}", first.text);
    let replay = bench.post_with(&token, path, &body, "key-1").await;
    assert_eq!(replay.status, 202);
    assert_eq!(replay.json()["id"], first.json()["id"]);
    bench.rolled_out().await;
    let replay = bench.post_with(&token, path, &body, "key-1").await;
    assert_eq!(replay.json()["id"], first.json()["id"], "after its end too");
    assert_eq!(replay.json()["note"], "why not");
    // What is under way is known to the store alone: make it so.
    let id = text(&first.json(), "id");
    bench
        .site
        .store
        .call(move |db| {
            Ok(db.execute(
                "UPDATE deployments SET status = 'running' WHERE id = ?1",
                [id],
            )?)
        })
        .await
        .unwrap();
    let second = bench.post_with(&token, path, &body, "key-2").await;
    assert_eq!(
        (second.status.as_u16(), second.code().as_str()),
        (409, "CONFLICT")
    );
}

#[tokio::test]
async fn a_deploy_request_is_understood_or_refused_never_half() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    bench.create(&token, "my-app").await;
    let path = "/api/applications/my-app/deploy";
    for (body, field) in [
        (json!({}), "environment"),
        (json!({"environment": "dev", "image": "no tag"}), "image"),
        (json!({"environment": 5}), "environment"),
        (json!({"environment": "test"}), "image"),
        (
            json!({"environment": "dev", "image": "miso/hello:1", "dryRun": true}),
            "dryRun",
        ),
        (
            json!({"environment": "dev", "image": "miso/hello:1", "from": {"deploymentId": "x"}}),
            "from",
        ),
    ] {
        let refused = bench.post(&token, path, &body).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text);
        assert_eq!(
            refused.json()["error"]["details"][0]["field"],
            field,
            "{body}"
        );
    }
    let moon = bench
        .post(
            &token,
            path,
            &json!({"environment": "moon", "image": "miso/hello:1"}),
        )
        .await;
    assert_eq!(moon.status, 404);
}
