//! Signing in: clients with a secret, people on another device, and what ends a session.

use super::*;

/// Answers for a device as a person who holds the launch key.
async fn answer(bench: &Bench, device: &Value, fields: &[(&str, &str)]) {
    let code = text(device, "userCode");
    let key = bench.site.launch_key.expose_secret();
    let page = bench
        .form("/device", &[("user_code", &code), ("launch_key", key)])
        .await;
    assert_eq!(page.status, 200, "{}", page.text);
    let transaction = transaction(&page.text);
    let mut all = vec![("transaction", transaction.as_str())];
    all.extend(fields);
    let done = bench.form("/device/answer", &all).await;
    assert_eq!(done.status, 200, "{}", done.text);
}

async fn begun(bench: &Bench, query: &str, body: Option<Value>) -> Value {
    let path = format!("/auth/login{query}");
    let answer = bench.v1(As::Nobody, "POST", &path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["data"].clone()
}

async fn poll(bench: &Bench, device: &Value) -> Answer {
    let body = json!({"deviceCode": text(device, "deviceCode")});
    let path = "/auth/login/device/token";
    bench.v1(As::Nobody, "POST", path, Some(body)).await
}

#[tokio::test]
async fn a_device_waits_with_202_and_is_given_tokens_that_can_be_renewed() {
    let bench = Bench::new();
    // The CLI names the environment in the query, the SDKs in the body.
    let scope = json!({"scope": "openid profile email offline_access"});
    let device = begun(&bench, "?environment=dev", Some(scope)).await;
    let code = text(&device, "userCode");
    let page = format!("{}/device", bench.site.issuer);
    assert_eq!(
        steady(device.clone(), &["/deviceCode"]),
        json!({
            "deviceCode": "…",
            "userCode": code,
            "verificationUri": page,
            "verificationUriComplete": format!("{page}?user_code={code}"),
            "expiresIn": 600,
            "interval": 5,
        })
    );
    let waiting = poll(&bench, &device).await;
    assert_eq!(waiting.status, 202);
    let pending = json!({"error": "authorization_pending",
        "errorDescription": "Nobody has answered yet."});
    assert_eq!(waiting.json(), pending);
    let hasty = poll(&bench, &device).await;
    assert_eq!(
        (hasty.status.as_u16(), &hasty.json()["error"]),
        (202, &json!("slow_down"))
    );

    answer(&bench, &device, &[("person", "mikko.saari")]).await;
    let tokens = poll(&bench, &device).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    assert_eq!(tokens.header("cache-control"), "no-store");
    let tokens = tokens.json()["data"].clone();
    assert_eq!(tokens["expiresIn"], 600);
    let token = text(&tokens, "accessToken");
    let user = bench.v1_get(&token, "/auth/user").await.json();
    assert_eq!(user["data"]["user"]["username"], "mikko.saari");
    assert_eq!(poll(&bench, &device).await.status, 400, "it is spent");

    let refresh = |token: String| {
        // The CLI sends both names.
        let body = json!({"refreshToken": token, "refresh_token": token});
        bench.v1(As::Nobody, "POST", "/auth/login/device/refresh", Some(body))
    };
    let renewed = refresh(text(&tokens, "refreshToken")).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    let renewed = renewed.json()["data"].clone();
    assert_ne!(renewed["refreshToken"], tokens["refreshToken"]);
    let unknown = refresh("nonsense".to_owned()).await;
    assert_eq!(unknown.status, 401);
    let detail = text(&unknown.json(), "detail");
    assert!(detail.contains("invalid"), "clients look for it: {detail}");

    let body = json!({"token": token});
    let out = bench.v1_post(&token, "/auth/logout", body.clone()).await;
    assert_eq!(
        steady(out.json(), &["/timestamp"]),
        json!({"success": true, "message": "Logged out", "data": null, "timestamp": "…"})
    );
    assert_eq!(bench.v1_get(&token, "/auth/user").await.status, 401);
    let gone = refresh(text(&renewed, "refreshToken")).await;
    assert_eq!(gone.status, 401, "the whole session has ended");
}

#[tokio::test]
async fn a_device_that_is_refused_or_unknown_stops_asking() {
    let bench = Bench::new();
    let device = begun(&bench, "", None).await;
    answer(&bench, &device, &[("cancel", "yes")]).await;
    let refused = poll(&bench, &device).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["detail"], "The sign-in was refused.");
    let unknown = json!({"deviceCode": "nonsense"});
    let unknown = poll(&bench, &unknown).await;
    assert_eq!(unknown.status, 400);
    let elsewhere = bench
        .v1(As::Nobody, "POST", "/auth/login?environment=test", None)
        .await;
    assert_eq!(elsewhere.status, 404);
}

#[tokio::test]
async fn without_offline_access_there_is_nothing_to_renew() {
    let bench = Bench::new();
    let device = begun(&bench, "", Some(json!({"scope": "openid profile email"}))).await;
    answer(&bench, &device, &[("person", "aino.laine")]).await;
    let tokens = poll(&bench, &device).await.json();
    assert_eq!(tokens["data"].get("refreshToken"), None, "{tokens}");
}

