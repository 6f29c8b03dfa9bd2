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
            json!({"environment": "dev", "image": "miso/hello:1", "dryRun": "yes"}),
            "dryRun",
        ),
        (
            json!({"environment": "dev", "image": "miso/hello:1", "from": {"deploymentId": "x"}}),
            "from.as",
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

#[tokio::test]
async fn a_first_deployment_that_is_refused_is_one_that_failed() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    // Somebody else is quicker, between the creation and its first deployment.
    bench
        .site
        .store
        .call(|db| {
            Ok(db.execute_batch(
                "CREATE TRIGGER quicker AFTER INSERT ON applications BEGIN
                     INSERT INTO deployments (id, application, environment, image, status,
                         requested_by, created_at, steps, manifest)
                     VALUES ('theirs', NEW.key, 'dev', 'miso/hello:2', 'running', 'x', 0, '[]', '{}');
                     INSERT INTO placements (application, environment, deployment)
                     VALUES (NEW.key, 'dev', 'theirs');
                 END",
            )?)
        })
        .await
        .unwrap();
    let created = bench.create(&token, "my-app").await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.json()["environments"][0]["deploymentId"], "theirs");
    let list = bench
        .get(&token, "/api/applications/my-app/deployments")
        .await
        .json();
    let refused = &list["data"][0];
    assert_eq!(refused["status"], "failed", "{list}");
    assert!(
        text(refused, "error").contains("is under way: theirs"),
        "{list}"
    );
    assert_eq!(refused["steps"][0]["status"], "skipped");
    assert_eq!(list["data"][1]["id"], "theirs");
    assert_eq!(list["data"][1]["status"], "running");
}

#[tokio::test]
async fn what_runs_elsewhere_has_no_first_deployment() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    let mut sent = manifest("elsewhere");
    sent["type"] = json!("external");
    let created = bench.post(&token, "/api/applications", &sent).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.json()["environments"], json!([]));
}

#[tokio::test]
async fn a_list_reads_no_manifest() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    bench.create(&token, "my-app").await;
    bench.rolled_out().await;
    // A list that read it would stumble.
    bench
        .site
        .store
        .call(|db| Ok(db.execute("UPDATE deployments SET manifest = 'not JSON'", [])?))
        .await
        .unwrap();
    let list = bench.get(&token, "/api/deployments").await;
    assert_eq!(list.status, 200, "{}", list.text);
    let row = &list.json()["data"][0];
    assert!(row.get("manifest").is_none() && row.get("configuration").is_none());
    assert_eq!(row["steps"].as_array().unwrap().len(), 5);
    let path = format!("/api/deployments/{}", text(row, "id"));
    assert_eq!(bench.get(&token, &path).await.status, 500);
}

#[tokio::test]
async fn what_failed_before_is_not_said_of_what_is_on_its_way() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    bench.create(&token, "my-app").await;
    bench.rolled_out().await;
    let entry = async || {
        let read = bench.get(&token, "/api/applications/my-app").await.json();
        read["environments"][0].clone()
    };
    let failed = entry().await;
    assert!(text(&failed, "healthMessage").starts_with("could not be started"));
    bench
        .site
        .store
        .call(|db| Ok(db.execute("UPDATE deployments SET status = 'running'", [])?))
        .await
        .unwrap();
    let deploying = entry().await;
    assert_eq!(deploying["status"], "deploying");
    assert_eq!(deploying["healthMessage"], Value::Null);
    assert_eq!(deploying["url"], failed["url"], "the address stays");
    assert!(failed["url"].is_string());
}

#[tokio::test]
async fn an_address_is_shown_while_somebody_listens_on_it() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    bench.create(&token, "my-app").await;
    bench.rolled_out().await;
    // What an earlier start left: a port that may be anybody's by now.
    bench
        .site
        .store
        .call(|db| {
            db.execute_batch(
                "INSERT INTO placements (application, environment, image, deployment, port, wanted)
                 VALUES ('my-app', 'prod', 'miso/hello:1', 'x', 4711, 1)",
            )?;
            Ok(())
        })
        .await
        .unwrap();
    let read = bench.get(&token, "/api/applications/my-app").await.json();
    assert_eq!(read["environments"][1]["environment"], "prod");
    assert_eq!(read["environments"][1]["url"], Value::Null, "{read}");
    assert_eq!(read["url"], Value::Null);
}
