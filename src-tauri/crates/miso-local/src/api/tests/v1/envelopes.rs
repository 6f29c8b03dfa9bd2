//! Each envelope of API-V1.md §1.3 to §1.5 as JSON written by hand.

use super::*;

#[tokio::test]
async fn a_client_token_is_flat_and_wrapped() {
    let bench = Bench::new();
    let answer = bench.client_token("ci", "a secret").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    let expected = json!({
        "success": true,
        "token": "…",
        "expiresIn": 600,
        "expiresAt": "…",
        "data": {"token": "…", "expiresIn": 600, "expiresAt": "…"},
        "timestamp": "…",
    });
    let fields = [
        "/token",
        "/expiresAt",
        "/data/token",
        "/data/expiresAt",
        "/timestamp",
    ];
    assert_eq!(steady(answer.json(), &fields), expected);
}

#[tokio::test]
async fn a_single_thing_is_the_superset_of_both_envelopes() {
    let bench = Bench::new();
    let mikko = bench.token_for("mikko.saari").await;
    let answer = bench.v1_get(&mikko, "/auth/user").await;
    let user = json!({
        "id": "mikko-saari",
        "username": "mikko.saari",
        "email": "mikko.saari@example.com",
        "firstName": "Mikko",
        "lastName": "Saari",
        "roles": ["aifabrix-developer"],
    });
    assert_eq!(
        steady(answer.json(), &["/timestamp"]),
        json!({
            "success": true,
            "data": {"authenticated": true, "user": user},
            "authenticated": true,
            "user": user,
            "timestamp": "…",
        })
    );
    let roles = bench.v1_get(&mikko, "/auth/roles?environment=pro").await;
    assert_eq!(
        steady(roles.json(), &["/timestamp"]),
        json!({"success": true, "data": {"roles": ["aifabrix-observer"]}, "timestamp": "…"})
    );
}

#[tokio::test]
async fn a_list_has_the_meta_and_the_links_of_both_kinds_of_clients() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    for key in ["billing", "orders-api", "storefront"] {
        let body = json!({"key": key, "displayName": key, "configuration":
            {"type": "webapp", "port": 3000, "image": "miso/hello:1.0"}});
        let made = bench.v1_post(&admin, "/applications", body).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    let page = bench
        .v1_get(&admin, "/applications?page=2&pageSize=1&sort=key")
        .await;
    let fields = ["/data/0/createdAt", "/data/0/updatedAt"];
    let link = |page: u32| format!("/api/v1/applications?pageSize=1&sort=key&page={page}");
    assert_eq!(
        steady(page.json(), &fields),
        json!({
            "meta": {"totalItems": 3, "currentPage": 2, "pageSize": 1, "type": "application",
                "totalPages": 3, "page": 2, "total": 3},
            "data": [{
                "id": "orders-api",
                "key": "orders-api",
                "displayName": "orders-api",
                "description": null,
                "url": null,
                "configuration": {"key": "orders-api", "displayName": "orders-api",
                    "type": "webapp", "port": 3000, "image": "miso/hello:1.0"},
                "status": "maintenance",
                "createdAt": "…",
                "updatedAt": "…",
            }],
            "links": {"self": link(2), "first": link(1), "last": link(3),
                "prev": link(1), "next": link(3)},
        })
    );
}

#[tokio::test]
async fn the_status_of_an_application_stands_flat_and_wrapped() {
    let bench = Bench::new();
    let token = bench.application_token("tst", "orders-api").await;
    let path = "/environments/tst/applications/orders-api/status";
    let answer = bench.v1(As::Client(&token), "GET", path, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let fields = [
        "/createdAt",
        "/updatedAt",
        "/timestamp",
        "/data/createdAt",
        "/data/updatedAt",
    ];
    let status = json!({
        "id": "orders-api",
        "key": "orders-api",
        "displayName": "Orders API",
        "description": null,
        "url": null,
        "internalUrl": null,
        "port": 3000,
        "image": null,
        "status": "maintenance",
        "runtimeStatus": "maintenance",
        "environmentId": "tst",
        "createdAt": "…",
        "updatedAt": "…",
    });
    let mut expected = status.clone();
    expected["success"] = json!(true);
    expected["data"] = status;
    expected["timestamp"] = json!("…");
    assert_eq!(steady(answer.json(), &fields), expected);
}

#[tokio::test]
async fn an_error_is_a_problem_document() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    let missing = bench.v1_get(&admin, "/applications/none").await;
    assert_eq!(missing.header("content-type"), "application/problem+json");
    let id = missing.header("x-correlation-id").to_owned();
    assert!(!id.is_empty());
    assert_eq!(
        missing.json(),
        json!({
            "type": "/Errors/NotFound",
            "title": "Not Found",
            "status": 404,
            "detail": "There is no application \"none\".",
            "instance": "/api/v1/applications/none",
            "correlationId": id,
        })
    );
    let wrong = json!({"key": "No Spaces", "displayName": "x",
        "configuration": {"type": "api", "port": 1, "image": "a:b"}});
    let wrong = bench.v1_post(&admin, "/applications", wrong).await;
    let problem = wrong.json();
    assert_eq!(
        (wrong.status.as_u16(), &problem["type"]),
        (400, &json!("/Errors/BadRequest"))
    );
    assert_eq!(problem["errors"][0]["field"], "key", "{problem}");
    assert!(problem["errors"][0]["message"].is_string(), "{problem}");
}

