//! What happens with an engine that is not as it should be.

use http_body_util::Full;
use serde_json::json;

use super::fake::{FakeEngine, Say};
use super::*;
use crate::workloads::containers::engine::Network;

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
