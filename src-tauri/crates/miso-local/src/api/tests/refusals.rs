//! What is refused, and how.

use super::*;
use crate::api::openapi;

#[tokio::test]
async fn foreign_hosts_and_origins_are_refused_on_every_route_and_method() {
    let bench = Bench::new();
    let elsewhere = [
        "/",
        "/no/such/path",
        "/oidc/authorize",
        "/oidc/device-authorization",
        "/oidc/end-session",
        "/oidc/jwks",
        "/oidc/revoke",
        "/oidc/token",
        "/oidc/userinfo",
        "/sign-in",
        "/sign-in/key",
        "/device",
        "/device/answer",
        "/.well-known/openid-configuration",
    ];
    let document = openapi::document(&[]).unwrap();
    let calls = document["paths"].as_object().unwrap().keys();
    let calls = calls.map(|path| path.replace(['{', '}'], ""));
    for path in calls.chain(elsewhere.map(str::to_owned)) {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"] {
            for (name, value) in [
                ("host", "evil.example"),
                ("host", "127.0.0.1:1"),
                ("origin", "http://evil.example"),
                ("origin", "null"),
            ] {
                let host = if name == "host" { value } else { HOST };
                let mut request = Request::builder()
                    .method(method)
                    .uri(&path)
                    .header("host", host);
                if name == "origin" {
                    request = request.header("origin", value);
                }
                let answer = bench.send(request.body(Body::empty()).unwrap()).await;
                assert_eq!(answer.status, 403, "{method} {path} {name} {value}");
            }
        }
    }
}

#[tokio::test]
async fn every_error_of_the_api_is_in_the_envelope() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    let raw = |path: &str, media: &str, body: String| {
        Request::post(path)
            .header("host", HOST)
            .header("content-type", media)
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body))
            .unwrap()
    };
    let delete = Request::delete("/api/applications")
        .header("host", HOST)
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    let json_type = "application/json";
    let deep = "[".repeat(10_000);
    let cases = [
        (bench.get(&token, "/api/nowhere").await, 404, "NOT_FOUND"),
        (bench.get(&token, "/api").await, 404, "NOT_FOUND"),
        (
            bench.get(&token, "/api/applications/%ff").await,
            404,
            "NOT_FOUND",
        ),
        (
            bench.get("nonsense", "/api/applications").await,
            401,
            "UNAUTHORIZED",
        ),
        (bench.send(delete).await, 405, "METHOD_NOT_ALLOWED"),
        (
            bench
                .send(raw("/api/applications", json_type, "{".into()))
                .await,
            400,
            "VALIDATION_ERROR",
        ),
        (
            bench.send(raw("/api/applications", json_type, deep)).await,
            400,
            "VALIDATION_ERROR",
        ),
        (
            bench
                .send(raw("/api/applications", json_type, "[]".into()))
                .await,
            400,
            "VALIDATION_ERROR",
        ),
        (
            bench
                .send(raw("/api/applications", "text/plain", "{}".into()))
                .await,
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (
            bench
                .send(raw(
                    "/api/applications",
                    json_type,
                    " ".repeat(1024 * 1024 + 1),
                ))
                .await,
            413,
            "PAYLOAD_TOO_LARGE",
        ),
        (
            bench.send(raw("/auth/token", json_type, "{}".into())).await,
            400,
            "VALIDATION_ERROR",
        ),
        (
            bench.get(&token, "/api/applications?pageSize=0").await,
            400,
            "VALIDATION_ERROR",
        ),
        (
            bench.get(&token, "/api/applications?sort=colour").await,
            400,
            "VALIDATION_ERROR",
        ),
        (
            bench
                .get(&token, "/api/applications?environment=moon")
                .await,
            404,
            "NOT_FOUND",
        ),
        (
            bench.get(&token, "/api/deployments?status=odd").await,
            400,
            "VALIDATION_ERROR",
        ),
        (
            bench.get(&token, "/api/deployments/none").await,
            404,
            "NOT_FOUND",
        ),
        (
            bench.get(&token, "/api/environments/moon").await,
            404,
            "NOT_FOUND",
        ),
        (
            bench.get(&token, "/api/applications/none/logs").await,
            404,
            "NOT_FOUND",
        ),
        (
            bench.get(&token, "/api/applications/none/health").await,
            404,
            "NOT_FOUND",
        ),
    ];
    for (answer, status, code) in cases {
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code),
            "{}",
            answer.text
        );
        let error = &answer.json()["error"];
        assert!(text(error, "requestId").starts_with("req-"));
        assert_eq!(answer.header("x-request-id"), text(error, "requestId"));
        assert!(!text(error, "message").is_empty());
    }
    let not_allowed = bench
        .send(
            Request::delete("/auth/token")
                .header("host", HOST)
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(not_allowed.header("allow"), "POST");
    let unknown = bench.get(&token, "/api/nowhere").await.json();
    assert_eq!(
        unknown["error"]["details"][0]["field"], "path",
        "told from a missing thing"
    );
}

