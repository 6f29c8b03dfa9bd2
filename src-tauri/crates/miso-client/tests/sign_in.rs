//! Signing in and out: called off at every step, and both or neither of credential and session.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miso_client::{Code, Event, Resource, SessionState, SignInStep};
use serde_json::{Value, json};

use crate::far_end::{
    Answer, FarEnd, QuickBrowser, Restored, locked, restored, signed_out, tokens, until,
};

fn me() -> Answer {
    Answer::json(200, json!({"id": "u-1", "username": "aino"}))
}

fn is_at(here: &Restored, step: SignInStep) -> bool {
    here.client.session() == SessionState::SigningIn { step }
}

/// A far end that gives a service account its token, and whatever is asked for.
async fn for_robots() -> FarEnd {
    FarEnd::start(|asked| match asked.line.as_str() {
        "POST /auth/token" | "POST /token" => tokens(7),
        _ => me(),
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_renewal_is_shared_too() {
    let far_end =
        FarEnd::start(|_| Answer::text(500, "boom").after(Duration::from_millis(500))).await;
    let here = restored(&far_end).await;
    let mut calls = tokio::task::JoinSet::new();
    for key in 0..50 {
        let client = here.client.clone();
        calls.spawn(async move { client.application(format!("a-{key}")).await.map(drop) });
    }
    while let Some(done) = calls.join_next().await {
        assert_eq!(done.unwrap().unwrap_err().code, Code::ServerError);
    }
    assert_eq!(far_end.asked("POST /token").len(), 1);
}

#[tokio::test]
async fn who_gives_up_waiting_does_not_lose_the_rotated_token() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1).after(Duration::from_millis(300)),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    let before = here.shelf.contents();
    let client = here.client.clone();
    let impatient = tokio::spawn(async move { client.me().await });
    until("the refresh is sent", || {
        far_end.asked("POST /token").len() == 1
    })
    .await;
    impatient.abort();
    until("the new token is kept", || here.shelf.contents() != before).await;
    here.client.me().await.unwrap();
    assert_eq!(far_end.asked("POST /token").len(), 1);
}

#[tokio::test]
async fn the_end_of_the_process_waits_for_a_token_that_is_to_be_kept() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1).after(Duration::from_millis(300)),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    here.connections.settled().await;
    let before = here.shelf.contents();
    let client = here.client.clone();
    let asking = tokio::spawn(async move { client.me().await });
    until("the refresh is sent", || {
        far_end.asked("POST /token").len() == 1
    })
    .await;
    here.connections.settled().await;
    assert_ne!(here.shelf.contents(), before);
    asking.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_a_refresh_brought_is_verified_again_and_not_fetched_again() {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = [
        part(json!({"alg": "RS256", "kid": "new"})),
        part(json!({"iss": "https://issuer.example", "sub": "u-1", "aud": "miso-desktop", "exp": 4_000_000_000u64, "iat": 1})),
        URL_SAFE_NO_PAD.encode("no signature"),
    ]
    .join(".");
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => Answer::json(
            200,
            json!({"access_token": "access-1", "token_type": "Bearer", "expires_in": 600,
                "refresh_token": "refresh-2", "id_token": token}),
        ),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    let before = here.shelf.contents();
    assert_eq!(
        here.client.me().await.unwrap_err().code,
        Code::IdTokenInvalid
    );
    assert_eq!(far_end.asked("POST /token").len(), 1);
    assert_ne!(here.shelf.contents(), before, "the rotated token is kept");
    let discovery = far_end.asked("GET /.well-known/openid-configuration").len();
    assert!(discovery >= 4, "discovered anew for its keys: {discovery}");
}

#[tokio::test]
async fn a_401_that_persists_asks_for_a_sign_in_and_stops_what_watches() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::error(401, "UNAUTHORIZED"),
    })
    .await;
    let here = restored(&far_end).await;
    here.client.watch(Resource::Environments);
    until("the session has ended", || {
        let SessionState::SignedOut { reason } = here.client.session() else {
            return false;
        };
        reason.is_some_and(|reason| reason.code == Code::Unauthorized)
    })
    .await;
    assert!(
        !here.shelf.is_empty(),
        "that proves nothing about the credential"
    );
    let asked = far_end.asked("GET /api").len();
    here.client.watch(Resource::Me);
    let refused = here.client.refresh(&Resource::Environments).await;
    assert_eq!(refused.unwrap_err().code, Code::SignedOut);
    assert_eq!(far_end.asked("GET /api").len(), asked);
}

