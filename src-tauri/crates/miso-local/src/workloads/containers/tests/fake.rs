//! An engine that says what a test wants: for what no real one does when it is asked to.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use http::Response;
use http::request::Parts;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::UnixListener;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::options::ContainerEngine;
use crate::workloads::containers::engine::{Engine, Network};

/// What it says to a request.
pub(super) enum Say {
    Json(u16, Value),
    /// A stream that ends after these.
    Bytes(Vec<u8>),
    /// Nothing, ever.
    Nothing,
    /// What one does that has the image and nothing against anything.
    Usual,
}

/// An engine on a socket of its own.
pub(super) struct FakeEngine {
    folder: TempDir,
    asked: watch::Receiver<Vec<String>>,
    _stop: DropGuard,
}

impl FakeEngine {
    /// Starts one; `say` is given each request in words, such as `GET images NAME json`.
    pub(super) fn start(
        network: Network,
        say: impl FnMut(&[&str]) -> Say + Send + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("socket")).unwrap();
        let (note, asked) = watch::channel(Vec::new());
        let says = Arc::new(Says {
            network,
            say: Mutex::new(say),
            note,
        });
        let router = Router::new().fallback(move |request: Request| {
            let says = Arc::clone(&says);
            let (asked, _) = request.into_parts();
            async move { says.answer(&asked).await }
        });
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            tokio::select! {
                served = axum::serve(listener, router) => served.unwrap(),
                () = stopped => {}
            }
        });
        Self {
            folder,
            asked,
            _stop: stop.drop_guard(),
        }
    }

    pub(super) fn choice(&self) -> ContainerEngine {
        ContainerEngine::At(self.address())
    }

    pub(super) async fn engine(&self) -> Engine {
        Engine::at(&self.address()).await.unwrap()
    }

    /// Waits until it was asked that so often.
    pub(super) async fn until_asked(&self, times: usize, what: impl Fn(&str) -> bool) {
        let mut asked = self.asked.clone();
        let is_so = |asked: &Vec<String>| asked.iter().filter(|one| what(one)).count() >= times;
        let waited = tokio::time::timeout(super::PATIENCE, asked.wait_for(is_so)).await;
        assert!(waited.is_ok(), "{:?}", self.asked.borrow());
    }

    fn address(&self) -> String {
        format!("unix://{}/socket", self.folder.path().display())
    }
}

struct Says<S> {
    network: Network,
    say: Mutex<S>,
    note: watch::Sender<Vec<String>>,
}

impl<S: FnMut(&[&str]) -> Say> Says<S> {
    async fn answer(&self, request: &Parts) -> Response<Body> {
        let path = request.uri.path();
        let words: Vec<&str> = std::iter::once(request.method.as_str())
            .chain(path.split('/').filter(|word| !is_version(word)))
            .collect();
        self.note.send_modify(|asked| asked.push(words.join(" ")));
        let said = (self.say.lock().unwrap())(&words);
        match said {
            Say::Json(status, body) => json_of(status, &body),
            Say::Bytes(bytes) => Response::new(Body::from(bytes)),
            Say::Nothing => std::future::pending().await,
            Say::Usual => usual(self.network, &words),
        }
    }
}

/// Whether a part of a path is the version in front of it, or nothing.
fn is_version(word: &str) -> bool {
    word.is_empty() || word.starts_with("v1.")
}

fn json_of(status: u16, body: &Value) -> Response<Body> {
    let text = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    let json = http::HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    response
}

fn usual(network: Network, words: &[&str]) -> Response<Body> {
    let (status, body) = match words {
        ["GET", "version"] => (
            200,
            json!({"ApiVersion": "1.44", "Version": "27.0.0", "Os": "linux", "Arch": "amd64"}),
        ),
        ["GET", "info"] => (200, json!({"NCPU": 4, "MemoryLimit": true})),
        ["GET", "networks"] => match network {
            Network::Bridge => (200, json!([{"Name": "bridge", "Driver": "bridge"}])),
            Network::Host => (200, json!([{"Name": "host", "Driver": "host"}])),
        },
        ["GET", "images", .., "json"] => (200, json!({"Os": "linux", "Architecture": "amd64"})),
        ["POST", "containers", "create"] => (201, json!({"Id": "abc", "Warnings": []})),
        ["GET", "containers", "json"] => (200, json!([])),
        ["GET", "containers", _, "json"] => (200, json!({"State": {"Running": true}})),
        ["POST", "containers", _, "start" | "stop"] | ["DELETE", ..] => (204, Value::Null),
        _ => (200, Value::Null),
    };
    json_of(status, &body)
}