#[tokio::test]
async fn who_may_not_hears_which_permission_and_who_is_not_let_in_by_which_way() {
    let bench = Bench::new();
    let viewer = bench.token_for("elena.novak").await;
    let body = json!({"key": "a", "displayName": "a", "configuration": {}});
    let refused = bench.v1_post(&viewer, "/applications", body).await;
    let problem = steady(refused.json(), &["/correlationId"]);
    assert_eq!(
        problem,
        json!({
            "type": "/Errors/Forbidden",
            "title": "Forbidden",
            "status": 403,
            "detail": "You lack the permission applications:create.",
            "instance": "/api/v1/applications",
            "correlationId": "…",
            "required": {"permissions": ["applications:create"], "requireAll": true},
            "missing": {"permissions": ["applications:create"]},
        })
    );
    let path = "/applications";
    for (who, method) in [
        (As::Bearer("nonsense"), json!("bearer")),
        (As::Client("nonsense"), json!("client-token")),
        (As::Nobody, Value::Null),
    ] {
        let refused = bench.v1(who, "GET", path, None).await;
        assert_eq!(refused.status, 401, "{}", refused.text);
        let problem = refused.json();
        assert_eq!(problem["type"], "/Errors/Unauthorized", "{problem}");
        assert_eq!(problem["authMethod"], method, "{problem}");
    }
    let wrong = bench.client_token("ci", "a guess").await;
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.json()["authMethod"], "client-credentials");
}

#[tokio::test]
async fn a_correlation_id_of_the_request_is_that_of_the_answer() {
    let bench = Bench::new();
    for (sent, is_taken) in [("6f1c-own", true), ("with spaces", false)] {
        let request = Request::get("/api/v1/applications")
            .header(header::HOST, HOST)
            .header("x-correlation-id", sent);
        let answer = bench.send(request.body(Body::empty()).unwrap()).await;
        let id = answer.header("x-correlation-id");
        assert_eq!(id == sent, is_taken, "{id}");
        assert_eq!(answer.json()["correlationId"], id);
    }
    let health = bench.v1(As::Nobody, "GET", "/health", None).await;
    assert!(!health.header("x-correlation-id").is_empty(), "answers too");
    assert_eq!(
        steady(health.json(), &["/timestamp"]),
        json!({"success": true, "data": {"status": "healthy", "deploymentType": "local"},
            "status": "healthy", "deploymentType": "local", "timestamp": "…"})
    );
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_same_form() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    for (method, path, status, name) in [
        ("GET", "/nowhere", 404, "NotFound"),
        ("DELETE", "/environments", 405, "MethodNotAllowed"),
        ("GET", "/environments/test", 404, "NotFound"),
        ("GET", "/environments?pageSize=101", 400, "BadRequest"),
    ] {
        let answer = bench.v1(As::Bearer(&admin), method, path, None).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        assert_eq!(answer.json()["type"], format!("/Errors/{name}"), "{path}");
    }
    let request = Request::post("/api/v1/auth/login")
        .header(header::HOST, HOST)
        .header(header::CONTENT_TYPE, "application/json");
    let broken = bench
        .send(request.body(Body::from("{\"scope\"")).unwrap())
        .await;
    assert_eq!(
        (broken.status.as_u16(), &broken.json()["title"]),
        (400, &json!("Bad Request"))
    );
}
