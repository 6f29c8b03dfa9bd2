//! The limit of v1, and which of the readings an instance speaks.

use super::*;
use crate::options::{Speaks, V1RateLimit};
use crate::v1::WindowLimit;

fn bench(change: impl FnOnce(&mut crate::site::Site)) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let mut site = testing::site(folder.path(), RateLimit::default(), testing::no_command());
    change(&mut site);
    Bench {
        site: Arc::new(site),
        _folder: folder,
    }
}

#[tokio::test]
async fn the_limit_is_v1s_own_and_only_the_refusal_tells_of_it() {
    let bench = bench(|site| {
        site.v1_limit = WindowLimit::new(V1RateLimit::PerWindow {
            requests: 2,
            seconds: 600,
        });
    });
    let admin = bench.token_for("aino.laine").await;
    for expected in [200, 200, 429, 429] {
        let answer = bench.v1_get(&admin, "/environments").await;
        assert_eq!(answer.status, expected, "{}", answer.text);
        let told = answer
            .headers
            .keys()
            .any(|name| name.as_str().contains("ratelimit") || name == header::RETRY_AFTER);
        assert!(!told, "{:?}", answer.headers);
        if expected == 429 {
            let problem = answer.json();
            assert_eq!(problem["type"], "/Errors/TooManyRequests");
            assert_eq!(problem["title"], "Too Many Requests");
        }
    }
    // Another client, a sign-in and the documented API each have room.
    assert_eq!(bench.client_token("ci", "a secret").await.status, 200);
    let ci = text(&bench.client_token("ci", "a secret").await.json(), "token");
    assert_eq!(
        bench
            .v1(As::Client(&ci), "GET", "/environments", None)
            .await
            .status,
        200
    );
    let documented = bench.get(&admin, "/api/environments").await;
    assert_eq!(documented.status, 200);
    assert_eq!(documented.header("x-ratelimit-limit"), "1000");
    assert_eq!(documented.header("x-correlation-id"), "", "it is not v1's");
    // Who must sign in anew hears that and not that it is to wait.
    for _ in 0..4 {
        assert_eq!(bench.v1_get("nonsense", "/environments").await.status, 401);
    }
}

#[tokio::test]
async fn an_instance_speaks_what_it_was_asked_to() {
    let documented = bench(|site| site.speaks = Speaks::Documented);
    let admin = documented.token_for("aino.laine").await;
    let missing = documented.v1_get(&admin, "/environments").await;
    assert_eq!(
        (missing.status.as_u16(), missing.code().as_str()),
        (404, "NOT_FOUND")
    );
    assert_eq!(documented.get(&admin, "/health").await.status, 404);
    assert_eq!(
        documented.get(&admin, "/api/environments").await.status,
        200
    );

    let v1 = bench(|site| site.speaks = Speaks::V1);
    let admin = v1.token_for("aino.laine").await;
    assert_eq!(v1.v1_get(&admin, "/environments").await.status, 200);
    assert_eq!(
        v1.get(&admin, "/health").await.json(),
        json!({"status": "healthy"})
    );
    for path in [
        "/api/environments",
        "/api/openapi.json",
        "/api/docs",
        "/auth/token",
    ] {
        let missing = v1.get(&admin, path).await;
        assert_eq!(missing.status, 404, "{path}");
        assert_eq!(missing.json()["type"], "/Errors/NotFound", "{path}");
    }
    let provider = v1.get(&admin, "/.well-known/openid-configuration").await;
    assert_eq!(
        provider.status, 200,
        "people sign in there, whatever is spoken"
    );
}

#[tokio::test]
async fn a_foreign_page_is_refused_in_v1s_form() {
    let bench = Bench::new();
    let request = Request::get("/api/v1/health")
        .header(header::HOST, HOST)
        .header(header::ORIGIN, "https://evil.example");
    let refused = bench.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["type"], "/Errors/Forbidden");
}
