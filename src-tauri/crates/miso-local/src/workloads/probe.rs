//! Asking a workload how it is.

use std::time::{Duration, Instant};

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use miso_api::{HealthCheckResult, HealthStatus};
use serde_json::Value;
use tokio::time::timeout;

use super::endpoint::Endpoint;
use crate::workload::{PROBE, PROCESS};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest answer that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// What speaks to workloads.
pub(crate) type HttpClient = Client<HttpConnector, Body>;

/// What a probe saw.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) status: HealthStatus,
    /// Why it is not well: the first bad check, or what the connection said.
    pub(crate) message: Option<String>,
    pub(crate) latency_ms: Option<u32>,
    pub(crate) checks: Vec<HealthCheckResult>,
    /// Whether anything answered.
    pub(crate) answered: bool,
}

/// How a workload is asked: the manifest's `healthCheck` (APP-MANIFEST.md).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Probing {
    /// `probePath`, else `path`.
    pub(crate) path: String,
    /// `probeRequestType`. Of the probe fields, `probeProtocol` says how the platform's edge
    /// speaks and `bashProbe` what runs inside a container: here is neither.
    pub(crate) method: Method,
    /// `interval`, else `probeIntervalInSeconds`: between two probes of one that was well.
    pub(crate) interval: Duration,
    /// Any answer but a server's error says that it is well.
    pub(crate) any_answer: bool,
}

impl Default for Probing {
    fn default() -> Self {
        Self {
            path: "/health".to_owned(),
            method: Method::GET,
            interval: Duration::from_secs(5),
            any_answer: false,
        }
    }
}

impl Probing {
    /// How an image is asked whose manifest has no health check: it is well when it answers.
    pub(crate) fn any_answer() -> Self {
        Self {
            path: "/".to_owned(),
            any_answer: true,
            ..Self::default()
        }
    }

    /// What is waited for, in words.
    pub(crate) fn awaits(&self) -> String {
        match self.any_answer {
            true => "it answers".to_owned(),
            false => format!("{} says it is well", self.path),
        }
    }

    /// Reads a manifest's `healthCheck`; what it does not say is as usual.
    pub(crate) fn of(health_check: &Value) -> Self {
        let usual = Self::default();
        let text = |field: &str| health_check[field].as_str();
        let seconds = |field: &str| health_check[field].as_u64();
        Self {
            path: text("probePath")
                .or_else(|| text("path"))
                .map_or(usual.path, str::to_owned),
            method: text("probeRequestType")
                .and_then(|method| method.parse().ok())
                .unwrap_or(usual.method),
            interval: seconds("interval")
                .or_else(|| seconds("probeIntervalInSeconds"))
                .map_or(usual.interval, Duration::from_secs),
            any_answer: false,
        }
    }
}

/// Where a workload is asked, and how its answers are known.
pub(crate) struct Address<'a> {
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) probing: &'a Probing,
    /// What a process of the catalogue was told and nobody else; a container's answers carry none.
    pub(crate) token: Option<&'a str>,
}

