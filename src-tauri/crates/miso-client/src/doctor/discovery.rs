//! What the instance says about signing in: the first answer that only an instance gives.

use reqwest::header::{CONTENT_TYPE, LOCATION};
use serde::Deserialize;
use url::Url;

use super::chart::{Chart, Seen, SeenKind, Step};
use super::{Advice, AdviceKind, STEP_LIMIT, advice};
use crate::http::{ReadError, excerpt, failure_of, read_bounded};
use crate::{Code, Failure, Network};

const LIMIT: usize = 1024 * 1024;

#[derive(Deserialize)]
struct Named {
    issuer: String,
}

/// The issuer that the instance names.
pub(super) async fn discover(
    chart: &mut Chart<'_>,
    instance: &Url,
    network: &Network,
) -> Option<String> {
    let begun = chart.begin(Step::Discovery);
    let mut seen = Vec::new();
    match ask(instance, network, &mut seen).await {
        Ok(issuer) => {
            seen.push(Seen::of(SeenKind::Issuer, &issuer));
            chart.well(begun, seen)?;
            Some(issuer)
        }
        Err((failure, advice)) => chart.broken(begun, seen, failure, advice),
    }
}

async fn ask(
    instance: &Url,
    network: &Network,
    seen: &mut Vec<Seen>,
) -> Result<String, (Failure, Advice)> {
    let client = network
        .client_for(instance)
        .map_err(|failure| (failure.clone(), advice::of_settings(&failure)))?;
    let address = instance
        .join(".well-known/openid-configuration")
        .map_err(|error| not_miso(0, b"", &error.to_string()))?;
    let response = client
        .get(address)
        .timeout(STEP_LIMIT)
        .send()
        .await
        .map_err(|error| broken(failure_of(&error, instance)))?;
    let status = response.status();
    let text = |name| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let (kind, redirect) = (text(CONTENT_TYPE), text(LOCATION));
    let kind = kind.unwrap_or_default();
    seen.push(Seen::of(SeenKind::Answer, format!("{status} {kind}")));
    if status.is_redirection() {
        // Where it leads is shown, not followed.
        let to = redirect.unwrap_or_default();
        seen.push(Seen::of(SeenKind::Redirect, &to));
        let failure = Failure::new(Code::NotMiso).with("status", status.as_u16());
        return Err((
            failure,
            Advice::to(AdviceKind::OpenPortal).with("redirect", to),
        ));
    }
    let body = read_bounded(response, LIMIT)
        .await
        .map_err(|error| match error {
            ReadError::TooLarge => not_miso(status.as_u16(), b"", "too large"),
            ReadError::Broken(error) => broken(failure_of(&error, instance)),
        })?;
    if status.is_server_error() {
        let (failure, _) = not_miso(status.as_u16(), &body, "");
        return Err((failure, Advice::to(AdviceKind::TellOperator)));
    }
    if status.is_success() && is_page(&kind, &body) {
        let (failure, _) = not_miso(status.as_u16(), &body, "");
        return Err((
            failure,
            Advice::to(AdviceKind::OpenPortal).with("redirect", ""),
        ));
    }
    if !status.is_success() {
        return Err(not_miso(status.as_u16(), &body, ""));
    }
    let named: Named = serde_json::from_slice(&body)
        .map_err(|error| not_miso(status.as_u16(), &body, &error.to_string()))?;
    Ok(named.issuer)
}

/// A page for people where a document was asked for.
fn is_page(kind: &str, body: &[u8]) -> bool {
    kind.to_ascii_lowercase().starts_with("text/html") || body.trim_ascii_start().starts_with(b"<")
}

fn broken(failure: Failure) -> (Failure, Advice) {
    let kind = match failure.code {
        Code::Tls => AdviceKind::CheckTls,
        Code::ProxyFailed => AdviceKind::AskForProxy,
        _ => AdviceKind::TryAgain,
    };
    (failure, Advice::to(kind))
}

fn not_miso(status: u16, body: &[u8], reason: &str) -> (Failure, Advice) {
    let failure = Failure::new(Code::NotMiso)
        .with("status", status)
        .with("excerpt", excerpt(body))
        .with("reason", reason);
    (failure, Advice::to(AdviceKind::CheckAddress))
}
