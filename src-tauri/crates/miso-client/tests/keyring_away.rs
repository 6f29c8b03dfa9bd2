//! A keyring that is absent, locked, slow, or goes away and comes back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use miso_client::{Code, SessionState};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, QuickBrowser, Restored, Shelf, Start, tokens, until};

async fn far_end() -> FarEnd {
    FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "POST /auth/token" => tokens(7),
        _ => Answer::json(200, json!({"id": "u-1", "username": "aino"})),
    })
    .await
}

/// Why nobody is signed in.
fn reason(here: &Restored) -> Option<Code> {
    match here.client.session() {
        SessionState::SignedOut { reason } => reason.map(|reason| reason.code),
        SessionState::SigningIn { .. }
        | SessionState::Restoring { .. }
        | SessionState::SignedIn { .. } => None,
    }
}

fn is_signed_in(here: &Restored) -> bool {
    matches!(here.client.session(), SessionState::SignedIn { .. })
}

fn is_slow(here: &Restored) -> bool {
    here.client.session() == SessionState::Restoring { slow: true }
}

/// Waits until something holds; how long that took.
async fn time_until(what: &str, holds: impl Fn() -> bool) -> Duration {
    let began = Instant::now();
    until(what, holds).await;
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_the_keyring_may_be_away() {
    let far_end = far_end().await;

    // It does not answer, as one that waits for a person: that is said, and waited for.
    let shelf = Shelf::default();
    let start = Start {
        shelf: shelf.clone(),
        ..Start::of(&far_end)
    };
    let (here, restoring) = {
        let kept = start.keep().await;
        shelf.hang(true);
        kept.begin()
    };
    let said = time_until("it is said", || is_slow(&here)).await;
    shelf.hang(false);
    let unlocked = time_until("it is taken up", || is_signed_in(&here)).await;
    restoring.await.unwrap();

    // The same, called off; and taken up when somebody asks for it.
    let shelf = Shelf::default();
    let start = Start {
        shelf: shelf.clone(),
        ..Start::of(&far_end)
    };
    let (here, restoring) = {
        let kept = start.keep().await;
        shelf.hang(true);
        kept.begin()
    };
    until("it hangs", || shelf.is_waited_for()).await;
    let began = Instant::now();
    here.client.cancel_sign_in();
    restoring.await.unwrap();
    let called_off = began.elapsed();
    assert_eq!(reason(&here), Some(Code::KeyringLocked));
    shelf.hang(false);
    here.client.sign_in(true).await;
    assert!(is_signed_in(&here), "{:?}", here.client.session());

    // It is not there, then it is.
    let shelf = Shelf::default();
    let start = Start {
        shelf: shelf.clone(),
        ..Start::of(&far_end)
    };
    let (here, _restoring) = {
        let kept = start.keep().await;
        shelf.go_away(true);
        kept.begin()
    };
    let absent = time_until("its absence is said", || {
        reason(&here) == Some(Code::KeyringUnavailable)
    })
    .await;
    shelf.go_away(false);
    let back = time_until("it is back", || is_signed_in(&here)).await;
    here.client.me().await.unwrap();

    println!(
        "figure: said after {said:?}, unlocked {unlocked:?} later; called off within \
         {called_off:?}; absent: said after {absent:?}, taken up {back:?} after it came"
    );
    assert!(said < Duration::from_millis(3_500) && absent < Duration::from_secs(3));
    assert!(unlocked < Duration::from_secs(5) && back < Duration::from_secs(5));
    assert!(called_off < Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_memory_is_a_choice_and_never_a_file() {
    let far_end = far_end().await;
    let shelf = Shelf::default();
    shelf.go_away(true);
    let folder = tempfile::tempdir().unwrap();
    let start = Start {
        issuer: None,
        browser: Arc::new(QuickBrowser),
        shelf: shelf.clone(),
        turns: Some(folder.path().to_owned()),
        cache: miso_client::Connections::cache_in(folder.path()).unwrap(),
        ..Start::of(&far_end)
    };
    let (here, _restoring) = start.keep().await.begin();
    let began = Instant::now();
    here.client.sign_in(true).await;
    assert!(began.elapsed() < Duration::from_secs(3));
    // What was taken up at the start may end after it.
    time_until("the keyring's absence is said", || {
        reason(&here) == Some(Code::KeyringUnavailable)
    })
    .await;
    assert!(far_end.asked("POST").is_empty());
    // Chosen: nothing of it is written anywhere.
    here.client
        .sign_in_as_service("robot".to_owned(), "canary-secret".into(), false)
        .await
        .unwrap();
    let SessionState::SignedIn {
        remembered, notice, ..
    } = here.client.session()
    else {
        panic!("{:?}", here.client.session());
    };
    assert_eq!((remembered, notice), (false, None));
    shelf.go_away(false);
    assert!(shelf.is_empty());
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("canary"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_could_not_be_kept_is_kept_when_the_keyring_comes() {
    let far_end = far_end().await;
    let shelf = Shelf::default();
    shelf.go_away(true);
    let start = Start {
        issuer: None,
        shelf: shelf.clone(),
        ..Start::of(&far_end)
    };
    let (here, _restoring) = start.keep().await.begin();
    here.client
        .sign_in_as_service("robot".to_owned(), "right".into(), true)
        .await
        .unwrap();
    let state = || match here.client.session() {
        SessionState::SignedIn {
            remembered, notice, ..
        } => (remembered, notice.map(|notice| notice.code)),
        other => panic!("{other:?}"),
    };
    assert_eq!(state(), (false, Some(Code::KeyringUnavailable)));
    shelf.go_away(false);
    let kept = time_until("it is kept", || state() == (true, None)).await;
    assert!(kept < Duration::from_secs(5));
    assert!(!shelf.is_empty());
}
