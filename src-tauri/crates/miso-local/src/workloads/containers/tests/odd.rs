//! What happens with an engine that is not as it should be.

use std::sync::Arc;
use std::time::Instant;

use http_body_util::Full;
use serde_json::json;

use super::fake::{FakeEngine, Say};
use super::*;
use crate::logs::place_log::PlaceLog;
use crate::workloads::containers::engine::Network;
use crate::workloads::containers::{ContainerUsages, Engines, printed};
use crate::workloads::output::Output;

/// A server of somebody else's that answers everything, on a port of this machine's.
async fn somebody() -> (u16, tokio_util::sync::DropGuard) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await;
    serving(listener.unwrap())
}

fn serving(listener: tokio::net::TcpListener) -> (u16, tokio_util::sync::DropGuard) {
    let port = listener.local_addr().unwrap().port();
    let service = hyper::service::service_fn(|_| async {
        let body = Full::new(bytes::Bytes::from_static(b"{\"status\":\"healthy\"}"));
        Ok::<_, std::convert::Infallible>(http::Response::new(body))
    });
    let stop = tokio_util::sync::CancellationToken::new();
    tokio::spawn(crate::http::server::serve(listener, service, stop.clone()));
    (port, stop.drop_guard())
}

#[tokio::test]
async fn on_a_bridge_it_is_reached_at_the_published_port() {
    let (published, _server) = somebody().await;
    let engine = FakeEngine::start(Network::Bridge, move |asked| match asked {
        ["GET", "containers", _, "json"] => Say::Json(
            200,
            json!({
                "State": {"Running": true},
                "NetworkSettings": {"Ports": {"8080/tcp": [
                    {"HostIp": "127.0.0.1", "HostPort": published.to_string()}]}},
            }),
        ),
        ["POST", "containers", _, "wait"] => Say::Nothing,
        _ => Say::Usual,
    });
    let bench = bench(engine.choice(), json!({}), &[]).await;
    bench.runs("tests/box:1.0").await;
    assert_eq!(
        bench.ask("/health").await.unwrap(),
        "{\"status\":\"healthy\"}"
    );
    bench.platform.shut_down().await;
    engine
        .until_asked(1, |asked| asked.starts_with("DELETE containers miso-"))
        .await;
}

#[tokio::test]
async fn another_server_on_the_manifests_port_is_never_taken_for_it() {
    let (port, _server) = somebody().await;
    for (state, expected) in [
        (
            json!({"Running": false, "ExitCode": 3}),
            "exited with code 3",
        ),
        (
            json!({"Running": true}),
            "Docker published no port for it: a container that runs has to be reached",
        ),
    ] {
        let engine = FakeEngine::start(Network::Bridge, move |asked| match asked {
            ["GET", "containers", _, "json"] => Say::Json(
                200,
                json!({"State": state, "NetworkSettings": {"Ports": {}}}),
            ),
            _ => Say::Usual,
        });
        let bench = bench(engine.choice(), json!({"port": port}), &[]).await;
        let why = bench.fails("tests/box:1.0").await;
        assert!(why.contains(expected), "{why}");
        bench.platform.shut_down().await;
    }
}

#[tokio::test]
async fn a_port_that_two_name_is_taken_for_nobodys_while_both_may_have_it() {
    let engine = FakeEngine::start(Network::Host, |_| Say::Usual);
    let port = {
        let free = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await;
        free.unwrap().local_addr().unwrap().port()
    };
    let named = async |seconds: &str| {
        let limit = [("WEBSITES_CONTAINER_START_TIME_LIMIT", seconds)];
        bench(engine.choice(), json!({"port": port}), &limit).await
    };
    let (patient, impatient) = (named("50").await, named("5").await);
    let opening = async {
        let is_start = |asked: &str| asked.ends_with(" start");
        engine.until_asked(2, is_start).await;
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await;
        serving(listener.unwrap())
    };
    let (_server, why, first) = tokio::join!(
        opening,
        impatient.fails("tests/box:1.0"),
        patient.runs("tests/box:1.0")
    );
    assert!(why.contains("not well within 5 s"), "{why}");
    for one in [&patient, &impatient] {
        assert!(one.logged("whose it is cannot be told"), "{:?}", one.log());
    }
    // Then it is the only one that may.
    let said = step(&first, "health").message.clone().unwrap();
    assert!(said.contains("one instance"), "{said}");
    patient.platform.shut_down().await;
    impatient.platform.shut_down().await;
}

#[tokio::test]
async fn lines_go_on_after_an_engine_that_did_not_say_how_it_is() {
    let line = |text: &str| {
        let length = u32::try_from(text.len()).unwrap();
        let mut frame = vec![1, 0, 0, 0];
        frame.extend(length.to_be_bytes());
        frame.extend(text.as_bytes());
        frame
    };
    let first = line("2026-01-02T03:04:05.000000000Z one\n");
    let mut second = first.clone();
    second.extend(line("2026-01-02T03:04:06.000000000Z two\n"));
    let (mut printed, mut asked_how) = (vec![second, first], 0);
    let engine = FakeEngine::start(Network::Bridge, move |asked| match asked {
        ["GET", "containers", _, "logs"] => Say::Bytes(printed.pop().unwrap_or_default()),
        ["GET", "containers", _, "json"] => {
            asked_how += 1;
            match asked_how {
                1 => Say::Json(500, json!({"message": "busy"})),
                _ => Say::Json(200, json!({"State": {"Running": false}})),
            }
        }
        _ => Say::Usual,
    });
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(PlaceLog::open(folder.path().join("log")).unwrap());
    let output = Output::of("a-1", Arc::clone(&log));
    let following = printed::follow(engine.engine().await, "a-1".into(), output);
    timeout(PATIENCE, following).await.unwrap();
    let next = *log.watch().borrow();
    assert_eq!(next, 3, "after the two lines, each of which came once");
}

#[tokio::test]
async fn what_an_engine_never_makes_is_called_off_and_removed() {
    let engine = FakeEngine::start(Network::Bridge, |asked| match asked {
        ["POST", "containers", "create"] => Say::Nothing,
        _ => Say::Usual,
    });
    let bench = bench(engine.choice(), json!({}), &[]).await;
    let ending = async {
        let is_create = |asked: &str| asked == "POST containers create";
        engine.until_asked(1, is_create).await;
        let began = Instant::now();
        bench.platform.shut_down().await;
        began.elapsed()
    };
    let (took, ()) = tokio::join!(ending, bench.deploy("tests/box:1.0"));
    assert!(took < Duration::from_secs(5), "{took:?}");
    let is_removal = |asked: &str| asked.starts_with("DELETE containers miso-");
    engine.until_asked(1, is_removal).await;
}

#[tokio::test]
async fn an_engine_that_does_not_say_what_it_has_holds_up_no_measuring() {
    let mut lists = 0;
    let engine = FakeEngine::start(Network::Bridge, move |asked| match asked {
        ["GET", "containers", "json"] => {
            lists += 1;
            if lists > 1 { Say::Nothing } else { Say::Usual }
        }
        _ => Say::Usual,
    });
    let engines = Arc::new(Engines::new(engine.choice(), "one".to_owned()));
    engines.get().await.unwrap();
    let mut usages = ContainerUsages::default();
    let looked = timeout(PATIENCE, engines.look(&mut usages, &[])).await;
    assert!(looked.unwrap().is_empty());
    let is_list = |asked: &str| asked == "GET containers json";
    engine.until_asked(2, is_list).await;
    // Nor what is started meanwhile.
    assert!(timeout(PATIENCE, engines.get()).await.unwrap().is_ok());
}
