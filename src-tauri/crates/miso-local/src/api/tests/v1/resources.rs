//! Templates, environments and applications in them, beside what the documented API says of them.

use super::*;

#[tokio::test]
async fn what_is_made_by_the_one_reading_is_there_in_the_other() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    let manifest = json!({"key": "orders-api", "displayName": "Orders", "type": "api",
        "port": 8080, "image": "miso/hello:1.0",
        "environments": {"prod": {"configuration": []}}});
    let made = bench.post(&admin, "/api/applications", &manifest).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let read = bench
        .v1_get(&admin, "/applications/orders-api")
        .await
        .json();
    assert_eq!(read["data"]["configuration"]["port"], 8080);

    let change = json!({"displayName": "Orders and returns", "configuration":
        {"type": "api", "port": 9090, "image": "miso/hello:1.0"}});
    let changed = bench
        .v1(
            As::Bearer(&admin),
            "PATCH",
            "/applications/orders-api",
            Some(change),
        )
        .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let read = bench
        .get(&admin, "/api/applications/orders-api")
        .await
        .json();
    assert_eq!(read["displayName"], "Orders and returns");
    assert_eq!(read["port"], 9090);
    assert!(
        read["environmentOverrides"]["prod"].is_object(),
        "kept: {read}"
    );

    bench.rolled_out().await;
    let deleted = bench
        .v1(
            As::Bearer(&admin),
            "DELETE",
            "/applications/orders-api",
            None,
        )
        .await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    assert_eq!(
        bench
            .get(&admin, "/api/applications/orders-api")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn environments_have_v1s_names_and_miso_is_empty() {
    let bench = Bench::new();
    let viewer = bench.token_for("elena.novak").await;
    let list = bench.v1_get(&viewer, "/environments").await.json();
    let keys: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["key"])
        .collect();
    assert_eq!(keys, ["dev", "tst", "pro"]);
    let one = bench.v1_get(&viewer, "/environments/pro").await.json();
    assert_eq!(
        steady(one["data"].clone(), &["/updatedAt"]),
        json!({
            "id": "pro",
            "key": "pro",
            "environment": "pro",
            "configuration": {"key": "pro", "environment": "pro", "preset": "s",
                "serviceName": "miso-local", "location": "local"},
            "status": "healthy",
            "createdAt": null,
            "updatedAt": "…",
        })
    );
    let status = bench
        .v1_get(&viewer, "/environments/tst/status")
        .await
        .json();
    assert_eq!(
        steady(status["data"].clone(), &["/healthCheckAt"]),
        json!({"id": 2, "environmentId": "tst", "status": "healthy", "services": {},
            "resourceCount": 0, "costMonthly": 0, "costCurrency": "EUR",
            "lastDeployment": null, "healthCheckAt": "…"})
    );
    let miso = bench
        .v1_get(&viewer, "/environments/miso/applications")
        .await
        .json();
    assert_eq!(miso["data"], json!([]));
    let roles = bench
        .v1_get(&viewer, "/environments/dev/roles")
        .await
        .json();
    let developers = json!({
        "id": "dev-aifabrix-developer",
        "name": "Developer",
        "value": "aifabrix-developer",
        "description": null,
        "mappings": [{"id": "dev-aifabrix-developer-AI-Fabrix-Developers",
            "groupName": "AI-Fabrix-Developers", "groupId": null, "isActive": true}],
    });
    assert_eq!(roles["data"][1], developers);
}

#[tokio::test]
async fn an_application_is_registered_once_in_each_environment() {
    let bench = Bench::new();
    let mikko = bench.token_for("mikko.saari").await;
    let register = async |environment: &str, body: Value| {
        let path = format!("/environments/{environment}/applications/register");
        bench.v1_post(&mikko, &path, body).await
    };
    let first = register("dev", registration("orders-api")).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(first.header("cache-control"), "no-store");
    let data = first.json()["data"].clone();
    assert_eq!(data["application"]["key"], "orders-api");
    assert_eq!(
        data["application"]["configuration"]["image"],
        "miso/hello:1.0"
    );
    assert!(data["credentials"]["clientSecret"].is_string());
    let again = register("dev", registration("orders-api")).await;
    assert_eq!(again.status, 409);
    let detail = text(&again.json(), "detail");
    assert!(detail.contains("application already exists"), "{detail}");
    assert_eq!(
        register("tst", registration("orders-api")).await.status,
        201
    );
    assert_eq!(
        register("pro", registration("orders-api")).await.status,
        403
    );
    let wrong = json!({"key": "b", "displayName": "b", "type": "api", "image": "miso/hello:1.0"});
    let wrong = register("dev", wrong).await;
    assert_eq!(wrong.status, 400, "no port: {}", wrong.text);
    let admin = bench.token_for("aino.laine").await;
    let path = "/environments/miso/applications/register";
    let miso = bench.v1_post(&admin, path, registration("c")).await;
    assert_eq!(miso.status, 409, "{}", miso.text);

    let there = bench
        .v1_get(&mikko, "/environments/dev/applications")
        .await
        .json();
    assert_eq!(there["meta"]["totalItems"], 1);
    assert_eq!(there["data"][0]["status"], "maintenance");
    assert_eq!(there["data"][0]["environment"], "dev");
    let nowhere = "/environments/dev/applications/none";
    assert_eq!(bench.v1_get(&mikko, nowhere).await.status, 404);
}

#[tokio::test]
async fn what_an_application_says_of_itself_is_checked_and_answered_with_what_is_seen() {
    let bench = Bench::new();
    let token = bench.application_token("dev", "orders-api").await;
    let path = "/environments/dev/applications/self/status";
    let body = json!({"status": "degraded", "port": 3001});
    let noted = bench.v1(As::Client(&token), "POST", path, Some(body)).await;
    assert_eq!(noted.status, 200, "{}", noted.text);
    let noted = noted.json();
    assert_eq!(noted["success"], true);
    assert_eq!(noted["application"]["status"], "maintenance", "{noted}");
    for wrong in [json!({"status": "fine"}), json!({"port": 0})] {
        let refused = bench
            .v1(As::Client(&token), "POST", path, Some(wrong))
            .await;
        assert_eq!(refused.status, 400);
    }
    let admin = bench.token_for("aino.laine").await;
    assert_eq!(bench.v1_post(&admin, path, json!({})).await.status, 403);
}
