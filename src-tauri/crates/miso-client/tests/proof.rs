//! Signed out only on proof.

use std::sync::{Arc, Mutex};

use miso_client::{Code, Event, SessionState};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, Make, Restored, restored, tokens, until};

fn me() -> Answer {
    Answer::json(200, json!({"id": "u-1", "username": "aino"}))
}

/// What a provider, or something in its place, answers to a refresh that proves nothing.
const PROVES_NOTHING: [(&str, Make); 22] = [
    ("500", || Answer::text(500, "boom")),
    ("500 with JSON", || {
        Answer::json(500, json!({"error": "server_error"}))
    }),
    ("502 of a gateway", || {
        Answer::text(502, "<html>Bad Gateway</html>")
    }),
    ("503 with a time", || {
        Answer::text(503, "later").with("retry-after", "120")
    }),
    ("429", || Answer::text(429, "slow down")),
    ("404", || Answer::json(404, json!({"error": "not_found"}))),
    ("a portal's page", || {
        Answer::text(200, "<html>Please sign in to the network</html>")
    }),
    ("a cut answer", Answer::lost),
    ("nothing", || Answer::text(200, "")),
    ("an object without a token", || Answer::json(200, json!({}))),
    ("half of an answer", || {
        Answer::text(200, "{\"access_token\":\"a")
    }),
    ("an endless answer", || {
        Answer::text(400, &" ".repeat(2 * 1024 * 1024))
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
    ("invalid_grant with 200", || {
        Answer::json(200, json!({"error": "invalid_grant"}))
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
    ("invalid_grant in a list", || {
        Answer::json(400, json!({"error": ["invalid_grant"]}))
    }),
    ("a wrong envelope", || Answer::error(400, "INVALID_GRANT")),
];

#[tokio::test]
async fn promise_signed_out_only_on_proof() {
    for (name, failure) in PROVES_NOTHING {
        let far_end = FarEnd::start(move |_| failure()).await;
        let here = restored(&far_end).await;
        let before = here.shelf.contents();
        assert!(here.client.me().await.is_err(), "{name}");
        assert_eq!(here.shelf.contents(), before, "{name}");
        assert!(is_signed_in(&here), "{name}");
    }
    let far_end = FarEnd::start(|_| Answer::json(400, json!({"error": "invalid_grant"}))).await;
    let here = restored(&far_end).await;
    assert_eq!(here.client.me().await.unwrap_err().code, Code::SignedOut);
    assert!(here.shelf.is_empty());
    assert!(matches!(
        here.client.session(),
        SessionState::SignedOut { reason: Some(_) }
    ));
    let count = PROVES_NOTHING.len();
    println!("figure: {count} failures signed nobody out, invalid_grant did");
}

#[tokio::test]
async fn a_keyring_that_holds_nothing_any_more_proves_nothing() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    let kept = here.shelf.contents();
    here.shelf.clear();
    assert_eq!(here.client.me().await.unwrap_err().code, Code::KeyringEmpty);
    assert_eq!(notice(&here), Some(Code::KeyringEmpty), "that is said");
    assert!(far_end.asked("POST /token").is_empty());
    // The daemon was restarted with another collection; here is the right one again.
    here.shelf.put_back(kept);
    here.client.me().await.unwrap();
    assert_eq!(notice(&here), None);
    assert!(is_signed_in(&here));
}

#[tokio::test]
async fn an_invalid_grant_for_a_token_that_was_replaced_proves_nothing() {
    let shelf = Arc::new(Mutex::new(None::<(Restored, Vec<u8>)>));
    let inside = shelf.clone();
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" if asked.body.contains("refresh_token=refresh-1") => {
            // Another app won, and kept its token meanwhile.
            if let Some((here, newer)) = inside.lock().unwrap().as_ref() {
                let name = here.shelf.contents().into_keys().next().unwrap();
                here.shelf.put_back([(name, newer.clone())].into());
            }
            Answer::json(400, json!({"error": "invalid_grant"}))
        }
        "POST /token" => tokens(2),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    let (client, name) = (
        here.client.clone(),
        here.shelf.contents().into_keys().next().unwrap(),
    );
    let newer = {
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD;
        let entry = STANDARD.decode(&here.shelf.contents()[&name]).unwrap();
        let text = String::from_utf8(entry).unwrap();
        STANDARD.encode(text.replace("refresh-1", "refresh-2"))
    };
    *shelf.lock().unwrap() = Some((here, newer.into_bytes()));
    client.me().await.unwrap();
    assert_eq!(far_end.asked("POST /token").len(), 2);
    assert!(matches!(client.session(), SessionState::SignedIn { .. }));
    shelf.lock().unwrap().take();
}

#[tokio::test]
async fn signing_out_revokes_the_newest_token() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => me(),
    })
    .await;
    let here = restored(&far_end).await;
    here.client.me().await.unwrap();
    here.client.sign_out().await.unwrap();
    until("it is revoked", || {
        !far_end.asked("POST /revoke").is_empty()
    })
    .await;
    let revoked = &far_end.asked("POST /revoke")[0].body;
    assert!(revoked.contains("token=refresh-2"), "{revoked}");
}

#[tokio::test]
async fn a_provider_that_cannot_be_told_of_a_sign_out_is_said() {
    for (answers, expected) in [
        (200, None),
        (500, Some(Code::SignInRefused)),
        (503, Some(Code::SignInRefused)),
    ] {
        let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
            "POST /token" => tokens(1),
            "POST /revoke" => Answer::text(answers, "what it says"),
            _ => me(),
        })
        .await;
        let here = restored(&far_end).await;
        here.client.me().await.unwrap();
        assert_eq!(not_told(&here), None);
        here.client.sign_out().await.unwrap();
        assert!(here.shelf.is_empty(), "here it is over in any case");
        until("the provider is told", || {
            !far_end.asked("POST /revoke").is_empty()
        })
        .await;
        if let Some(code) = expected {
            until("it is said", || not_told(&here).is_some()).await;
            assert_eq!(not_told(&here), Some((far_end.issuer(), code)));
        }
    }
}

#[tokio::test]
async fn a_refresh_token_that_cannot_be_read_is_said_not_to_be_revoked() {
    let far_end = FarEnd::start(|_| me()).await;
    let here = restored(&far_end).await;
    here.shelf.lock(true);
    here.client.sign_out().await.unwrap();
    until("it is said", || not_told(&here).is_some()).await;
    let (_, code) = not_told(&here).unwrap();
    assert_eq!(code, Code::KeyringLocked);
    assert!(far_end.asked("POST /revoke").is_empty());
}

/// Which provider was said not to know of a sign-out, and why.
fn not_told(here: &Restored) -> Option<(String, Code)> {
    here.heard.all().into_iter().find_map(|event| match event {
        Event::SignOutNotTold {
            provider, failure, ..
        } => Some((provider, failure.code)),
        Event::SessionChanged { .. }
        | Event::ConnectionsChanged
        | Event::ResourceChanged { .. }
        | Event::WaitDue { .. }
        | Event::RecordingsChanged { .. }
        | Event::DeploymentEnded { .. } => None,
    })
}

fn is_signed_in(here: &Restored) -> bool {
    matches!(here.client.session(), SessionState::SignedIn { .. })
}

fn notice(here: &Restored) -> Option<Code> {
    match here.client.session() {
        SessionState::SignedIn { notice, .. } => notice.map(|notice| notice.code),
        SessionState::SignedOut { .. }
        | SessionState::SigningIn { .. }
        | SessionState::Restoring { .. } => None,
    }
}
