//! The faults of a sign-in, each by its name: the hostile provider, and hostile visitors of the
//! redirect address.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use miso_client::{Code, SessionState, SignInStep};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::far_end::{Answer, Make, Restored, signed_out, until};
use crate::hostile_provider::{HostileProvider, Visitor, client, exchanged, get};
use crate::signer::signers;
use crate::sockets::{listeners, listening_at};

/// Why nobody is signed in.
fn refusal(here: &Restored) -> Option<Code> {
    match here.client.session() {
        SessionState::SignedOut { reason } => reason.map(|reason| reason.code),
        _ => None,
    }
}

fn is_signed_in(here: &Restored) -> bool {
    matches!(here.client.session(), SessionState::SignedIn { .. })
}

/// Signs in once, with a browser that does so.
async fn attempt(provider: &HostileProvider, visitor: Arc<Visitor>) -> Restored {
    let here = signed_out(&provider.far_end, visitor).await;
    let signing_in = here.client.sign_in(true);
    tokio::time::timeout(Duration::from_secs(60), signing_in)
        .await
        .unwrap();
    here
}

/// What a hostile visitor does at the redirect address before the right one comes: pages that
/// were answered, by status.
async fn disturb(callback: &Url, what: &str) -> u16 {
    let status = |found: Option<(u16, String)>| found.map_or(0, |(status, _)| status);
    match what {
        "wrong state" => status(get(exchanged(callback, "state", Some("guess"))).await),
        "no state" => status(get(exchanged(callback, "state", None)).await),
        "a favicon request first" => status(get(callback.join("/favicon.ico").unwrap()).await),
        "a POST callback" => {
            let posted = client().post(callback.clone()).send().await.unwrap();
            posted.status().as_u16()
        }
        "a 64 KiB query" => {
            let address = callback.socket_addrs(|| None).unwrap()[0];
            let mut stream = TcpStream::connect(address).await.unwrap();
            let (host, query) = (callback.authority(), callback.query().unwrap());
            let long = "x".repeat(64 * 1024);
            let asked = format!("GET /callback?{query}&x={long} HTTP/1.1\r\nhost: {host}\r\n\r\n");
            stream.write_all(asked.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer.split(' ').nth(1).unwrap().parse().unwrap()
        }
        "an error with another state" => {
            let other = exchanged(callback, "state", Some("guess"));
            let other = exchanged(&other, "code", None);
            status(get(Url::parse(&format!("{other}&error=access_denied")).unwrap()).await)
        }
        _ => unreachable!("{what}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_disturbs_at_the_redirect_address_does_not_end_the_attempt() {
    for (what, answered) in [
        ("wrong state", vec![400]),
        ("no state", vec![400]),
        ("a favicon request first", vec![404]),
        ("a POST callback", vec![405]),
        ("a 64 KiB query", vec![414, 431]),
        ("an error with another state", vec![400]),
    ] {
        let provider = HostileProvider::start().await;
        let statuses = Arc::new(Mutex::new(Vec::new()));
        let seen = statuses.clone();
        let here = attempt(
            &provider,
            Visitor::that(move |callback| {
                let seen = seen.clone();
                async move {
                    let status = disturb(&callback, what).await;
                    seen.lock().unwrap().push(status);
                    get(callback).await;
                }
            }),
        )
        .await;
        assert!(is_signed_in(&here), "{what}: {:?}", here.client.session());
        let status = statuses.lock().unwrap()[0];
        assert!(answered.contains(&status), "{what}: {status}");
        assert_eq!(provider.token_requests(), 1, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callback_twice_is_one_sign_in() {
    let provider = HostileProvider::start().await;
    let here = attempt(
        &provider,
        Visitor::that(|callback| async move {
            tokio::join!(get(callback.clone()), get(callback.clone()), get(callback));
        }),
    )
    .await;
    assert!(is_signed_in(&here));
    assert_eq!(provider.token_requests(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_headers_hold_nobody_up() {
    let provider = HostileProvider::start().await;
    let began = Instant::now();
    let here = attempt(
        &provider,
        Visitor::that(|callback| async move {
            let address = callback.socket_addrs(|| None).unwrap()[0];
            let mut slow = Vec::new();
            for _ in 0..50 {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.write_all(b"GET /callback?sta").await.unwrap();
                slow.push(stream);
            }
            get(callback).await;
        }),
    )
    .await;
    assert!(is_signed_in(&here));
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
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
async fn of_two_windows_signing_in_the_second_counts() {
    let provider = HostileProvider::start().await;
    let callbacks = Arc::new(Mutex::new(Vec::new()));
    let kept = callbacks.clone();
    let here = signed_out(
        &provider.far_end,
        Visitor::that(move |callback| {
            kept.lock().unwrap().push(callback);
            async {}
        }),
    )
    .await;
    let begin = || {
        let client = here.client.clone();
        tokio::spawn(async move { client.sign_in(true).await })
    };
    let first = begin();
    until("the first browser is back", || {
        callbacks.lock().unwrap().len() == 1
    })
    .await;
    let second = begin();
    until("the second browser is back", || {
        callbacks.lock().unwrap().len() == 2
    })
    .await;
    first.await.unwrap();
    let urls = callbacks.lock().unwrap().clone();
    assert_eq!(get(urls[0].clone()).await, None, "nobody listens there");
    // The first sign-in's answer at the second one's address.
    let mut mixed = urls[1].clone();
    mixed.set_query(urls[0].query());
    assert_eq!(get(mixed).await.unwrap().0, 400);
    get(urls[1].clone()).await;
    second.await.unwrap();
    assert!(is_signed_in(&here));
    assert_eq!(provider.token_requests(), 1);
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

#[tokio::test(flavor = "multi_thread")]
async fn promise_the_loopback_redirect_is_safe() {
    let provider = HostileProvider::start().await;
    let places = Arc::new(Mutex::new(Vec::new()));
    let seen = places.clone();
    let instant = Visitor::that(move |callback| {
        let port = callback.port().unwrap();
        seen.lock().unwrap().extend(listening_at(port));
        assert_eq!(callback.host_str(), Some("127.0.0.1"));
        async move {
            get(callback).await;
        }
    });
    // What belongs to the runtime and the provider is there after the first.
    assert!(is_signed_in(&attempt(&provider, instant.clone()).await));
    let before = listeners();
    let mut worked = 0;
    for _ in 0..100 {
        worked += usize::from(is_signed_in(&attempt(&provider, instant.clone()).await));
    }
    until("no socket listens that did not before", || {
        listeners() == before
    })
    .await;
    let places = places.lock().unwrap().clone();
    assert!(places.iter().all(|place| place == "0100007F"), "{places:?}");

    let refused = Arc::new(AtomicUsize::new(0));
    let count = refused.clone();
    let here = attempt(
        &provider,
        Visitor::that(move |callback| {
            let count = count.clone();
            async move {
                for guess in 0..1000 {
                    let wrong = exchanged(&callback, "state", Some(&format!("guess-{guess}")));
                    let (status, _) = get(wrong).await.unwrap();
                    count.fetch_add(usize::from(status == 400), Ordering::SeqCst);
                }
                get(callback).await;
            }
        }),
    )
    .await;
    let refused = refused.load(Ordering::SeqCst);
    println!(
        "figure: {worked} of 100 instant redirects worked, {refused} of 1000 callbacks with a wrong state refused, {} listeners before and after",
        before.values().sum::<usize>()
    );
    assert_eq!((worked, refused), (100, 1000));
    assert!(is_signed_in(&here));
}