#[tokio::test]
async fn nothing_is_asked_while_somebody_signs_in_for_the_first_time() {
    let far_end = FarEnd::start(|_| me()).await;
    let here = signed_out(&far_end, Arc::new(Silent)).await;
    let client = here.client.clone();
    tokio::spawn(async move { client.sign_in(true).await });
    until("the browser is out", || {
        is_at(&here, SignInStep::WaitingForBrowser)
    })
    .await;
    assert_eq!(here.client.me().await.unwrap_err().code, Code::SignedOut);
    assert!(far_end.asked("GET /api").is_empty());
    // Who was signed in before goes on meanwhile.
    let here = restored(&for_robots().await).await;
    let client = here.client.clone();
    tokio::spawn(async move { client.sign_in(true).await });
    until("an attempt is under way", || {
        matches!(here.client.session(), SessionState::SigningIn { .. })
    })
    .await;
    here.client.me().await.unwrap();
}

/// A browser in which nobody does anything.
struct Silent;

impl miso_client::Browser for Silent {
    fn open(&self, _: &url::Url) -> Result<(), String> {
        Ok(())
    }
}

#[tokio::test]
async fn promise_cancel_within_a_second_at_every_step() {
    let nobody_signs_in = FarEnd::start(|_| Answer::never()).await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mute = FarEnd::at(&format!("http://{}/", silent.local_addr().unwrap()));
    let hung_exchange = FarEnd::start(|_| Answer::never()).await;
    for (far_end, step) in [
        (&mute, SignInStep::Discovering),
        (&nobody_signs_in, SignInStep::WaitingForBrowser),
        (&hung_exchange, SignInStep::Exchanging),
    ] {
        let browser: Arc<dyn miso_client::Browser> = match step {
            SignInStep::Exchanging => Arc::new(QuickBrowser),
            _ => Arc::new(Silent),
        };
        let here = signed_out(far_end, browser).await;
        let client = here.client.clone();
        let attempt = tokio::spawn(async move { client.sign_in(true).await });
        until("the step is reached", || is_at(&here, step)).await;
        let began = Instant::now();
        here.client.cancel_sign_in();
        assert!(
            matches!(here.client.session(), SessionState::SignedOut { .. }),
            "{step:?}"
        );
        attempt.await.unwrap();
        let took = began.elapsed();
        println!("figure: cancelled while {step:?} in {took:?}");
        assert!(took < Duration::from_secs(1), "{step:?}: {took:?}");
        assert!(here.shelf.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_called_off_while_the_keyring_works_leaves_what_was_there() {
    let far_end = for_robots().await;
    let here = restored(&far_end).await;
    let before = here.shelf.contents();
    here.shelf.shut();
    let client = here.client.clone();
    let attempt = tokio::spawn(async move {
        client
            .sign_in_as_service("robot".to_owned(), "secret".into(), true)
            .await
    });
    until("the keyring is written to", || here.shelf.is_waited_for()).await;
    assert!(
        is_at(&here, SignInStep::Saving),
        "not signed in before it is kept"
    );
    let began = Instant::now();
    here.client.cancel_sign_in();
    assert_eq!(
        attempt.await.unwrap().unwrap_err().code,
        Code::SignInCancelled
    );
    assert!(began.elapsed() < Duration::from_secs(1));
    here.shelf.open();
    // Who asks for a token waits until the credential from before is back.
    here.client.me().await.unwrap();
    let asked = far_end.asked("POST /token");
    assert!(
        asked[0].body.contains("refresh_token=refresh-1"),
        "{asked:?}"
    );
    assert_eq!(here.shelf.contents().len(), before.len());
    let SessionState::SignedIn { account, .. } = here.client.session() else {
        panic!("{:?}", here.client.session());
    };
    assert_eq!(account.username, "aino");
}

#[tokio::test]
async fn signing_out_waits_for_nobody() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "POST /revoke" => Answer::never(),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    here.client.me().await.unwrap();
    let began = Instant::now();
    here.client.sign_out().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1));
    assert!(here.shelf.is_empty());
    until("the token is revoked", || {
        let sent = far_end.asked("POST /revoke");
        sent.iter()
            .any(|asked| asked.body.contains("token=refresh-2"))
    })
    .await;
}