#[tokio::test]
async fn the_limit_counts_by_client_and_is_told_on_every_answer() {
    let bench = Bench::with_limit(RateLimit::PerHourMinute {
        hour: 50,
        minute: 3,
    });
    let token = bench.token_for("aino.laine").await;
    for (path, status) in [
        ("/api/users/me", 200),
        ("/api/nowhere", 404),
        ("/api/deployments/x", 404),
    ] {
        let answer = bench.get(&token, path).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("x-ratelimit-limit"), "50");
        assert!(answer.header("ratelimit-policy").contains("q=3;w=60"));
    }
    let refused = bench.get(&token, "/api/users/me").await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (429, "RATE_LIMITED")
    );
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 60);
    let nobody = bench.get("", "/api/users/me").await;
    assert_eq!(
        (
            nobody.status.as_u16(),
            nobody.header("x-ratelimit-remaining")
        ),
        (401, "49")
    );
    // Who is not let in is told so, however often it comes: to wait would not help.
    for _ in 0..5 {
        let nobody = bench.get("", "/api/users/me").await;
        assert_eq!(nobody.status, 401);
        assert_eq!(nobody.header("retry-after"), "");
    }
    assert_eq!(
        bench
            .get("", "/.well-known/openid-configuration")
            .await
            .header("x-ratelimit-limit"),
        ""
    );
}

#[tokio::test]
async fn the_provider_refuses_in_its_own_way() {
    let bench = Bench::new();
    let page = |answer: &Answer| answer.header("content-type").starts_with("text/html");
    let large = "x".repeat(64 * 1024);
    for path in [
        "/oidc/authorize",
        "/oidc/end-session",
        "/sign-in",
        "/sign-in/key",
    ] {
        let answer = bench.form(path, &[("state", &large)]).await;
        assert_eq!(answer.status, 413, "{path}");
        assert!(page(&answer), "{path}: {}", answer.text);
    }
    for path in ["/oidc/token", "/oidc/revoke"] {
        let answer = bench.form(path, &[("token", &large)]).await;
        assert_eq!(answer.status, 413, "{path}");
        assert_eq!(answer.json()["error"], "invalid_request", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for (path, is_page) in [
        ("/oidc/authorize", true),
        ("/sign-in", true),
        ("/sign-in/key", true),
        ("/oidc/end-session", true),
        ("/oidc/token", false),
        ("/oidc/revoke", false),
        ("/oidc/jwks", false),
        ("/oidc/userinfo", false),
        ("/.well-known/openid-configuration", false),
    ] {
        let request = Request::delete(path).header("host", HOST);
        let answer = bench.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 405, "{path}");
        assert!(!answer.header("allow").is_empty(), "{path}");
        assert_eq!(page(&answer), is_page, "{path}: {}", answer.text);
        if !is_page {
            assert_eq!(answer.json()["error"], "invalid_request", "{path}");
        }
    }
}

#[tokio::test]
async fn a_store_that_fails_is_told_in_each_ones_own_way() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    let hint = {
        let tokens = bench.exchange(&bench.code_for("aino.laine").await).await;
        text(&tokens.json(), "id_token")
    };
    bench.site.store.close().await;
    let api = bench.get(&token, "/api/users/me").await;
    assert_eq!(
        (api.status.as_u16(), api.code().as_str()),
        (500, "INTERNAL_ERROR")
    );
    for answer in [
        bench.refresh("a token").await,
        bench.get(&token, "/oidc/userinfo").await,
    ] {
        assert_eq!(answer.status, 500);
        assert_eq!(answer.json()["error"], "server_error", "{}", answer.text);
    }
    let page = bench
        .form("/oidc/end-session", &[("id_token_hint", &hint)])
        .await;
    assert_eq!(page.status, 500);
    assert!(page.text.contains("<h1>"), "{}", page.text);
}

