//! One refresh at a time, and signed out only on proof.

use std::sync::atomic::{AtomicUsize, Ordering};

use miso_client::{Code, SessionState};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, Make, restored, restored_by, tokens};

fn me() -> Answer {
    Answer::json(200, json!({"id": "u-1", "username": "aino"}))
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_one_refresh() {
    let given = AtomicUsize::new(0);
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => tokens(given.fetch_add(1, Ordering::SeqCst) + 1),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    let mut calls = tokio::task::JoinSet::new();
    for key in 0..80 {
        let client = here.client.clone();
        calls.spawn(async move { client.application(format!("a-{key}")).await.map(drop) });
    }
    let mut failed = 0;
    while let Some(done) = calls.join_next().await {
        // Every call gets its answer; that it is no application is another matter.
        failed += usize::from(
            done.unwrap()
                .is_err_and(|failure| failure.code != Code::NotMiso),
        );
    }
    let refreshes = far_end.asked("POST /token").len();
    println!("figure: {refreshes} refresh for 80 calls, {failed} failed");
    assert_eq!((refreshes, failed), (1, 0));
    assert!(
        far_end
            .asked("GET /api")
            .iter()
            .all(|asked| asked.token.as_deref() == Some("access-1"))
    );
}

#[tokio::test]
async fn promise_signed_out_only_on_proof() {
    let failures: Vec<(&str, Make)> = vec![
        ("500", || Answer::text(500, "boom")),
        ("500 with JSON", || {
            Answer::json(500, json!({"error": "server_error"}))
        }),
        ("429", || Answer::text(429, "slow down")),
        ("a portal's page", || {
            Answer::text(200, "<html>Please sign in to the network</html>")
        }),
        ("a cut answer", Answer::lost),
        ("nothing", || Answer::text(200, "")),
        ("half of an answer", || {
            Answer::text(200, "{\"access_token\":\"a")
        }),
        ("a redirect", || Answer::text(302, "")),
        ("invalid_client", || {
            Answer::json(401, json!({"error": "invalid_client"}))
        }),
        ("invalid_grant in words", || {
            Answer::text(400, "invalid_grant")
        }),
        ("temporarily_unavailable", || {
            Answer::json(400, json!({"error": "temporarily_unavailable"}))
        }),
        ("invalid_grant with 500", || {
            Answer::json(500, json!({"error": "invalid_grant"}))
        }),
        ("invalid_grant with 403", || {
            Answer::json(403, json!({"error": "invalid_grant"}))
        }),
        ("invalid_grant with 429", || {
            Answer::json(429, json!({"error": "invalid_grant"}))
        }),
        ("a wrong envelope", || Answer::error(400, "INVALID_GRANT")),
    ];
    let count = failures.len();
    for (name, failure) in failures {
        let far_end = FarEnd::start(move |_| failure()).await;
        let here = restored(&far_end).await;
        assert!(here.client.me().await.is_err(), "{name}");
        assert!(!here.shelf.is_empty(), "{name} deleted the credential");
        assert!(
            matches!(here.client.session(), SessionState::SignedIn { .. }),
            "{name}"
        );
    }
    let far_end = FarEnd::start(|_| Answer::json(400, json!({"error": "invalid_grant"}))).await;
    let here = restored(&far_end).await;
    assert_eq!(here.client.me().await.unwrap_err().code, Code::SignedOut);
    assert!(here.shelf.is_empty());
    assert!(matches!(
        here.client.session(),
        SessionState::SignedOut { reason: Some(_) }
    ));
    println!("figure: {count} failures signed nobody out, invalid_grant did");
}

#[tokio::test]
async fn a_rotated_refresh_token_is_kept_before_the_access_token_is_used() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" if asked.body.contains("refresh_token=refresh-1") => tokens(1),
        "POST /token" if asked.body.contains("refresh_token=refresh-2") => tokens(2),
        "GET /api/users/me" if asked.token.as_deref() == Some("access-1") => {
            Answer::error(401, "UNAUTHORIZED")
        }
        "GET /api/users/me" => me(),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await;
    let here = restored(&far_end).await;
    assert_eq!(here.client.me().await.unwrap().value.username, "aino");
    assert_eq!(far_end.asked("POST /token").len(), 2);
    assert_eq!(far_end.asked("GET /api/users/me").len(), 2);
}

#[tokio::test]
async fn a_session_that_was_signed_out_is_gone_here() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    here.client.me().await.unwrap();
    here.client.sign_out().await.unwrap();
    assert!(here.shelf.is_empty());
    let asked = far_end.asked("GET /api").len();
    assert_eq!(here.client.me().await.unwrap_err().code, Code::SignedOut);
    assert_eq!(
        far_end.asked("GET /api").len(),
        asked,
        "nothing is asked without a session"
    );
}

#[tokio::test]
async fn a_service_account_signs_in_with_the_platforms_own_call() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /auth/token" if asked.body.contains(r#""client_secret":"right""#) => Answer::json(
            200,
            json!({"access_token": "access-s", "token_type": "Bearer", "expires_in": 600}),
        ),
        "POST /auth/token" => Answer::error(401, "UNAUTHORIZED"),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    let sign_in = |secret: &str| {
        here.client
            .sign_in_as_service("robot".to_owned(), secret.into(), true)
    };
    assert_eq!(sign_in("wrong").await.unwrap_err().code, Code::SignedOut);
    let SessionState::SignedIn {
        account, notice, ..
    } = here.client.session()
    else {
        panic!("{:?}", here.client.session());
    };
    assert_eq!(account.username, "aino", "the session from before goes on");
    assert_eq!(notice.unwrap().code, Code::SignedOut);
    sign_in("right").await.unwrap();
    let SessionState::SignedIn {
        account,
        remembered,
        ..
    } = here.client.session()
    else {
        panic!("{:?}", here.client.session());
    };
    assert_eq!((account.username.as_str(), remembered), ("robot", true));
    here.client.me().await.unwrap();
    let asked = far_end.asked("GET /api/users/me");
    assert_eq!(asked[0].token.as_deref(), Some("access-s"));
    let sent: serde_json::Value =
        serde_json::from_str(&far_end.asked("POST /auth/token")[1].body).unwrap();
    assert_eq!(
        sent,
        json!({"client_id": "robot", "client_secret": "right",
            "grant_type": "client_credentials", "scope": "api"})
    );
}

#[tokio::test]
async fn the_refresh_token_goes_to_its_own_issuer_only() {
    let far_end = FarEnd::start(|_| tokens(1)).await;
    let here = restored_by(&far_end, "https://another.example").await;
    assert_eq!(
        here.client.me().await.unwrap_err().code,
        Code::IssuerMismatch
    );
    assert!(far_end.asked("POST /token").is_empty());
    assert!(!here.shelf.is_empty());
}

#[tokio::test]
async fn signed_out_without_a_credential_is_said() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::error(401, "UNAUTHORIZED"),
    })
    .await;
    let here = restored(&far_end).await;
    here.shelf.clear();
    assert_eq!(here.client.me().await.unwrap_err().code, Code::SignedOut);
    assert!(matches!(
        here.client.session(),
        SessionState::SignedOut { reason: Some(_) }
    ));
}