#[tokio::test]
async fn a_refresh_that_comes_back_after_the_sign_out_brings_nothing_back() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1).after(Duration::from_millis(500)),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    let client = here.client.clone();
    let late = tokio::spawn(async move { client.me().await });
    until("the refresh is sent", || {
        far_end.asked("POST /token").len() == 1
    })
    .await;
    here.client.sign_out().await.unwrap();
    assert_eq!(late.await.unwrap().unwrap_err().code, Code::SignedOut);
    assert!(here.shelf.is_empty());
    assert_eq!(
        here.client.session(),
        SessionState::SignedOut { reason: None }
    );
    until("what came late is revoked too", || {
        let revoked = far_end.asked("POST /revoke");
        revoked.iter().any(|asked| asked.body.contains("refresh-2"))
    })
    .await;
}

#[tokio::test]
async fn only_the_platforms_word_signs_a_service_account_out() {
    let (given, phase) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, now) = (given.clone(), phase.clone());
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /auth/token" if count.fetch_add(1, Ordering::SeqCst) == 0 => Answer::json(
            200,
            json!({"access_token": "access-1", "token_type": "Bearer", "expires_in": 31}),
        ),
        "POST /auth/token" => match now.load(Ordering::SeqCst) {
            0 => Answer::text(401, "<html>a proxy</html>"),
            1 => Answer::error(401, "FORBIDDEN"),
            2 => Answer::error(403, "UNAUTHORIZED"),
            3 => Answer::error(500, "INTERNAL_ERROR"),
            _ => Answer::error(401, "UNAUTHORIZED"),
        },
        _ => Answer::error(401, "UNAUTHORIZED"),
    })
    .await;
    let here = signed_out(&far_end, Arc::new(Silent)).await;
    here.client
        .sign_in_as_service("robot".to_owned(), "secret".into(), true)
        .await
        .unwrap();
    for round in 0..4 {
        phase.store(round, Ordering::SeqCst);
        let failure = here.client.refresh(&Resource::Me).await.unwrap_err();
        assert_ne!(failure.code, Code::SignedOut, "{round}");
        assert!(!here.shelf.is_empty(), "{round}");
        assert!(
            matches!(here.client.session(), SessionState::SignedIn { .. }),
            "{round}"
        );
    }
    phase.store(4, Ordering::SeqCst);
    let failure = here.client.refresh(&Resource::Me).await.unwrap_err();
    assert_eq!(failure.code, Code::SignedOut);
    assert!(here.shelf.is_empty());
}

#[tokio::test]
async fn every_state_that_is_told_has_a_larger_revision() {
    let here = restored(&for_robots().await).await;
    let failed = AtomicBool::new(false);
    for _ in 0..3 {
        let signed_in = here
            .client
            .sign_in_as_service("robot".to_owned(), "secret".into(), false)
            .await;
        failed.fetch_or(signed_in.is_err(), Ordering::SeqCst);
        here.client.sign_out().await.unwrap();
    }
    assert!(!failed.into_inner());
    let told: Vec<u64> = here
        .heard
        .all()
        .into_iter()
        .filter_map(|event| match event {
            Event::SessionChanged { revision, .. } => Some(revision),
            _ => None,
        })
        .collect();
    assert!(told.len() > 9, "{told:?}");
    assert!(told.is_sorted_by(|one, next| one < next), "{told:?}");
    let now = here.client.stamped_session();
    assert_eq!(Some(&now.revision), told.last());
    assert_eq!(here.connections.list()[0].1, now);
}

#[tokio::test]
async fn a_keyring_that_was_locked_at_the_start_is_asked_again_by_a_click() {
    let far_end = for_robots().await;
    let here = locked(&far_end).await;
    let reason = |here: &Restored| match here.client.session() {
        SessionState::SignedOut { reason } => reason.map(|reason| reason.code),
        _ => None,
    };
    assert_eq!(reason(&here), Some(Code::KeyringLocked));
    here.client.sign_in(true).await;
    assert_eq!(reason(&here), Some(Code::KeyringLocked), "locked still");
    here.shelf.lock(false);
    here.client.sign_in(true).await;
    let SessionState::SignedIn { account, .. } = here.client.session() else {
        panic!("{:?}", here.client.session());
    };
    assert_eq!(account.username, "aino");
    assert!(
        far_end.asked("GET /.well-known").is_empty(),
        "nobody was sent to a browser"
    );
}
