//! Calling other applications through their addresses.

use std::time::{Duration, Instant};

use axum::body::Body;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How much of an answer is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// Calls others under the application's own name.
#[derive(Clone)]
pub(super) struct Caller {
    client: Client<HttpConnector, Body>,
    name: String,
}

impl Caller {
    pub(super) fn new(name: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            name: name.to_owned(),
        }
    }

    /// Gets a path below an address: its status and how long it took, in milliseconds, or why
    /// nothing came.
    pub(super) async fn get(&self, address: &str, path: &str) -> Result<(StatusCode, u64), String> {
        let began = Instant::now();
        let request = Request::get(format!("{}{path}", address.trim_end_matches('/')))
            .header(header::USER_AGENT, &self.name)
            .body(Body::empty())
            .map_err(|error| error.to_string())?;
        let answered = async {
            let response = self.client.request(request).await.map_err(|error| {
                let root = std::error::Error::source(&error).map(ToString::to_string);
                root.unwrap_or_else(|| error.to_string())
            })?;
            let status = response.status();
            let body = Limited::new(response.into_body(), LONGEST).collect().await;
            body.map(|_| status).map_err(|error| error.to_string())
        };
        match timeout(PATIENCE, answered).await {
            Ok(Ok(status)) => {
                let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                Ok((status, took))
            }
            Ok(Err(why)) => Err(why),
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }
}
