//! Signing in on another device (RFC 8628).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use miso_client::{Code, SessionState, SignInStep};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::far_end::{Answer, Make, Restored, signed_out, until};
use crate::hostile_provider::{HostileProvider, Visitor};

fn begin(here: &Restored) -> JoinHandle<()> {
    let client = here.client.clone();
    tokio::spawn(async move { client.sign_in_on_device(true).await })
}

fn is_waiting(here: &Restored) -> bool {
    let step = SignInStep::WaitingForDevice;
    here.client.session() == SessionState::SigningIn { step }
}

fn refused(error: &str) -> Answer {
    Answer::json(400, json!({"error": error}))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_shown_and_the_provider_asked_until_somebody_has_typed_it() {
    let provider = HostileProvider::start().await;
    let asked = AtomicUsize::new(0);
    provider.replace("POST /token", move |_, good| {
        match asked.fetch_add(1, Ordering::SeqCst) {
            0 => refused("authorization_pending"),
            1 => Answer::text(500, "boom"),
            _ => good,
        }
    });
    let here = signed_out(&provider.far_end, Visitor::ordinary()).await;
    assert!(here.client.device_code().is_none());
    let signing_in = begin(&here);
    until("the code is shown", || is_waiting(&here)).await;
    let shown = here.client.device_code().unwrap();
    assert_eq!(shown.user_code, "BCDF-GHJK");
    assert_eq!(
        shown.address,
        provider.far_end.url.join("activate").unwrap()
    );
    signing_in.await.unwrap();
    let SessionState::SignedIn {
        account,
        remembered,
        ..
    } = here.client.session()
    else {
        panic!("{:?}", here.client.session());
    };
    assert_eq!((account.username.as_str(), remembered), ("aino", true));
    assert!(here.client.device_code().is_none() && !here.shelf.is_empty());
    let begun = provider.far_end.asked("POST /device");
    assert_eq!(
        begun[0].body,
        "client_id=miso-desktop&scope=openid+profile+email+offline_access+api"
    );
    let polls = provider.far_end.asked("POST /token");
    assert_eq!(polls.len(), 3);
    let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";
    assert!(
        polls.iter().all(|poll| poll.body.starts_with(grant)),
        "{polls:?}"
    );
    assert!(provider.far_end.asked("GET /authorize").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_it_is_said() {
    let answers: Vec<(&str, Make, Code)> = vec![
        (
            "expired_token",
            || refused("expired_token"),
            Code::DeviceCodeExpired,
        ),
        (
            "access_denied",
            || refused("access_denied"),
            Code::SignInRefused,
        ),
        (
            "invalid_grant",
            || refused("invalid_grant"),
            Code::SignInRefused,
        ),
        ("a portal", || Answer::text(200, "<html>"), Code::NotMiso),
        (
            "no ID token",
            || Answer::json(200, json!({"access_token": "a", "token_type": "Bearer"})),
            Code::IdTokenInvalid,
        ),
    ];
    for (name, answer, code) in answers {
        let provider = HostileProvider::start().await;
        provider.replace("POST /token", move |_, _| answer());
        let here = signed_out(&provider.far_end, Visitor::ordinary()).await;
        begin(&here).await.unwrap();
        let SessionState::SignedOut {
            reason: Some(reason),
        } = here.client.session()
        else {
            panic!("{name}: {:?}", here.client.session());
        };
        assert_eq!(reason.code, code, "{name}");
        assert!(here.shelf.is_empty() && here.client.device_code().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_begin_is_said() {
    let without = |_: &_, good: Answer| {
        let mut document: Value = serde_json::from_str(&good.body).unwrap();
        document["device_authorization_endpoint"] = Value::Null;
        Answer::json(200, document)
    };
    let provider = HostileProvider::start().await;
    provider.replace("GET /.well-known", without);
    let plain = HostileProvider::start().await;
    plain.replace("POST /device", |_, good| {
        let mut begun: Value = serde_json::from_str(&good.body).unwrap();
        begun["verification_uri"] = "http://login.example/activate".into();
        Answer::json(200, begun)
    });
    let refusing = HostileProvider::start().await;
    refusing.replace("POST /device", |_, _| refused("unauthorized_client"));
    for (provider, code) in [
        (provider, Code::DeviceSignInUnsupported),
        (plain, Code::DiscoveryFailed),
        (refusing, Code::SignInRefused),
    ] {
        let here = signed_out(&provider.far_end, Visitor::ordinary()).await;
        begin(&here).await.unwrap();
        let SessionState::SignedOut { reason } = here.client.session() else {
            panic!("{:?}", here.client.session());
        };
        assert_eq!(reason.unwrap().code, code);
        assert_eq!(provider.token_requests(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_called_off_at_once_and_begun_again() {
    let provider = HostileProvider::start().await;
    provider.replace("POST /token", |_, _| refused("authorization_pending"));
    let here = signed_out(&provider.far_end, Visitor::ordinary()).await;
    for _ in 0..2 {
        let attempt = begin(&here);
        until("the code is shown", || is_waiting(&here)).await;
        let began = Instant::now();
        here.client.cancel_sign_in();
        assert!(matches!(
            here.client.session(),
            SessionState::SignedOut { .. }
        ));
        assert!(here.client.device_code().is_none());
        attempt.await.unwrap();
        let took = began.elapsed();
        println!("figure: cancelled while waiting for another device in {took:?}");
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    // The browser takes its place.
    let attempt = begin(&here);
    until("the code is shown", || is_waiting(&here)).await;
    provider.replace("POST /token", |_, good| good);
    here.client.sign_in(true).await;
    attempt.await.unwrap();
    assert!(matches!(
        here.client.session(),
        SessionState::SignedIn { .. }
    ));
}
