//! The faults of a sign-in that a provider makes, each by its name.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use miso_client::{Code, SessionState, SignInStep};
use serde_json::json;
use url::Url;

use crate::far_end::{Answer, Make, Restored, Start, signed_out, until};
use crate::hand_clock::HandClock;
use crate::hostile_provider::{HostileProvider, Visitor, client, exchanged, get};
use crate::signer::signers;

/// Why nobody is signed in.
pub fn refusal(here: &Restored) -> Option<Code> {
    match here.client.session() {
        SessionState::SignedOut { reason } => reason.map(|reason| reason.code),
        _ => None,
    }
}

pub fn is_signed_in(here: &Restored) -> bool {
    matches!(here.client.session(), SessionState::SignedIn { .. })
}

/// Signs in once, with a browser that does so.
pub async fn attempt(provider: &HostileProvider, visitor: Arc<Visitor>) -> Restored {
    let here = signed_out(&provider.far_end, visitor).await;
    let signing_in = here.client.sign_in(true);
    tokio::time::timeout(Duration::from_secs(60), signing_in)
        .await
        .unwrap();
    here
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_with_html_in_it_is_told_and_not_shown() {
    let provider = HostileProvider::start().await;
    let page = Arc::new(Mutex::new(String::new()));
    let shown = page.clone();
    let here = attempt(
        &provider,
        Visitor::that(move |callback| {
            let shown = shown.clone();
            async move {
                let refused = exchanged(&callback, "code", None);
                let html =
                    "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E";
                let refused = Url::parse(&format!("{refused}&{html}")).unwrap();
                *shown.lock().unwrap() = get(refused).await.unwrap().1;
            }
        }),
    )
    .await;
    let SessionState::SignedOut {
        reason: Some(reason),
    } = here.client.session()
    else {
        panic!("{:?}", here.client.session());
    };
    assert_eq!(reason.code, Code::SignInRefused);
    assert_eq!(reason.params["error"], "access_denied");
    assert_eq!(reason.message.as_deref(), Some("<script>alert(1)</script>"));
    assert!(!page.lock().unwrap().contains("script"), "{page:?}");
    assert_eq!(provider.token_requests(), 0);
}

struct NoBrowser;

impl miso_client::Browser for NoBrowser {
    fn open(&self, _: &Url) -> Result<(), String> {
        Err("there is none".to_owned())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_browser_leaves_an_address_to_open_by_hand() {
    let provider = HostileProvider::start().await;
    let here = signed_out(&provider.far_end, Arc::new(NoBrowser)).await;
    let signing_in = here.client.clone();
    let signing_in = tokio::spawn(async move { signing_in.sign_in(true).await });
    until("it is said", || {
        let step = SignInStep::NoBrowser;
        here.client.session() == SessionState::SigningIn { step }
    })
    .await;
    let address = here.client.sign_in_address().unwrap();
    let redirected = client().get(address).send().await.unwrap();
    let callback = redirected.headers()["location"].to_str().unwrap();
    get(Url::parse(callback).unwrap()).await;
    signing_in.await.unwrap();
    assert!(is_signed_in(&here));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_in_the_place_of_the_token_endpoint_signs_nobody_in() {
    let answers: Vec<(&str, Make, Code)> = vec![
        (
            "an HTML page with 200",
            || Answer::text(200, "<html>Sign in to the network</html>"),
            Code::NotMiso,
        ),
        ("500", || Answer::text(500, "boom"), Code::ServerError),
        ("429", || Answer::text(429, "slow down"), Code::RateLimited),
        (
            "the connection lost after sending",
            Answer::lost,
            Code::Offline,
        ),
        (
            "invalid_grant",
            || Answer::json(400, json!({"error": "invalid_grant"})),
            Code::SignInRefused,
        ),
        (
            "a token of another type",
            || Answer::json(200, json!({"access_token": "a", "token_type": "mac"})),
            Code::SignInRefused,
        ),
        (
            "no ID token",
            || Answer::json(200, json!({"access_token": "a", "token_type": "Bearer"})),
            Code::IdTokenInvalid,
        ),
        (
            "an ID token of two parts",
            || {
                Answer::json(
                    200,
                    json!({"access_token": "a", "token_type": "Bearer", "id_token": "a.b"}),
                )
            },
            Code::IdTokenInvalid,
        ),
        (
            "an endless answer",
            || Answer::text(200, &"x".repeat(1 << 21)),
            Code::TooLarge,
        ),
    ];
    for (name, answer, code) in answers {
        let provider = HostileProvider::start().await;
        provider.replace("POST /token", move |_, _| answer());
        let here = attempt(&provider, Visitor::ordinary()).await;
        assert_eq!(
            refusal(&here),
            Some(code),
            "{name}: {:?}",
            here.client.session()
        );
        assert!(here.shelf.is_empty(), "{name}");
        assert_eq!(provider.token_requests(), 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_endpoint_that_redirects_is_not_followed() {
    let provider = HostileProvider::start().await;
    provider.replace("POST /token", |_, _| Answer {
        headers: vec![("location", "/elsewhere".to_owned())],
        ..Answer::text(307, "")
    });
    let here = attempt(&provider, Visitor::ordinary()).await;
    assert_eq!(refusal(&here), Some(Code::NotMiso));
    assert!(provider.far_end.asked("POST /elsewhere").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_claims_say_wrong_signs_nobody_in() {
    for (name, claim, value) in [
        ("another issuer", "iss", json!("https://other.example")),
        ("another nonce", "nonce", json!("replayed")),
        ("another client", "aud", json!("another-client")),
        (
            "another access token",
            "at_hash",
            json!("AAAAAAAAAAAAAAAAAAAAAA"),
        ),
        ("expired", "exp", json!(1)),
    ] {
        let provider = HostileProvider::start().await;
        provider.change_claims(move |claims| claims[claim] = value.clone());
        let here = attempt(&provider, Visitor::ordinary()).await;
        assert_eq!(refusal(&here), Some(Code::IdTokenInvalid), "{name}");
        assert!(here.shelf.is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_exchanged_while_the_browser_is_open_is_fetched() {
    let provider = Arc::new(HostileProvider::start().await);
    let exchanging = provider.clone();
    let here = attempt(
        &provider,
        Visitor::that(move |callback| {
            exchanging.rotate(&signers()[8]);
            async move {
                get(callback).await;
            }
        }),
    )
    .await;
    assert!(is_signed_in(&here), "{:?}", here.client.session());
    assert_eq!(provider.far_end.asked("GET /jwks").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_waited_for_longer_than_five_minutes() {
    let provider = HostileProvider::start().await;
    let clock = HandClock::ahead_by(TimeDelta::zero());
    let start = Start {
        issuer: None,
        browser: Visitor::that(|_| async {}),
        clock: clock.clone(),
        ..Start::of(&provider.far_end)
    };
    let here = start.go().await;
    let client = here.client.clone();
    let attempt = tokio::spawn(async move { client.sign_in(true).await });
    let step = SignInStep::WaitingForBrowser;
    let is_waiting = || here.client.session() == SessionState::SigningIn { step };
    until("the browser is out", is_waiting).await;
    let address = here.client.sign_in_address().unwrap();
    let redirect = address
        .query_pairs()
        .find(|(name, _)| name == "redirect_uri");
    let redirect = Url::parse(&redirect.unwrap().1).unwrap();
    clock.jump(TimeDelta::seconds(5 * 60 - 30));
    assert_eq!(get(redirect.clone()).await.unwrap().0, 400);
    assert!(is_waiting());
    clock.jump(TimeDelta::seconds(31));
    attempt.await.unwrap();
    assert_eq!(refusal(&here), Some(Code::SignInTimeout));
    assert_eq!(get(redirect).await, None, "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_address_is_made_for_its_challenge_alone() {
    let provider = HostileProvider::start().await;
    let here = signed_out(&provider.far_end, Visitor::ordinary()).await;
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    here.client.set_known(
        provider
            .far_end
            .url
            .as_str()
            .trim_end_matches('/')
            .to_owned(),
        Arc::new(move |challenge| {
            let number = count.fetch_add(1, Ordering::SeqCst);
            let key = format!("key-{number}-for-{challenge}");
            vec![("launch_key".to_owned(), key.into())]
        }),
    );
    for number in 0..2 {
        here.client.sign_in(true).await;
        assert!(is_signed_in(&here));
        let asked = provider.far_end.asked("GET /authorize");
        let query = asked[number].line.split_once('?').unwrap().1;
        let sent: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let expected = format!("key-{number}-for-{}", sent["code_challenge"]);
        assert_eq!(sent["launch_key"], expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_no_mix_up() {
    let slash = |callback: &Url| {
        let iss = callback.query_pairs().find(|(name, _)| name == "iss");
        exchanged(callback, "iss", Some(&format!("{}/", iss.unwrap().1)))
    };
    type Change = fn(&Url) -> Url;
    let changes: Vec<(&str, Change)> = vec![
        ("another issuer", |callback| {
            exchanged(callback, "iss", Some("https://other.example"))
        }),
        ("an empty one", |callback| {
            exchanged(callback, "iss", Some(""))
        }),
        ("a slash behind it", slash),
        ("none, where it is promised", |callback| {
            exchanged(callback, "iss", None)
        }),
        ("another issuer's error", |callback| {
            let refused = exchanged(callback, "code", None);
            let refused = exchanged(&refused, "iss", Some("https://other.example"));
            Url::parse(&format!("{refused}&error=access_denied")).unwrap()
        }),
    ];
    let count = changes.len();
    for (name, change) in changes {
        let provider = HostileProvider::start().await;
        let here = attempt(
            &provider,
            Visitor::that(move |callback| async move {
                get(change(&callback)).await;
            }),
        )
        .await;
        assert_eq!(refusal(&here), Some(Code::IssuerMismatch), "{name}");
        assert_eq!(provider.token_requests(), 0, "{name}");
    }
    let provider = HostileProvider::start().await;
    provider.replace("GET /.well-known", |_, good| Answer {
        body: good.body.replace(
            "\"authorization_response_iss_parameter_supported\":true",
            "\"x\":1",
        ),
        ..good
    });
    let visitor = Visitor::that(|callback| async move {
        get(exchanged(&callback, "iss", None)).await;
    });
    assert!(
        is_signed_in(&attempt(&provider, visitor).await),
        "none, where none is promised"
    );
    println!("figure: {count} answers of another issuer, no token request made");
}
