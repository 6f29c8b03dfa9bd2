//! The address of an application in an environment: a listener of its own, hence an origin of its
//! own. A deployed page must never share one with the sign-in page or the API.

use std::convert::Infallible;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use axum::Extension;
use axum::body::Body;
use axum::response::{Html, IntoResponse, Response};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::endpoint::Endpoint;
use super::probe::HttpClient;
use crate::http::guard::{is_loopback_origin, names_port};
use crate::http::rest::throw_away;
use crate::http::server;
use crate::metrics::meter::Meter;
use crate::place::Place;

/// A small reverse proxy.
pub(super) struct Proxy {
    pub(super) port: u16,
    /// Counts what goes through it.
    pub(super) meter: Arc<Meter>,
    upstream: Arc<Upstream>,
    /// Ends the listener.
    pub(super) stop: CancellationToken,
}

/// What answers behind it: each request goes to the next one.
#[derive(Default)]
struct Upstream {
    all: RwLock<Vec<Endpoint>>,
    next: AtomicUsize,
}

impl Upstream {
    fn next(&self) -> Option<Endpoint> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        all.get(turn.checked_rem(all.len())?).cloned()
    }
}

/// Marks an answer that says that the request came from elsewhere.
#[derive(Clone, Copy)]
struct Refused;

/// Headers that concern one connection only (RFC 9110 §7.6.1).
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("keep-alive"),
];

impl Proxy {
    /// Opens the listener, on the remembered port where that is free.
    pub(super) async fn open(
        remembered: Option<u16>,
        place: &Place,
        client: HttpClient,
        stop: CancellationToken,
        tasks: &TaskTracker,
    ) -> io::Result<Self> {
        let listener = listen(remembered).await?;
        let port = listener.local_addr()?.port();
        let upstream = Arc::<Upstream>::default();
        let meter = Arc::<Meter>::default();
        let (place, leads_to) = (place.clone(), Arc::clone(&upstream));
        let counter = Arc::clone(&meter);
        let service = service_fn(move |request: Request<Incoming>| {
            let (client, place) = (client.clone(), place.clone());
            let counter = Arc::clone(&counter);
            let upstream = leads_to.next();
            async move {
                let began = Instant::now();
                let response = answer(&client, &place, port, upstream, request).await;
                // What was refused here never was the application's.
                if response.extensions().get::<Refused>().is_none() {
                    counter.request(began.elapsed(), response.status().is_server_error());
                }
                Ok::<_, Infallible>(response)
            }
        });
        tasks.spawn(server::serve(listener, service, stop.clone()));
        Ok(Self {
            port,
            meter,
            upstream,
            stop,
        })
    }

    /// Leads to others from the next request on, by turns, or to none.
    pub(super) fn lead_to(&self, endpoints: Vec<Endpoint>) {
        let all = self.upstream.all.write();
        *all.unwrap_or_else(PoisonError::into_inner) = endpoints;
    }
}

async fn listen(remembered: Option<u16>) -> io::Result<TcpListener> {
    if let Some(port) = remembered {
        match server::listen(port).await {
            Ok(listener) => return Ok(listener),
            Err(error) => {
                tracing::info!(%error, port, "an application's port is taken; it gets another")
            }
        }
    }
    server::listen(0).await
}

async fn answer(
    client: &HttpClient,
    place: &Place,
    port: u16,
    upstream: Option<Endpoint>,
    mut request: Request<Incoming>,
) -> Response {
    let waits = request.headers().contains_key(header::EXPECT);
    if !names_port(request.uri(), request.headers(), port) || !own_or_no_origin(request.headers()) {
        if !waits {
            throw_away(request.into_body()).await;
        }
        return (
            StatusCode::FORBIDDEN,
            Extension(Refused),
            "This address belongs to another origin.\n",
        )
            .into_response();
    }
    let Some(upstream) = upstream else {
        if !waits {
            throw_away(request.into_body()).await;
        }
        return nothing_here(place);
    };
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", PathAndQuery::as_str);
    let Ok(uri) = format!("http://{upstream}{path}").parse::<Uri>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = uri;
    *request.version_mut() = http::Version::HTTP_11;
    let original = request.headers().get(header::HOST).cloned();
    take_hop_by_hop(request.headers_mut());
    for (name, value) in [
        (
            "x-forwarded-for",
            Some(HeaderValue::from_static("127.0.0.1")),
        ),
        ("x-forwarded-proto", Some(HeaderValue::from_static("http"))),
        ("x-forwarded-host", original),
    ] {
        if let Some(value) = value {
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    match client.request(request.map(Body::new)).await {
        Ok(response) => {
            let mut response = response.map(Body::new);
            take_hop_by_hop(response.headers_mut());
            response
        }
        Err(error) => {
            tracing::debug!(%error, %place, "a workload did not answer its proxy");
            nothing_here(place)
        }
    }
}

/// Applications may call each other; pages from elsewhere may not call them.
fn own_or_no_origin(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ORIGIN)
        .iter()
        .all(|origin| origin.to_str().is_ok_and(is_loopback_origin))
}

fn take_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// A page that loads itself again until something answers.
fn nothing_here(place: &Place) -> Response {
    let html = format!(
        r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{application} does not run</title></head>
<body><h1>{application} does not run in {environment}</h1>
<p>Nothing answers behind this address just now. Miso Desktop shows why. This page tries again by itself.</p>
</body></html>
"#,
        application = place.application,
        environment = place.environment,
    );
    let headers = [
        (HeaderName::from_static("refresh"), "5"),
        (header::RETRY_AFTER, "5"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, Html(html)).into_response()
}
