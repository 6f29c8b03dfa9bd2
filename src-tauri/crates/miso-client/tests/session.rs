//! Tokens: where they go, and what is kept of them.

use chrono::TimeDelta;
use miso_client::{Code, Resource, SessionState};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, Start, restored, restored_by, tokens};
use crate::hand_clock::HandClock;

fn me() -> Answer {
    Answer::json(200, json!({"id": "u-1", "username": "aino"}))
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
async fn without_a_new_refresh_token_or_a_lifetime_the_old_one_stays_and_is_sent_in_time() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => Answer::json(
            200,
            json!({"access_token": "access", "token_type": "Bearer"}),
        ),
        _ => me(),
    })
    .await;
    let clock = HandClock::ahead_by(TimeDelta::zero());
    let start = Start {
        clock: clock.clone(),
        ..Start::of(&far_end)
    };
    let here = start.go().await;
    let kept = here.shelf.contents();
    // RFC 6749 §5.1 only recommends `expires_in`: five minutes are assumed.
    for (minutes, renewals) in [(0, 1), (4, 1), (1, 2), (5, 3)] {
        clock.jump(TimeDelta::minutes(minutes));
        here.client.refresh(&Resource::Me).await.unwrap();
        let sent = far_end.asked("POST /token");
        assert_eq!(sent.len(), renewals, "{minutes} min later");
        assert!(
            sent.iter()
                .all(|asked| asked.body.contains("refresh_token=refresh-1"))
        );
    }
    assert_eq!(here.shelf.contents(), kept);
}
