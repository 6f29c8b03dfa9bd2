//! The pipeline, deployments, their jobs and logs.

use super::*;

fn config() -> Value {
    json!({"key": "orders-api", "displayName": "Orders API", "type": "api", "port": 3000,
        "registryMode": "external", "image": "miso/hello:1.0",
        "healthCheck": {"path": "/health", "interval": 10}})
}

async fn validated(bench: &Bench, who: As<'_>, body: Value) -> Value {
    let answer = bench
        .v1(who, "POST", "/pipeline/dev/validate", Some(body))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["data"].clone()
}

/// The deployment when it has ended.
async fn ended(bench: &Bench, token: &str, id: &str) -> Value {
    let began = std::time::Instant::now();
    loop {
        let path = format!("/pipeline/dev/deployments/{id}");
        let now = bench.v1_get(token, &path).await.json()["data"].clone();
        if !now["completedAt"].is_null() {
            return now;
        }
        assert!(began.elapsed().as_secs() < 60, "{now}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_is_validated_deployed_and_seen_in_both_readings() {
    let bench = Bench::running();
    bench.registered("dev", "orders-api").await;
    let mikko = bench.token_for("mikko.saari").await;
    let valid = validated(
        &bench,
        As::Bearer(&mikko),
        json!({"clientId": "orders-api", "repositoryUrl": "https://github.com/aifabrix/orders-api",
            "applicationConfig": config()}),
    )
    .await;
    let fields = ["/validateToken", "/draftDeploymentId", "/expiresAt"];
    assert_eq!(
        steady(valid.clone(), &fields),
        json!({"valid": true, "validateToken": "…", "draftDeploymentId": "…",
            "imageServer": null, "imageUsername": null, "imagePassword": null,
            "expiresAt": "…", "errors": []})
    );
    let deploy = json!({"validateToken": valid["validateToken"], "imageTag": "2.0"});
    let path = "/pipeline/dev/deploy";
    let accepted = bench.v1_post(&mikko, path, deploy.clone()).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    let accepted = accepted.json();
    assert_eq!(accepted["success"], true);
    let id = text(&accepted["data"], "deploymentId");
    // The shipped CLI repeats the call when an answer was lost.
    let again = bench.v1_post(&mikko, path, deploy).await;
    assert_eq!(again.json()["data"]["deploymentId"], json!(id));

    let done = ended(&bench, &mikko, &id).await;
    assert_eq!(done["status"], "completed", "{done}");
    assert_eq!(done["progress"], 100);
    let url = text(&done, "deploymentUrl");
    assert_eq!(done["healthCheckUrl"], json!(format!("{url}health")));

    let path = format!("/environments/dev/deployments/{id}");
    let whole = bench.v1_get(&mikko, &path).await.json()["data"].clone();
    assert_eq!(whole["configuration"]["image"], "miso/hello:2.0");
    assert_eq!(whole["configuration"]["port"], 3000);
    let jobs = whole["jobs"].as_array().unwrap();
    let kinds: Vec<_> = jobs.iter().map(|job| &job["jobType"]).collect();
    assert_eq!(kinds, ["validate", "prepare", "start", "health", "switch"]);
    assert!(
        jobs.iter()
            .all(|job| job["status"] == "completed" && job["progress"] == 100)
    );
    assert!(
        jobs.iter()
            .all(|job| job["logs"].as_array().is_some_and(|logs| logs.len() >= 2))
    );
    let logs = bench.v1_get(&mikko, &format!("{path}/logs")).await.json();
    let lines = logs["data"].as_array().unwrap();
    let in_jobs: usize = jobs
        .iter()
        .map(|job| job["logs"].as_array().unwrap().len())
        .sum();
    assert_eq!(lines.len(), in_jobs);
    let job = text(&jobs[1], "jobId");
    let of_one = bench
        .v1_get(&mikko, &format!("{path}/logs?jobId={job}"))
        .await
        .json();
    assert!(
        of_one["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|line| line["jobId"] == json!(job))
    );
    let last = text(lines.last().unwrap(), "timestamp");
    let newest = bench
        .v1_get(&mikko, &format!("{path}/logs?since={last}"))
        .await
        .json();
    let newest = newest["data"].as_array().unwrap();
    assert!(newest.contains(lines.last().unwrap()), "that moment too");
    assert!(newest.len() < lines.len());

    let elsewhere = format!("/environments/tst/deployments/{id}");
    assert_eq!(bench.v1_get(&mikko, &elsewhere).await.status, 404);
    let documented = bench
        .get(&mikko, &format!("/api/deployments/{id}"))
        .await
        .json();
    assert_eq!(documented["image"], "miso/hello:2.0");
    assert_eq!(documented["requestedBy"], "mikko.saari");
    let there = bench
        .v1_get(&mikko, "/environments/dev/applications/orders-api/status")
        .await;
    let there = there.json();
    assert!(
        ["healthy", "deploying"]
            .iter()
            .any(|word| there["status"] == *word),
        "{there}"
    );
    assert_eq!(there["image"], "miso/hello:2.0");
    bench.site.platform.shut_down().await;
}

#[tokio::test]
async fn what_is_not_valid_is_said_and_gets_no_token() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    let mut body = json!({"clientId": "orders-api", "applicationConfig": config()});
    let unknown = validated(&bench, As::Bearer(&admin), body.clone()).await;
    assert_eq!(
        unknown,
        json!({"valid": false, "validateToken": null, "draftDeploymentId": null,
            "imageServer": null, "imageUsername": null, "imagePassword": null,
            "expiresAt": null,
            "errors": ["There is no application orders-api: register it first."]})
    );
    let mut own = config();
    own["repository"] =
        json!({"enabled": true, "repositoryUrl": "https://github.com/example/orders"});
    let made = bench.post(&admin, "/api/applications", &own).await;
    assert_eq!(made.status, 201, "{}", made.text);
    body["repositoryUrl"] = json!("https://github.com/aifabrix/orders-api");
    let other = validated(&bench, As::Bearer(&admin), body.clone()).await;
    assert_eq!(other["valid"], false);
    body["repositoryUrl"] = json!("https://github.com/example/orders.git");
    body["applicationConfig"]["port"] = json!(0);
    let wrong = validated(&bench, As::Bearer(&admin), body).await;
    let errors = wrong["errors"].as_array().unwrap();
    assert!(
        errors[0].as_str().unwrap().starts_with("port must"),
        "{wrong}"
    );
    for (token, environment) in [("nonsense", "dev"), ("", "dev")] {
        let body = json!({"validateToken": token, "imageTag": "1.0"});
        let path = format!("/pipeline/{environment}/deploy");
        let refused = bench.v1_post(&admin, &path, body).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    }
}

#[tokio::test]
async fn a_client_may_sign_in_by_the_body_and_a_developer_deploys_nothing_to_production() {
    let bench = Bench::new();
    let (id, secret) = bench.registered("dev", "orders-api").await;
    let body = json!({"clientId": id, "clientSecret": secret, "applicationConfig": config()});
    let valid = validated(&bench, As::Nobody, body.clone()).await;
    let deploy = json!({"validateToken": valid["validateToken"]});
    let accepted = bench
        .v1(
            As::Nobody,
            "POST",
            "/pipeline/dev/deploy",
            Some(deploy.clone()),
        )
        .await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    let elsewhere = bench
        .v1(As::Nobody, "POST", "/pipeline/tst/deploy", Some(deploy))
        .await;
    assert_eq!(elsewhere.status, 400);
    let mut wrong = body.clone();
    wrong["clientSecret"] = json!("a guess");
    let wrong = bench
        .v1(As::Nobody, "POST", "/pipeline/dev/validate", Some(wrong))
        .await;
    assert_eq!(wrong.status, 401);
    let pro = bench
        .v1(As::Nobody, "POST", "/pipeline/pro/validate", Some(body))
        .await;
    assert_eq!(pro.status, 403, "registered in dev alone");

    let mikko = bench.token_for("mikko.saari").await;
    let body = json!({"clientId": "orders-api", "applicationConfig": config()});
    let refused = bench.v1_post(&mikko, "/pipeline/pro/validate", body).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json()["missing"]["permissions"],
        json!(["applications:deploy"])
    );
    bench.rolled_out().await;
}

#[tokio::test]
async fn an_image_is_deployed_in_one_step_and_listed() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    bench.registered("dev", "orders-api").await;
    let path = "/environments/dev/applications/deploy";
    let body = json!({"applicationKey": "orders-api", "image": "miso/hello:3.0", "dryRun": true});
    let dry = bench.v1_post(&admin, path, body).await;
    assert_eq!(
        (dry.status.as_u16(), &dry.json()["data"]["deploymentId"]),
        (200, &Value::Null)
    );
    let body = json!({"applicationKey": "orders-api", "image": "miso/hello:3.0"});
    let accepted = bench.v1_post(&admin, path, body).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    let data = accepted.json()["data"].clone();
    let id = text(&data, "deploymentId");
    assert_eq!(data["jobId"], json!(format!("{id}.1")));
    // Nothing can be started here: it fails, and says why.
    let failed = ended(&bench, &admin, &id).await;
    assert_eq!(failed["status"], "failed");
    assert!(failed["error"].is_string());
    for path in [
        "/environments/dev/deployments",
        "/environments/dev/applications/orders-api/deployments",
        "/environments/dev/deployments?status=failed&deploymentType=application",
        "/environments/dev/deployments?filter=targetId:eq:orders-api",
    ] {
        let list = bench.v1_get(&admin, path).await.json();
        let row = steady(
            list["data"][0].clone(),
            &["/createdAt", "/updatedAt", "/progress"],
        );
        assert_eq!(
            row,
            json!({
                "id": id,
                "deploymentId": id,
                "deploymentType": "application",
                "targetId": "orders-api",
                "applicationKey": "orders-api",
                "environment": "dev",
                "status": "failed",
                "progress": "…",
                "configuration": {"key": "orders-api", "image": "miso/hello:3.0"},
                "dryRun": false,
                "createdAt": "…",
                "updatedAt": "…",
            }),
            "{path}"
        );
    }
    let none = "/environments/dev/deployments?deploymentType=infrastructure";
    assert_eq!(bench.v1_get(&admin, none).await.json()["data"], json!([]));
    let jobs = bench
        .v1_get(&admin, &format!("/logs/jobs?jobId={id}.1"))
        .await
        .json();
    let line = &jobs["data"][0];
    assert_eq!(line["jobId"], json!(format!("{id}.1")), "{jobs}");
    let one = bench
        .v1_get(&admin, &format!("/logs/jobs/{}", text(line, "id")))
        .await
        .json();
    assert_eq!(&one["data"], line);
    let failures = bench.v1_get(&admin, "/logs/jobs?level=error").await.json();
    assert!(
        failures["meta"]["totalItems"]
            .as_u64()
            .is_some_and(|count| count > 0)
    );
    let wrong = json!({"applicationKey": "orders-api", "image": "no tag"});
    let wrong = bench.v1_post(&admin, path, wrong).await;
    assert_eq!(wrong.status, 400, "{}", wrong.text);
}
