//! Visitors of the redirect address, wanted and unwanted.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::far_end::{signed_out, until};
use crate::hostile_provider::{HostileProvider, Visitor, client, exchanged, get};
use crate::sign_in_faults::{attempt, is_signed_in};
use crate::sockets::{listeners, listening_at};

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
