//! An unlock takes as long as a person needs, up to two minutes; the time is driven, not waited for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use miso_client::{
    Code, ConnectionId, Credential, CredentialKind, SessionState, Vault, VaultError,
};
use secrecy::SecretString;

use crate::far_end::{FarEnd, Restored, Shelf, Start, aino, tokens};

/// SECURITY.md: "an unlock may take 120 s".
const LIMIT: Duration = Duration::from_secs(120);
const JUST_BEFORE: Duration = Duration::from_secs(119);
const JUST_AFTER: Duration = Duration::from_secs(121);

/// Waits for what other threads do, while the driven time stands still.
async fn standing_still(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(10), "{what}");
        tokio::task::yield_now().await;
    }
}

/// The keyring is asked at the start and waits for a person; the time stands still from here on.
async fn asked(far_end: &FarEnd) -> (Restored, Shelf) {
    tokio::time::resume();
    let shelf = Shelf::default();
    let start = Start {
        shelf: shelf.clone(),
        ..Start::of(far_end)
    };
    let kept = start.keep().await;
    tokio::time::pause();
    shelf.hang(true);
    let (here, _restoring) = kept.begin();
    standing_still("it is asked", || shelf.is_waited_for()).await;
    (here, shelf)
}

fn waits(here: &Restored) -> bool {
    here.client.session() == SessionState::Restoring { slow: true }
}

fn is_signed_in(here: &Restored) -> bool {
    matches!(here.client.session(), SessionState::SignedIn { .. })
}

/// Why nobody is signed in, and what more is said about it.
fn refused(here: &Restored) -> Option<(Code, String)> {
    match here.client.session() {
        SessionState::SignedOut { reason } => {
            reason.map(|reason| (reason.code, reason.params["reason"].clone()))
        }
        SessionState::SigningIn { .. }
        | SessionState::Restoring { .. }
        | SessionState::SignedIn { .. } => None,
    }
}

#[tokio::test(start_paused = true)]
async fn promise_an_unlock_may_take_two_minutes_and_be_called_off() {
    let far_end = FarEnd::start(|_| tokens(1)).await;

    let (here, shelf) = asked(&far_end).await;
    tokio::time::advance(Duration::from_millis(3_100)).await;
    standing_still("it is said", || waits(&here)).await;
    tokio::time::advance(JUST_BEFORE - Duration::from_millis(3_100)).await;
    assert!(waits(&here), "{:?}", here.client.session());
    shelf.hang(false);
    standing_still("it is taken up", || is_signed_in(&here)).await;

    let (here, shelf) = asked(&far_end).await;
    tokio::time::advance(JUST_AFTER).await;
    standing_still("that it takes too long is said", || {
        refused(&here).is_some()
    })
    .await;
    let too_long = (
        Code::KeyringUnavailable,
        "no answer within 120 s".to_owned(),
    );
    assert_eq!(refused(&here), Some(too_long));
    shelf.hang(false);
    let came = tokio::time::Instant::now();
    while !is_signed_in(&here) {
        let since = came.elapsed();
        assert!(since < Duration::from_secs(5), "back after {since:?}");
        tokio::time::advance(Duration::from_millis(100)).await;
        // The keyring's own thread has its turn; a tenth of a second is long for it.
        let began = Instant::now();
        while !is_signed_in(&here) && began.elapsed() < Duration::from_millis(5) {
            tokio::task::yield_now().await;
        }
    }
    let back = came.elapsed();

    let (here, shelf) = asked(&far_end).await;
    tokio::time::advance(LIMIT / 2).await;
    standing_still("it is waited for", || waits(&here)).await;
    let before = tokio::time::Instant::now();
    here.client.cancel_sign_in();
    standing_still("it is called off", || refused(&here).is_some()).await;
    assert_eq!(before.elapsed(), Duration::ZERO);
    let called_off = (Code::KeyringLocked, "called off".to_owned());
    assert_eq!(refused(&here), Some(called_off));
    shelf.hang(false);

    println!(
        "figure: unlocked after {JUST_BEFORE:?}: signed in; after {JUST_AFTER:?}: said, and taken \
         up {back:?} after it came; called off at {:?}: at once",
        LIMIT / 2
    );
}

/// What the vault is asked to do.
#[derive(Clone, Copy, Debug)]
enum Work {
    Load,
    Save,
    Delete,
}

async fn do_it(vault: &Vault, id: &ConnectionId, work: Work) -> Result<(), VaultError> {
    let credential = Credential {
        kind: CredentialKind::RefreshToken,
        secret: SecretString::from("refresh-2"),
        issuer: "https://issuer.example".to_owned(),
        client_id: "miso-desktop".to_owned(),
        account: aino(),
    };
    match work {
        Work::Load => vault.load(id).await.map(drop),
        Work::Save => vault.save(id, credential, true).await,
        Work::Delete => vault.delete(id).await,
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_the_keyring_is_asked_for_has_two_minutes() {
    for work in [Work::Load, Work::Save, Work::Delete] {
        for takes in [JUST_BEFORE, JUST_AFTER] {
            let shelf = Shelf::default();
            let inside = shelf.clone();
            let vault = Arc::new(Vault::over(Arc::new(move || Box::new(inside.clone()))));
            let id = ConnectionId::random();
            shelf.hang(true);
            shelf.shut();
            let asked = {
                let (vault, id) = (vault.clone(), id.clone());
                tokio::spawn(async move { do_it(&vault, &id, work).await })
            };
            standing_still("it is asked", || shelf.is_waited_for()).await;
            tokio::time::advance(takes).await;
            if takes < LIMIT {
                shelf.hang(false);
                shelf.open();
            }
            standing_still("it is answered", || asked.is_finished()).await;
            let in_time = "no answer within 120 s".to_owned();
            let expected = match takes < LIMIT {
                true => Ok(()),
                false => Err(VaultError::Unavailable(in_time)),
            };
            assert_eq!(asked.await.unwrap(), expected, "{work:?} {takes:?}");
            shelf.hang(false);
            shelf.open();
            if takes > LIMIT {
                // What comes when nobody waits any more is taken away again.
                standing_still("nobody waits", || !shelf.is_waited_for()).await;
                standing_still("nothing stays", || shelf.is_empty()).await;
            }
        }
    }
}
