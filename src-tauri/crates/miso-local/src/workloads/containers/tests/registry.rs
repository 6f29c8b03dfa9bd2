//! A registry with one image (OCI distribution, as much of it as a pull needs).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// A layer is given in so many pieces, so that it can be given slowly.
const PIECES: usize = 40;

/// How a registry is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manners {
    /// It asks who is there: `me` with the password `mine`.
    pub(super) asks: bool,
    /// Between two pieces of a layer.
    pub(super) pause: Duration,
    /// What it has is for another machine alone, by a list of manifests.
    pub(super) foreign: bool,
    /// What its image says to be made for, in place of what most machines here are.
    pub(super) machine: Option<&'static str>,
}

/// A registry on a port of this machine's.
pub(super) struct Registry {
    /// As it stands in front of an image's name.
    pub(super) host: String,
    _stop: DropGuard,
}

struct Held {
    manners: Manners,
    layer: Bytes,
    config: Bytes,
    manifest: Bytes,
    list: Bytes,
}

impl Registry {
    pub(super) async fn start(layer: Vec<u8>, manners: Manners) -> Self {
        let config = json!({
            "architecture": manners.machine.unwrap_or("amd64"), "os": "linux", "config": {"Cmd": ["/run"]},
            "rootfs": {"type": "layers", "diff_ids": [name(&layer)]},
        });
        let config = config.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": config.len(), "digest": name(&config),
            },
            "layers": [{
                "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                "size": layer.len(), "digest": name(&layer),
            }],
        });
        let manifest = manifest.to_string().into_bytes();
        let list = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json",
            "manifests": [{
                "mediaType": MANIFEST, "size": manifest.len(), "digest": name(&manifest),
                "platform": {"architecture": "s390x", "os": "linux"},
            }],
        });
        let held = Arc::new(Held {
            manners,
            layer: layer.into(),
            config: config.into(),
            manifest: manifest.into(),
            list: list.to_string().into(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let service = service_fn(move |request: Request<Incoming>| {
            let held = Arc::clone(&held);
            async move { Ok::<_, Infallible>(held.answer(&request)) }
        });
        let stop = CancellationToken::new();
        tokio::spawn(crate::http::server::serve(listener, service, stop.clone()));
        Self {
            host,
            _stop: stop.drop_guard(),
        }
    }
}

impl Held {
    fn answer(&self, request: &Request<Incoming>) -> Response<Body> {
        let expected = format!("Basic {}", BASE64_STANDARD.encode("me:mine"));
        let shown = request.headers().get(header::AUTHORIZATION);
        if self.manners.asks && shown.is_none_or(|shown| *shown != *expected) {
            return Response::builder()
                .status(StatusCode::UNAUTHORIZED)
                .header(header::WWW_AUTHENTICATE, "Basic realm=\"tests\"")
                .body(Body::from(r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#))
                .unwrap();
        }
        let path = request.uri().path();
        let (kind, body) = match path.rsplit_once('/') {
            _ if path == "/v2/" => ("application/json", "{}".into()),
            Some(("/v2/box/manifests", "1.0")) if self.manners.foreign => (
                "application/vnd.docker.distribution.manifest.list.v2+json",
                self.list.clone(),
            ),
            Some(("/v2/box/manifests", "1.0" | "latest")) => (MANIFEST, self.manifest.clone()),
            Some(("/v2/box/manifests", by)) if by == name(&self.list) => (
                "application/vnd.docker.distribution.manifest.list.v2+json",
                self.list.clone(),
            ),
            Some(("/v2/box/manifests", by)) if by == name(&self.manifest) => {
                (MANIFEST, self.manifest.clone())
            }
            Some(("/v2/box/blobs", by)) if by == name(&self.config) => {
                ("application/octet-stream", self.config.clone())
            }
            Some(("/v2/box/blobs", by)) if by == name(&self.layer) => return self.slowly(),
            Some(_) | None => {
                return Response::builder()
                    .status(StatusCode::NOT_FOUND)
                    .header(header::CONTENT_TYPE, "application/json")
                    .body(Body::from(
                        r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#,
                    ))
                    .unwrap();
            }
        };
        Response::builder()
            .header(header::CONTENT_TYPE, kind)
            .header("docker-content-digest", name(&body))
            .header(header::CONTENT_LENGTH, body.len())
            .body(Body::from(body))
            .unwrap()
    }

    /// The layer, in pieces.
    fn slowly(&self) -> Response<Body> {
        let (layer, pause) = (self.layer.clone(), self.manners.pause);
        let length = layer.len();
        let piece = length.div_ceil(PIECES).max(1);
        let pieces = futures_util::stream::unfold(layer, move |mut left| async move {
            if left.is_empty() {
                return None;
            }
            tokio::time::sleep(pause).await;
            let next = left.split_to(piece.min(left.len()));
            Some((Ok::<_, Infallible>(next), left))
        });
        Response::builder()
            .header(header::CONTENT_LENGTH, length)
            .body(Body::from_stream(pieces))
            .unwrap()
    }
}

fn name(bytes: &[u8]) -> String {
    let hex: String = digest(&SHA256, bytes)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}