/// Every call that writes, and the permission it takes. Anybody may ask for access.
const WRITES: [(&str, &str, &str); 10] = [
    ("POST", "/api/applications", "applications:create"),
    ("PUT", "/api/applications/{key}", "applications:update"),
    ("DELETE", "/api/applications/{key}", "applications:delete"),
    (
        "PUT",
        "/api/applications/{key}/configuration",
        "configuration:update",
    ),
    (
        "POST",
        "/api/applications/{key}/deploy",
        "applications:deploy",
    ),
    ("DELETE", "/api/deployments/{id}", "applications:deploy"),
    (
        "PUT",
        "/api/applications/{key}/access/{subject}",
        "access:update",
    ),
    (
        "DELETE",
        "/api/applications/{key}/access/{subject}",
        "access:update",
    ),
    ("PATCH", "/api/access-requests/{id}", "access:update"),
    ("POST", "/api/access-requests", ""),
];

#[tokio::test]
async fn a_viewer_hears_which_permission_a_write_takes() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    let viewer = bench.token_for("elena.novak").await;
    assert_eq!(bench.create(&admin, "shop").await.status, 201);
    let row = json!({"subjectType": "user", "role": "user", "environments": ["dev"]});
    let path = "/api/applications/shop/access/mikko.saari";
    assert_eq!(bench.put(&admin, path, &row).await.status, 200);
    let wish = json!({"applicationKey": "shop", "role": "user", "environments": ["dev"]});
    let asked = bench.post(&viewer, "/api/access-requests", &wish).await;
    assert_eq!(asked.status, 201, "{}", asked.text);
    let request = text(&asked.json(), "id");
    let deployments = bench.get(&admin, "/api/deployments").await.json();
    let deployment = text(&deployments["data"][0], "id");

    let document = openapi::document(&[]).unwrap();
    let mut known = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["put", "post", "delete", "patch"] {
            if item.get(method).is_none() || path == "/auth/token" {
                continue;
            }
            known += 1;
            let mut named = WRITES.iter().filter(|(verb, template, _)| {
                verb.eq_ignore_ascii_case(method) && template == path
            });
            let (verb, _, permission) = named.next().expect("a permission");
            if permission.is_empty() {
                continue;
            }
            let body = match *permission {
                "applications:create" => manifest("other"),
                "applications:update" => manifest("shop"),
                "applications:deploy" => json!({"environment": "dev", "image": "miso/hello:2.0"}),
                "configuration:update" => json!({"items": []}),
                "access:update" if *verb == "PATCH" => json!({"decision": "approved"}),
                "access:update" => row.clone(),
                _ => Value::Null,
            };
            let id = match path.contains("access-requests") {
                true => &request,
                false => &deployment,
            };
            let path = path
                .replace("{key}", "shop")
                .replace("{subject}", "mikko.saari")
                .replace("{id}", id);
            let answer = bench.write(&viewer, (*verb, &path), &body, "").await;
            assert_eq!(
                (answer.status.as_u16(), answer.code().as_str()),
                (403, "FORBIDDEN"),
                "{verb} {path}: {}",
                answer.text
            );
            let message = text(&answer.json()["error"], "message");
            assert!(message.contains(permission), "{verb} {path}: {message}");
        }
    }
    assert_eq!(known, WRITES.len());
}
