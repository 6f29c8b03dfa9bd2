//! The HTTP server of a workload: a page, its health, and a line for each request.

use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use http::{Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::output::{Level, say};
use super::settings::Settings;
use super::{FAILED, PORT_TAKEN, PROBE, PROCESS, page};
use crate::http::server;

/// How often a workload says how it fares.
const REPORT: Duration = Duration::from_secs(15);

/// What a workload says about its health: an HTTP status and the document with its checks.
pub(super) type Health = (StatusCode, Value);

/// Serves until it is asked to end. `health` is asked at each probe.
pub(super) async fn serve<H>(settings: Settings, health: H) -> ExitCode
where
    H: Fn() -> Health + Send + Sync + 'static,
{
    let listener = match server::listen(settings.port).await {
        Ok(listener) => listener,
        Err(error) => {
            say(
                Level::Error,
                &format!("cannot listen on port {}: {error}", settings.port),
                json!({}),
            );
            let taken = error.kind() == std::io::ErrorKind::AddrInUse;
            return ExitCode::from(if taken { PORT_TAKEN } else { FAILED });
        }
    };
    say(
        Level::Info,
        &format!("listening on :{}, {}", settings.port, settings.version),
        json!({"version": settings.version, "environment": settings.environment}),
    );
    let stop = CancellationToken::new();
    // Who stops waiting for this closes the port.
    let _closing = stop.clone().drop_guard();
    let requests = Arc::new(AtomicU64::new(0));
    let shared = Arc::new((settings, health, Arc::clone(&requests)));
    let service = service_fn(move |request: Request<Incoming>| {
        let shared = Arc::clone(&shared);
        async move {
            let (settings, health, requests) = &*shared;
            Ok::<_, Infallible>(answer(settings, health, requests, &request))
        }
    });
    let serving = tokio::spawn(server::serve(listener, service, stop.clone()));
    tokio::select! {
        () = asked_to_end() => {}
        () = report(&requests) => {}
    }
    say(
        Level::Info,
        "SIGTERM, closing",
        json!({"requests": requests.load(Ordering::Relaxed)}),
    );
    stop.cancel();
    match serving.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(Level::Error, &format!("ended badly: {error}"), json!({}));
            ExitCode::from(FAILED)
        }
    }
}

/// A health document that says all is well.
pub(super) fn well(version: &str, checks: Value) -> Health {
    (
        StatusCode::OK,
        json!({"status": "healthy", "version": version, "checks": checks}),
    )
}

/// A health document that says something is not.
pub(super) fn unwell(version: &str, checks: Value) -> Health {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        json!({"status": "unhealthy", "version": version, "checks": checks}),
    )
}

/// A health document that says that it answers, with less.
pub(super) fn degraded(version: &str, checks: Value) -> Health {
    (
        StatusCode::OK,
        json!({"status": "degraded", "version": version, "checks": checks}),
    )
}

/// Waits until the instance asks it to end.
pub(super) async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut term) = signal(SignalKind::terminate()) {
            term.recv().await;
            return;
        }
    }
    // Where there is no such signal, the closing of the lifeline is what ends it.
    std::future::pending::<()>().await;
}

fn answer(
    settings: &Settings,
    health: &(impl Fn() -> Health + Send + Sync),
    requests: &AtomicU64,
    request: &Request<Incoming>,
) -> Response<Body> {
    let began = Instant::now();
    requests.fetch_add(1, Ordering::Relaxed);
    let path = request.uri().path();
    // Where a manifest asks for health elsewhere, the probe is known by its name.
    let probe = request
        .headers()
        .get(header::USER_AGENT)
        .is_some_and(|agent| agent == PROBE);
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let (status, media, body) = match path {
        _ if probe || path == "/health" => {
            let (status, body) = health();
            (status, "application/json", body.to_string())
        }
        _ if !is_read => (
            StatusCode::METHOD_NOT_ALLOWED,
            "text/plain; charset=utf-8",
            "only GET\n".to_owned(),
        ),
        "/" => (
            StatusCode::OK,
            "text/html; charset=utf-8",
            page::html(settings, requests.load(Ordering::Relaxed)),
        ),
        _ => (
            StatusCode::NOT_FOUND,
            "text/plain; charset=utf-8",
            "not found\n".to_owned(),
        ),
    };
    let level = match (probe, status) {
        (true, StatusCode::OK) => Level::Debug,
        (true, _) => Level::Warn,
        (false, status) if status.is_server_error() => Level::Error,
        (false, status) if status.is_client_error() => Level::Warn,
        (false, _) => Level::Info,
    };
    let took = began.elapsed().as_micros() as f64 / 1000.0;
    say(
        level,
        &format!(
            "{} {path} {} in {took:.1} ms",
            request.method(),
            status.as_u16()
        ),
        json!({"method": request.method().as_str(), "path": path, "status": status.as_u16(), "ms": took}),
    );
    let body = if request.method() == Method::HEAD {
        Body::empty()
    } else {
        Body::from(body)
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static(media));
    headers.insert(
        header::CACHE_CONTROL,
        http::HeaderValue::from_static("no-store"),
    );
    if probe {
        headers.insert(PROCESS, settings.process.clone());
    }
    response
}

/// Says now and then how it fares; never ends.
async fn report(requests: &AtomicU64) {
    let began = Instant::now();
    let (mut ticks, mut before) = (tokio::time::interval(REPORT), 0);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let now = requests.load(Ordering::Relaxed);
        let up = began.elapsed().as_secs();
        say(
            Level::Info,
            &format!(
                "{} requests in {} s, up {up} s",
                now - before,
                REPORT.as_secs()
            ),
            json!({"requests": now - before, "upSeconds": up}),
        );
        before = now;
    }
}
