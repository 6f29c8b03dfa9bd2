//! Request limits, and who may ask at all (API.md, "Rate limits" and "Errors").

use crate::support::api::Answer;
use crate::support::instance::Serve;
use crate::support::session::Session;

#[tokio::test]
async fn the_limits_are_told_and_kept() {
    let session = Session::without_display();
    let serve = Serve::new(&session, "data")
        .account()
        .argument("--rate-limit")
        .argument("50/5");
    let instance = serve.start(&session);
    let api = instance.account().await;
    let mut remaining = Vec::new();
    for _ in 0..5 {
        let answer = api.get("/api/applications").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("x-ratelimit-limit"), Some("50"));
        assert_eq!(
            answer.header("ratelimit-policy"),
            Some("\"hour\";q=50;w=3600, \"minute\";q=5;w=60")
        );
        assert!(
            number(&answer, "x-ratelimit-reset") > 1_700_000_000,
            "Unix seconds: {answer:?}"
        );
        remaining.push(number(&answer, "x-ratelimit-remaining"));
    }
    assert!(
        remaining.windows(2).all(|pair| pair[1] == pair[0] - 1),
        "{remaining:?}"
    );

    let refused = api.get("/api/applications").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (429, "RATE_LIMITED")
    );
    let wait = number(&refused, "retry-after");
    assert!((1..=60).contains(&wait), "{refused:?}");

    // Who is not let in hears that and no wait, however often.
    for _ in 0..8 {
        let nobody = instance
            .api()
            .with_token("nonsense")
            .get("/api/applications")
            .await;
        assert_eq!(nobody.status, 401, "{nobody:?}");
    }

    // The provider is outside the limit: a sign-in works even now.
    let provider = instance
        .api()
        .get("/.well-known/openid-configuration")
        .await;
    assert_eq!(provider.status, 200);
}

#[tokio::test]
async fn without_limits_there_are_no_headers_about_them() {
    let session = Session::without_display();
    let serve = Serve::new(&session, "data").account().unlimited();
    let api = serve.start(&session).account().await;
    for _ in 0..120 {
        let answer = api.get("/api/applications").await;
        assert_eq!(answer.status, 200);
        assert!(
            !answer
                .headers
                .keys()
                .any(|name| name.as_str().contains("ratelimit")),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn foreign_hosts_and_origins_are_refused_everywhere() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").account().start(&session);
    let api = instance.account().await;
    let foreign = [
        ("host", "miso.example"),
        ("host", "127.0.0.1.example:80"),
        ("origin", "https://example.org"),
        ("origin", "null"),
    ];
    for path in [
        "/api/applications",
        "/.well-known/openid-configuration",
        "/auth/token",
        "/no/such/path",
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            for header in foreign {
                let answer = api.call(method, path, &[header]).await;
                assert_eq!(
                    answer.status, 403,
                    "{method} {path} with {header:?}: {answer:?}"
                );
            }
        }
    }
    let own = instance.ready("url").to_owned();
    assert_eq!(
        api.get_with("/api/applications", &[("origin", &own)])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn errors_have_one_shape() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").account().start(&session);
    let api = instance.account().await;
    let manifest =
        serde_json::json!({ "key": "No Spaces", "displayName": "", "type": "x", "port": 0 });
    let cases = [
        (
            instance.api().get("/api/applications").await,
            401,
            "UNAUTHORIZED",
        ),
        (
            instance
                .api()
                .with_token("nonsense")
                .get("/api/applications")
                .await,
            401,
            "UNAUTHORIZED",
        ),
        (api.get("/api/applications/none").await, 404, "NOT_FOUND"),
        (api.get("/api/nowhere").await, 404, "NOT_FOUND"),
        (
            api.get("/api/applications?pageSize=201").await,
            400,
            "VALIDATION_ERROR",
        ),
        (
            api.post("/api/applications", &manifest).await,
            400,
            "VALIDATION_ERROR",
        ),
        (api.get("/auth/token").await, 405, "METHOD_NOT_ALLOWED"),
    ];
    for (answer, status, code) in cases {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{answer:?}"
        );
        let error = &answer.json()["error"];
        assert!(
            error["requestId"].as_str().is_some_and(|id| !id.is_empty()),
            "{error}"
        );
        assert!(
            error["timestamp"]
                .as_str()
                .is_some_and(|at| at.ends_with('Z')),
            "{error}"
        );
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty()),
            "{error}"
        );
    }
    let refused = api.post("/api/applications", &manifest).await.json();
    let details = refused["error"]["details"].as_array().expect("details");
    for field in ["key", "displayName", "type", "port", "image"] {
        assert!(
            details.iter().any(|detail| detail["field"] == field),
            "{field}: {refused}"
        );
    }
}

fn number(answer: &Answer, header: &str) -> u64 {
    let value = answer
        .header(header)
        .unwrap_or_else(|| panic!("no {header}: {answer:?}"));
    value
        .parse()
        .unwrap_or_else(|_| panic!("{header}: {value}"))
}