#[tokio::test]
async fn an_application_signs_in_with_what_it_was_registered_with() {
    let bench = Bench::new();
    let (id, secret) = bench.registered("dev", "orders-api").await;
    assert_eq!(id, "miso-controller-dev-orders-api");
    let token = text(&bench.client_token(&id, &secret).await.json(), "token");
    let valid = bench
        .v1(
            As::Nobody,
            "POST",
            "/auth/validate-client-token",
            Some(json!({"token": token})),
        )
        .await;
    assert_eq!(
        steady(valid.json(), &["/timestamp", "/data/expiresAt"]),
        json!({
            "success": true,
            "data": {
                "authenticated": true,
                "application": {"id": "orders-api", "key": "orders-api",
                    "environmentId": "dev", "environmentKey": "dev"},
                "environment": "dev",
                "applicationKey": "orders-api",
                "expiresAt": "…",
            },
            "timestamp": "…",
        })
    );
    let path = "/auth/validate-client-token";
    let by_header = bench.v1(As::Client(&token), "POST", path, None).await;
    assert_eq!(by_header.status, 200, "{}", by_header.text);
    assert_eq!(bench.v1(As::Nobody, "POST", path, None).await.status, 400);
    let wrong = bench
        .v1(As::Nobody, "POST", path, Some(json!({"token": "x"})))
        .await;
    assert_eq!(wrong.status, 401);

    let rotated = bench.token_for("aino.laine").await;
    let rotated = bench
        .v1(
            As::Bearer(&rotated),
            "POST",
            "/environments/dev/applications/orders-api/rotate-secret",
            None,
        )
        .await;
    let new = text(&rotated.json()["data"]["credentials"], "clientSecret");
    assert_ne!(new, secret);
    assert_eq!(bench.client_token(&id, &secret).await.status, 401);
    assert_eq!(bench.client_token(&id, &new).await.status, 200);
    let before = bench.v1(As::Client(&token), "POST", path, None).await;
    assert_eq!(
        before.status, 401,
        "what the old secret signed in has ended"
    );
}

#[tokio::test]
async fn an_application_sees_and_changes_its_own_place_alone() {
    let bench = Bench::new();
    let token = bench.application_token("dev", "orders-api").await;
    bench.registered("dev", "billing").await;
    bench.registered("tst", "orders-api").await;
    let status = async |method: &str, path: &str| {
        let answer = bench.v1(As::Client(&token), method, path, None).await;
        answer.status.as_u16()
    };
    let places = "/environments";
    for (path, expected) in [
        ("/dev/applications/orders-api/status", 200),
        ("/dev/applications/billing/status", 403),
        ("/tst/applications/orders-api/status", 403),
        ("/dev/deployments", 200),
        ("/dev/applications/billing/deployments", 403),
        ("/dev/status", 403),
    ] {
        assert_eq!(
            status("GET", &format!("{places}{path}")).await,
            expected,
            "{path}"
        );
    }
    assert_eq!(status("GET", "/applications").await, 403);
    assert_eq!(status("GET", "/logs/general").await, 403);
    let list = bench
        .v1(
            As::Client(&token),
            "GET",
            "/environments/dev/applications",
            None,
        )
        .await;
    assert_eq!(list.json()["meta"]["totalItems"], 1, "{}", list.text);
    // The documented API knows no such client.
    assert_eq!(bench.get(&token, "/api/applications").await.status, 401);
    // As clients do: in the header of people's tokens.
    assert_eq!(bench.v1_get(&token, "/auth/user").await.status, 200);
}

#[tokio::test]
async fn a_token_is_valid_or_is_said_not_to_be() {
    let bench = Bench::new();
    let mikko = bench.token_for("mikko.saari").await;
    let token = bench.application_token("dev", "orders-api").await;
    let validate = async |who: As<'_>, token: &str| {
        let body = json!({"token": token, "environment": "dev"});
        bench
            .v1(who, "POST", "/auth/validate", Some(body))
            .await
            .json()["data"]
            .clone()
    };
    let valid = validate(As::Bearer(&mikko), &mikko).await;
    assert_eq!(valid["authenticated"], true);
    assert_eq!(valid["user"]["id"], "mikko-saari");
    assert_eq!(valid["environment"], "dev");
    let not = validate(As::Client(&token), "nonsense").await;
    assert_eq!(not, json!({"authenticated": false}));
    let exchanged = bench
        .v1(As::Bearer(&mikko), "POST", "/auth/token/exchange", None)
        .await
        .json();
    assert_eq!(exchanged["accessToken"], json!(mikko));
}

#[tokio::test]
async fn roles_and_permissions_are_those_of_each_environment() {
    let bench = Bench::new();
    let mikko = bench.token_for("mikko.saari").await;
    let admin = bench.token_for("aino.laine").await;
    let permissions = async |token: &str, query: &str| {
        let answer = bench
            .v1_get(token, &format!("/auth/permissions{query}"))
            .await;
        answer.json()["data"]["permissions"]
            .as_array()
            .unwrap()
            .clone()
    };
    let deploy = json!("applications:deploy");
    assert!(
        permissions(&mikko, "?environment=dev")
            .await
            .contains(&deploy)
    );
    assert!(
        !permissions(&mikko, "?environment=pro")
            .await
            .contains(&deploy)
    );
    assert_eq!(permissions(&admin, "?environment=pro").await.len(), 58);
    // What the documented API grants counts here too.
    bench.create(&admin, "my-app").await;
    let row = json!({"subjectType": "user", "role": "admin", "environments": ["prod"]});
    let path = "/api/applications/my-app/access/mikko.saari";
    assert_eq!(bench.put(&admin, path, &row).await.status, 200);
    let granted = permissions(&mikko, "?environment=pro&application=my-app").await;
    assert!(granted.contains(&deploy));
    assert!(
        !granted.contains(&json!("users:create")),
        "of the application alone"
    );
    assert!(
        !permissions(&mikko, "?environment=pro&application=other")
            .await
            .contains(&deploy)
    );
}