/// Asks once.
pub(crate) async fn probe(client: &HttpClient, address: &Address<'_>) -> Reading {
    let began = Instant::now();
    match timeout(PATIENCE, ask(client, address)).await {
        Ok(Ok((status, body))) => Reading {
            latency_ms: Some(u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX)),
            ..understand(status, &body, address.probing.any_answer)
        },
        Ok(Err(why)) => silence(why),
        Err(_) => silence(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

async fn ask(client: &HttpClient, address: &Address<'_>) -> Result<(StatusCode, Vec<u8>), String> {
    let Address {
        endpoint,
        probing: Probing { path, method, .. },
        token,
    } = address;
    let request = Request::builder()
        .method(method.clone())
        .uri(format!("http://{endpoint}{path}"))
        .header(header::USER_AGENT, PROBE)
        .header(header::ACCEPT, "application/json")
        .body(Body::empty())
        .map_err(|error| error.to_string())?;
    let response = client.request(request).await.map_err(|error| {
        let root = std::error::Error::source(&error).map(ToString::to_string);
        root.unwrap_or_else(|| error.to_string())
    })?;
    // The port may have gone to another program before the process could open it.
    let says = response.headers().get(PROCESS);
    if token.is_some_and(|token| says.is_none_or(|said| said != token)) {
        return Err("another program has its port".to_owned());
    }
    let status = response.status();
    let body = Limited::new(response.into_body(), LONGEST)
        .collect()
        .await
        .map_err(|error| format!("its answer cannot be read: {error}"))?;
    Ok((status, body.to_bytes().to_vec()))
}

fn silence(why: String) -> Reading {
    Reading {
        status: HealthStatus::Unhealthy,
        message: Some(format!("no answer: {why}")),
        latency_ms: None,
        checks: Vec::new(),
        answered: false,
    }
}

/// Understands an answer: `{status, checks[]}` where it is that, else the HTTP status alone. A
/// workload may say worse than its status, never better.
fn understand(status: StatusCode, body: &[u8], any_answer: bool) -> Reading {
    let said: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let checks: Vec<HealthCheckResult> = said["checks"]
        .as_array()
        .map(|checks| checks.iter().filter_map(check).collect())
        .unwrap_or_default();
    let claimed = said["status"].as_str().map(in_our_words);
    let status_says = if status.is_success() || any_answer && !status.is_server_error() {
        HealthStatus::Healthy
    } else {
        HealthStatus::Unhealthy
    };
    let health = match claimed {
        Some(HealthStatus::Degraded) => HealthStatus::Degraded,
        Some(HealthStatus::Unhealthy) => HealthStatus::Unhealthy,
        Some(HealthStatus::Healthy | HealthStatus::NotKnown | HealthStatus::Unknown(_)) | None => {
            status_says
        }
    };
    let bad = checks
        .iter()
        .find(|check| check.status != HealthStatus::Healthy);
    let message = match (&health, bad) {
        (HealthStatus::Healthy, _) => None,
        (_, Some(check)) => Some(match &check.message {
            Some(message) => format!("{}: {message}", check.name),
            None => format!("{}: {}", check.name, check.status),
        }),
        (_, None) => said["message"]
            .as_str()
            .map(str::to_owned)
            .or_else(|| Some(format!("HTTP {status}"))),
    };
    Reading {
        status: health,
        message,
        latency_ms: None,
        checks,
        answered: true,
    }
}

fn check(said: &Value) -> Option<HealthCheckResult> {
    Some(HealthCheckResult {
        name: said["name"].as_str()?.to_owned(),
        status: said["status"]
            .as_str()
            .map_or(HealthStatus::NotKnown, in_our_words),
        latency_ms: said["latencyMs"]
            .as_u64()
            .and_then(|ms| u32::try_from(ms).ok()),
        message: said["message"].as_str().map(str::to_owned),
    })
}

/// The words that health endpoints use, as the four there are.
fn in_our_words(word: &str) -> HealthStatus {
    match word.to_ascii_lowercase().as_str() {
        "healthy" | "ok" | "up" | "pass" => HealthStatus::Healthy,
        "degraded" | "warn" | "warning" => HealthStatus::Degraded,
        "unhealthy" | "error" | "down" | "fail" => HealthStatus::Unhealthy,
        _ => HealthStatus::NotKnown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_says_how_it_is_asked() {
        use serde_json::json;
        assert_eq!(Probing::of(&Value::Null), Probing::default());
        let plain = Probing::of(&json!({"path": "/up", "interval": 30}));
        assert_eq!((plain.path.as_str(), plain.method), ("/up", Method::GET));
        assert_eq!(plain.interval, Duration::from_secs(30));
        let probe = Probing::of(&json!({
            "path": "/up", "probePath": "/ready", "probeRequestType": "HEAD", "probeIntervalInSeconds": 60,
        }));
        assert_eq!(
            (probe.path.as_str(), probe.method),
            ("/ready", Method::HEAD)
        );
        assert_eq!(probe.interval, Duration::from_secs(60));
    }

    #[test]
    fn the_first_bad_check_is_the_message() {
        let body = br#"{"status":"unhealthy","checks":[
            {"name":"cache","status":"healthy","latencyMs":1},
            {"name":"db","status":"unhealthy","message":"connect ECONNREFUSED 10.0.3.7:5432"}]}"#;
        let reading = understand(StatusCode::SERVICE_UNAVAILABLE, body, false);
        assert_eq!(reading.status, HealthStatus::Unhealthy);
        assert_eq!(
            reading.message.as_deref(),
            Some("db: connect ECONNREFUSED 10.0.3.7:5432")
        );
        assert_eq!(reading.checks.len(), 2);
    }

    #[test]
    fn without_words_the_status_decides() {
        let answer = |code: u16, body: &[u8], any_answer| {
            understand(StatusCode::from_u16(code).unwrap(), body, any_answer).status
        };
        let status = |code, body| answer(code, body, false);
        assert_eq!(status(200, b""), HealthStatus::Healthy);
        assert_eq!(status(204, b"<html>"), HealthStatus::Healthy);
        assert_eq!(status(500, b"{}"), HealthStatus::Unhealthy);
        assert_eq!(status(302, b""), HealthStatus::Unhealthy);
        assert_eq!(
            status(200, br#"{"status":"degraded"}"#),
            HealthStatus::Degraded
        );
        assert_eq!(
            status(503, br#"{"status":"degraded"}"#),
            HealthStatus::Degraded
        );
        assert_eq!(status(503, br#"{"status":"ok"}"#), HealthStatus::Unhealthy);
        assert_eq!(answer(404, b"", true), HealthStatus::Healthy);
        assert_eq!(answer(302, b"", true), HealthStatus::Healthy);
        assert_eq!(answer(500, b"", true), HealthStatus::Unhealthy);
    }
}
